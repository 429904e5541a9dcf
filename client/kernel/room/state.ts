import type { ApiError } from "@readroom/shared/contract/errors.js";
import type { RoomPerson } from "@readroom/shared/contract/room.js";

export type RoomStatus = "connecting" | "live" | "offline";

/** saved: the hub has committed everything. refused: the hub did not take some edits, and why. It never says more than the hub did. */
export type Saved =
  | { readonly state: "saved" }
  | { readonly state: "saving" }
  | { readonly state: "offline"; readonly edits: number }
  | { readonly state: "frozen"; readonly edits: number }
  | { readonly state: "refused"; readonly reason: string };

/** A version of the document that the hub did not take, kept on this machine until the person has decided what becomes of it. */
export interface LateEdits {
  readonly id: string;
  /** frozen: the document was signed meanwhile; else the hub's refusal. */
  readonly code: ApiError["code"];
  readonly reason: string;
  /** ms UTC, by this machine's clock. */
  readonly at: number;
  readonly edits: number;
  /** The whole document as it stood on this screen (Yjs, version 1). */
  readonly state: Uint8Array;
}

/** All that a screen shows of a room; a new object after each change. */
export interface RoomSnapshot {
  readonly status: RoomStatus;
  readonly saved: Saved;
  /** The document has at least once had everything that the hub has. */
  readonly synced: boolean;
  readonly self: RoomPerson | null;
  readonly people: readonly RoomPerson[];
  /** Key of the person whom everyone is asked to follow. */
  readonly presenter: string | null;
  readonly frozen: string | null;
  /** Why this person can't be in the room. */
  readonly refused: ApiError | null;
  /** What the hub did not take, oldest first. */
  readonly late: readonly LateEdits[];
  /** Goes up when the document object was made anew (edits were refused): whoever holds `doc` takes the new one. */
  readonly epoch: number;
}
