export { Bell } from "./parts/bell";
export { NoticeListener } from "./parts/listener";
