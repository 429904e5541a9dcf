/** People in a room: who is there and as what, what they say and show each other. */
export { Chat, type ChatProps } from "./parts/chat";
export { Gestures, HideSwitch, REACTION_WORDS } from "./parts/gestures";
export { Invitations } from "./parts/invitations";
export { RoomPeople, type RoomPeopleProps } from "./parts/room-people";
export { WhoIsHere } from "./parts/who-is-here";
export { type Company, useCompany } from "./use-company";
