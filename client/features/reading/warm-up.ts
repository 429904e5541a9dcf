import "./page";

/** The reading room's code is here once this module is loaded; `startEngine` then starts the renderer. See app/warm-up.ts. */
export { startEngine } from "../../viewport/public";
