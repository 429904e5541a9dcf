export { AttributionPanel } from "./parts/attribution";
export { StudyLife } from "./parts/study-life";
export { StudyNotices } from "./parts/study-notices";
export { useLife } from "./source";
