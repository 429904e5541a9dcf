export { QueueList } from "./parts/queue-list";
export { QueueTab } from "./parts/queue-tab";
