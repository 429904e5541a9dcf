import type { PersonChip, StudyDetail } from "@readroom/shared/contract/http/worklist.js";
import type { RoomSnapshot, Saved } from "../../kernel/room/state";

/** How this person stands to the study in front of them. Each case carries what its banner says. */
export type Standing =
  | { state: "mine"; fence: number; until: number; renewEveryMs: number }
  /** It was this person's, and somebody else has it now. */
  | { state: "taken"; by: PersonChip; note: string }
  /** It was this person's and the lease ran out: nobody has it. */
  | { state: "lapsed"; mayClaim: boolean; whyNot: readonly string[] }
  | { state: "alongside"; by: PersonChip; mayClaim: boolean; whyNot: readonly string[] }
  | { state: "open"; mayClaim: boolean; whyNot: readonly string[] }
  | { state: "done"; by: PersonChip | null; at: number | null };

/** @param wasMine the person held it since this page was opened, and did not give it away */
export function standingOf(detail: StudyDetail, me: string, wasMine: boolean): Standing {
  const { row, myClaim, mayClaim, whyNot } = detail;
  const { claim } = row;
  switch (claim.state) {
    case "held":
      if (claim.by.id === me) {
        return {
          state: "mine",
          // The greater: the same person may have claimed it anew in another tab since this was loaded.
          fence: Math.max(myClaim?.fence ?? 0, claim.fence),
          until: claim.until,
          renewEveryMs: myClaim?.renewEveryMs ?? 20_000,
        };
      }
      return wasMine
        ? { state: "taken", by: claim.by, note: claim.note }
        : { state: "alongside", by: claim.by, mayClaim, whyNot };
    case "done":
      return { state: "done", by: claim.by, at: claim.at };
    case "open":
      return wasMine && row.report.state !== "preliminary"
        ? { state: "lapsed", mayClaim, whyNot }
        : { state: "open", mayClaim, whyNot };
  }
}

/** Whom this screen follows. asked: because they present; let go, it can be taken up again with one key. */
export type Follow =
  | { state: "none" }
  /** They present and ask to be followed: nobody's screen is moved before they agree. */
  | { state: "asked"; key: string }
  | { state: "following"; key: string; asked: boolean }
  | { state: "letGo"; key: string; asked: boolean };

export type FollowChange =
  | { type: "follow"; key: string }
  /** A scroll, window or drag of one's own lets go; what was followed can be taken up again. */
  | { type: "ownMove" }
  | { type: "again" }
  | { type: "stop" }
  /** Who presents changed; null when nobody does, or oneself. */
  | { type: "presenter"; key: string | null }
  | { type: "people"; keys: readonly string[] };

export const notFollowing: Follow = { state: "none" };

export function changeFollow(follow: Follow, change: FollowChange): Follow {
  switch (change.type) {
    case "follow":
      return { state: "following", key: change.key, asked: false };
    case "ownMove":
      return follow.state === "following" ? { ...follow, state: "letGo" } : follow;
    case "again":
      if (follow.state === "asked") return { state: "following", key: follow.key, asked: true };
      return follow.state === "letGo" ? { ...follow, state: "following" } : follow;
    case "stop":
      if (follow.state === "asked") return { state: "letGo", key: follow.key, asked: true };
      return follow.state !== "none" && follow.asked ? { ...follow, state: "letGo" } : notFollowing;
    case "presenter": {
      const { key } = change;
      if (key === null) return wasAsked(follow) ? notFollowing : follow;
      // whoever follows them already goes on; whoever follows somebody else is asked and stays where they are until then
      if (follow.state === "following" && follow.key === key) return { ...follow, asked: true };
      return { state: "asked", key };
    }
    case "people":
      return follow.state === "none" || change.keys.includes(follow.key) ? follow : notFollowing;
  }
}

const wasAsked = (follow: Follow): boolean => follow.state === "asked" || (follow.state !== "none" && follow.asked);

/** What the room says about the edits, for the toolbar. Never more than the hub has confirmed. */
export function savedInWords(saved: Saved): { text: string; tone: "ok" | "busy" | "warn" } {
  const edits = (n: number) => `${n.toLocaleString()} ${n === 1 ? "edit" : "edits"}`;
  switch (saved.state) {
    case "saved":
      return { text: "saved", tone: "ok" };
    case "saving":
      return { text: "saving…", tone: "busy" };
    case "offline":
      return { text: saved.edits > 0 ? `offline, ${edits(saved.edits)} kept here` : "offline", tone: "warn" };
    case "frozen":
      return saved.edits > 0
        ? { text: `signed; ${edits(saved.edits)} came too late`, tone: "warn" }
        : { text: "signed, marks are frozen", tone: "ok" };
    case "refused":
      return { text: `not taken: ${saved.reason}`, tone: "warn" };
  }
}

/** Why this person can't draw marks now; null when they can. Offline is no reason: marks are kept here until the line is back. */
export function whyNoMarks(room: Pick<RoomSnapshot, "frozen" | "refused" | "self" | "synced">): string | null {
  if (room.refused) return room.refused.message;
  if (room.frozen !== null) return "The reading is signed: its marks are frozen.";
  if (room.self) return room.self.rights.mark ? null : "You may look and point here, not draw.";
  return room.synced ? null : "The room is not open yet.";
}

/** Images of a study that has not all arrived: "receiving 341 of 812", "incomplete: 341 received"; null for one that has. */
export function arrivalInWords(row: StudyDetail["row"], now: number): { text: string; live: boolean } | null {
  const { received, expected, lastAt } = row.images;
  const got = received.toLocaleString();
  if (row.state === "receiving") {
    const quiet = now - lastAt > QUIET_MS;
    const of = expected ? ` of ${expected.toLocaleString()}` : "";
    return quiet
      ? { text: `incomplete: ${got}${of} received`, live: false }
      : { text: `receiving ${got}${of}`, live: true };
  }
  if (expected !== null && received < expected)
    return { text: `incomplete: ${got} of ${expected.toLocaleString()} received`, live: false };
  return null;
}

/** Without an image for this long a transfer has stalled rather than being slow. */
const QUIET_MS = 30_000;
