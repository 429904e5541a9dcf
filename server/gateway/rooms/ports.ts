import type { PointerPlace, RoomPerson, SharedView } from "@readroom/shared/contract/room.js";

/** What one process of the hub tells the others. Any of it may be lost: what must not be is in the log, and the poll finds it. */
export type Word =
  /** I am here; said again every few seconds. `fresh`: I have just come, tell me who is in the rooms. */
  | { readonly kind: "alive"; readonly fresh: boolean }
  | { readonly kind: "gone" }
  /** The log of these documents has grown, or one of them was frozen. */
  | { readonly kind: "rows"; readonly documents: readonly string[] }
  /** Who is in this room at my place; all of them, with what each showed last, where `views` is there. */
  | {
      readonly kind: "people";
      readonly document: string;
      readonly people: readonly RoomPerson[];
      readonly presenter: { readonly key: string; readonly since: number } | null;
      readonly views?: readonly (readonly [string, SharedView])[];
      readonly awareness?: readonly (readonly [string, string])[];
    }
  /** Who else is in this room? */
  | { readonly kind: "ask"; readonly document: string }
  | {
      readonly kind: "moving";
      readonly document: string;
      readonly pointers: readonly (readonly [string, PointerPlace | null])[];
      readonly views: readonly (readonly [string, SharedView])[];
      /** Opaque bytes, base64. */
      readonly awareness: readonly (readonly [string, string])[];
    }
  /** A message of the moment for everybody in the room, as it goes to the sockets. */
  | { readonly kind: "said"; readonly document: string; readonly name: string; readonly body: unknown };

/** The way between the processes of one hub: Redis where there is one, else PostgreSQL's NOTIFY. */
export interface Between {
  /** Begins to hear. `hear` gets what the others say, never one's own words. */
  start(hear: (from: string, word: Word) => void): Promise<void>;
  tell(word: Word): void;
  stop(): Promise<void>;
}
