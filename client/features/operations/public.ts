export { useReloadOnEvents } from "./source";
