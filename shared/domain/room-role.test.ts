import { describe, expect, it } from "vitest";
import {
  type Comer,
  GIVEN_ROLES,
  LINK_ROLES,
  mayInvite,
  noMoreThan,
  ROOM_POWERS,
  ROOM_ROLES,
  roomRoleOf,
  runsRoom,
} from "./room-role.js";

const comer = (change: Partial<Comer>): Comer => ({
  holdsStudy: false,
  ofGroup: true,
  accountRoles: ["radiologist"],
  linkRole: null,
  given: null,
  heldByResident: false,
  ...change,
});

describe("roles in a room", () => {
  it("[RC1] everybody sees; each role may what its row says", () => {
    const rows = ROOM_ROLES.map((role) => {
      const { see, point, mark, write, drive } = ROOM_POWERS[role];
      return [role, ...[see, point, mark, write, drive].map(Number)].join(" ");
    });
    expect(rows).toEqual([
      "reader 1 1 1 1 1",
      "supervisor 1 1 1 1 1",
      "coreader 1 1 1 1 1",
      "presenter 1 1 1 0 1",
      "referrer 1 1 0 0 0",
      "guest 1 0 0 0 0",
    ]);
  });

  it("[RC1] who holds the study is its reader, whatever was said by hand", () => {
    expect(roomRoleOf(comer({ holdsStudy: true, given: "guest" }))).toBe("reader");
  });

  it("[RC1] what was said by hand counts before the account and before the link", () => {
    expect(roomRoleOf(comer({ given: "referrer" }))).toBe("referrer");
    expect(roomRoleOf(comer({ accountRoles: [], linkRole: "referrer", given: "presenter" }))).toBe("presenter");
    expect(roomRoleOf(comer({ given: "reader" }))).toBe("coreader");
  });

  it("[RC1] without a word: colleagues of the group co-read, a radiologist watches over a resident, others point", () => {
    expect(roomRoleOf(comer({}))).toBe("coreader");
    expect(roomRoleOf(comer({ heldByResident: true }))).toBe("supervisor");
    expect(roomRoleOf(comer({ heldByResident: true, accountRoles: ["resident"] }))).toBe("coreader");
    expect(roomRoleOf(comer({ ofGroup: false }))).toBe("referrer");
    expect(roomRoleOf(comer({ accountRoles: ["referrer"] }))).toBe("referrer");
    expect(roomRoleOf(comer({ accountRoles: [], linkRole: "guest" }))).toBe("guest");
  });

  it("[RC2] the reader and a supervisor run the room; co-readers do while nobody holds the study", () => {
    expect(ROOM_ROLES.filter((role) => runsRoom(role, true))).toEqual(["reader", "supervisor"]);
    expect(ROOM_ROLES.filter((role) => runsRoom(role, false))).toEqual(["reader", "supervisor", "coreader"]);
    expect(ROOM_ROLES.filter(mayInvite)).toEqual(["reader", "supervisor", "coreader"]);
  });

  it("[RC2] nobody gives more than they have, and a link never more than marking", () => {
    expect(GIVEN_ROLES.filter((role) => noMoreThan(role, "presenter"))).toEqual(["presenter", "referrer", "guest"]);
    expect(LINK_ROLES).not.toContain("supervisor");
  });
});
