export { Bell } from "./parts/bell";
export { NoticeListener } from "./parts/listener";
export { useActOnNotices, useNotices } from "./source";
