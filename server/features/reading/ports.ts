import type { Refusal } from "@readroom/shared/contract/errors.js";
import type { RoomPerson, RoomRights, SharedView } from "@readroom/shared/contract/room.js";
import type { Actor } from "@readroom/shared/domain/access.js";
import type { RoomRole } from "@readroom/shared/domain/room-role.js";
import type { Result } from "@readroom/shared/kernel/result.js";
import type * as Y from "yjs";
import type { SqlClient } from "../../kernel/database.js";

/** Who comes into a room, and what that person may do there. */
export interface RoomGrant {
  readonly studyId: string;
  readonly rights: RoomRights;
  readonly person: {
    readonly personId: string;
    readonly name: string;
    readonly role: string;
    readonly roomRole: RoomRole;
    readonly colour: string;
    readonly guest: boolean;
  };
}

/** Asked by the rooms' transport at the door, and again when something happened to the study. */
export interface RoomPolicy {
  grant(actor: Actor, documentId: string): Promise<Result<RoomGrant, Refusal>>;
  /** Somebody entered: writes it to the audit trail. key: the connection's. */
  entered(actor: Actor, documentId: string, grant: RoomGrant, key: string): Promise<void>;
  left?(documentId: string, key: string): void;
  /** What somebody shows in the room, for its history. Costs nothing now: written later, sampled. */
  looked?(documentId: string, person: RoomPerson, view: SharedView, presenting: boolean): void;
  /** Writes what is still to be written. */
  close?(): Promise<void>;
}

/** The person of a Yjs client id, as far as the document's log knows it. */
export type PersonOf = (client: number) => { readonly actorId: string; readonly name: string } | undefined;

export interface NewDocument {
  readonly id: string;
  readonly studyId: string;
  readonly kind: "reading" | "report";
  readonly state: Uint8Array;
  readonly createdBy: string;
  readonly clients: readonly { readonly client: number; readonly actorId: string; readonly name: string }[];
}

/** The shared documents as features use them; the rooms' transport has them. */
export interface SharedDocuments {
  /**
   * Makes a document in the caller's transaction: its first state, and the people of the Yjs client ids in it.
   * @throws a unique violation (23505) when it exists
   */
  create(client: SqlClient, document: NewDocument): Promise<void>;
  /** Runs `work` on the live document as it stands; null where there is none. */
  read<T>(documentId: string, work: (doc: Y.Doc, personOf: PersonOf) => T): Promise<T | null>;
  /**
   * Stops edits, waits until all accepted ones are committed, and runs `work`; the room then takes no more edits if `freeze` is a
   * reason (`work` itself writes frozen_at in its transaction). null where there is no such document; "busy" while another holds it.
   */
  hold<T>(
    documentId: string,
    work: (doc: Y.Doc, personOf: PersonOf) => Promise<{ freeze: string | null; value: T }>,
  ): Promise<T | null | "busy">;
  /** Who is in the document's room now. */
  people(documentId: string): readonly RoomPerson[];
}
