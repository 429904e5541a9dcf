/** Calls and critical findings, as the reading room uses them. */
export { CallStrip, type CallStripProps } from "./parts/call-strip";
export { CriticalPanel, type CriticalPanelProps } from "./parts/critical-panel";
export { IncomingCalls } from "./parts/incoming";
export { useCriticals } from "./source";
