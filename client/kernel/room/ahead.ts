import * as Y from "yjs";

/** The hub's state vector once it has what is brought back to it. */
export function withBroughtBack(hubHas: Uint8Array, broughtBack: readonly Uint8Array[]): Uint8Array {
  const words = Y.decodeStateVector(hubHas);
  for (const update of broughtBack)
    for (const [client, clock] of Y.parseUpdateMeta(update).to)
      words.set(client, Math.max(words.get(client) ?? 0, clock));
  return Y.encodeStateVector(words);
}

/**
 * Has this document words or deletions that the hub has not?
 * @param hubHas the hub's state vector, with what is brought back to it
 * @param deletions updates that the hub has: its answer to the join (which, as every update of a state, has all of its deletions), and
 *   what is brought back
 */
export function isAhead(doc: Y.Doc, hubHas: Uint8Array, deletions: readonly Uint8Array[]): boolean {
  const words = Y.decodeStateVector(hubHas);
  for (const [client, clock] of Y.decodeStateVector(Y.encodeStateVector(doc)))
    if (clock > (words.get(client) ?? 0)) return true;
  const gone = Y.mergeDeleteSets(deletions.map((update) => Y.decodeUpdate(update).ds));
  return [...Y.createDeleteSetFromStructStore(doc.store).clients].some(([client, ranges]) =>
    ranges.some(({ clock, len }) => !covers(gone.clients.get(client) ?? [], clock, clock + len)),
  );
}

/** @param ranges in ascending order, as Yjs merges them; neighbours may still touch */
function covers(ranges: readonly { clock: number; len: number }[], from: number, to: number): boolean {
  let reached = from;
  for (const { clock, len } of ranges) {
    if (clock > reached) break;
    reached = Math.max(reached, clock + len);
    if (reached >= to) return true;
  }
  return reached >= to;
}
