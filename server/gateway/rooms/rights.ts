import type { RoomNotice } from "@readroom/shared/contract/room.js";
import type { Socket } from "socket.io";
import type { Deps } from "../../kernel/deps.js";
import type { PublishedEvent } from "../../kernel/reactions.js";
import type { RoomsHub } from "./hub.js";
import type { Member, Room } from "./room.js";

const AGAIN_MS = [100, 300, 1_000, 3_000];

/**
 * What people in the rooms may do is asked again whenever something happened to the study (claimed, released, signed, handed over).
 * While that can't be asked (the database is away), the room takes no edits: a right that may have gone is not used.
 */
export class Rights {
  /** Counts what happened: somebody whose rights were asked for before and who came in after must be asked for again. */
  events = 0;

  constructor(
    private readonly deps: Deps,
    private readonly hub: RoomsHub,
    private readonly socketOf: (key: string) => Socket | undefined,
  ) {}

  happened(event: PublishedEvent): void {
    const { studyId } = event.payload;
    if (typeof studyId !== "string") return;
    this.events += 1;
    for (const room of [...this.hub.registry.open.values()]) if (room.studyId === studyId) void this.reconsider(room);
  }

  private async reconsider(room: Room): Promise<void> {
    let doubted = false;
    for (let tries = 0; this.hub.registry.open.get(room.documentId) === room; tries += 1) {
      try {
        let changed = false;
        for (const member of [...room.members.values()]) changed = (await this.askAgain(room, member)) || changed;
        if (changed) this.hub.tellPeople(room);
        break;
      } catch (error) {
        if (!doubted) room.doubts += 1;
        doubted = true;
        const message = error instanceof Error ? error.message : String(error);
        this.deps.log.error(
          { err: { message } },
          "rights in a room could not be asked again; it takes no edits until they are",
        );
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)]));
      }
    }
    if (doubted) room.doubts -= 1;
  }

  /** Asks what this person may do now; ends their stay where that is nothing. True where it has changed. */
  async askAgain(room: Room, member: Member): Promise<boolean> {
    const grant = await this.hub.policy.grant(member.actor, room.documentId);
    if (room.members.get(member.key) !== member) return false;
    if (grant.ok) {
      const { rights, person } = grant.value;
      const same =
        person.roomRole === member.person.roomRole && JSON.stringify(rights) === JSON.stringify(member.person.rights);
      member.person = { ...member.person, roomRole: person.roomRole, rights };
      if (!grant.value.rights.drive && room.presenter === member.key) room.presenter = null;
      return !same;
    }
    const socket = this.socketOf(member.key);
    if (!socket) return false;
    const body: RoomNotice = { document: room.documentId, kind: "withdrawn", reason: grant.error.message };
    socket.emit("room.notice", body);
    this.hub.leave(socket, room.documentId);
    return false;
  }
}
