import type { PersonOf, SharedDocuments } from "../../features/reading/public.js";
import { HeldElsewhere } from "./hold.js";
import { HeldAlready, type Room } from "./room.js";

/** Opens a room that stays loaded until `done` is called; null where there is no such document. */
export type Visit = (documentId: string) => Promise<{ room: Room; done(): void } | null>;

/** The features' door to the documents: always the live copy, never a second one beside a room. */
export function sharedDocuments(visit: Visit, openRoom: (documentId: string) => Room | undefined): SharedDocuments {
  const personOf =
    (room: Room): PersonOf =>
    (client) =>
      room.replica.personOf(client);
  return {
    create: async (client, document) => {
      await client.query("INSERT INTO crdt_document (id, study_id, kind, last_seq, bytes) VALUES ($1, $2, $3, 1, $4)", [
        document.id,
        document.studyId,
        document.kind,
        document.state.byteLength,
      ]);
      await client.query('INSERT INTO crdt_update (document_id, seq, "update", actor_id) VALUES ($1, 1, $2, $3)', [
        document.id,
        Buffer.from(document.state),
        document.createdBy,
      ]);
      await client.query(
        "INSERT INTO crdt_client (document_id, client_id, actor_id, name) SELECT $1, c.* FROM unnest($2::int8[], $3::text[], $4::text[]) AS c",
        [
          document.id,
          document.clients.map((one) => one.client),
          document.clients.map((one) => one.actorId),
          document.clients.map((one) => one.name),
        ],
      );
    },
    read: async (documentId, work) => {
      const visited = await visit(documentId);
      if (!visited) return null;
      try {
        return work(visited.room.replica.doc, personOf(visited.room));
      } finally {
        visited.done();
      }
    },
    hold: async (documentId, work) => {
      const visited = await visit(documentId);
      if (!visited) return null;
      try {
        return await visited.room.whileHeld(() => work(visited.room.replica.doc, personOf(visited.room)));
      } catch (error) {
        if (error instanceof HeldAlready || error instanceof HeldElsewhere) return "busy";
        throw error;
      } finally {
        visited.done();
      }
    },
    people: (documentId) => openRoom(documentId)?.people() ?? [],
  };
}
