import * as Y from "yjs";

/**
 * Has this document words or deletions that the hub has not, and will not have from what is brought back to it?
 * @param hubHas the hub's state vector at the join
 * @param fromHub the hub's answer to the join: with all its deletions, as every Yjs update of a state
 * @param broughtBack updates that are on their way to the hub
 */
export function isAhead(
  doc: Y.Doc,
  hubHas: Uint8Array,
  fromHub: Uint8Array,
  broughtBack: readonly Uint8Array[],
): boolean {
  const words = Y.decodeStateVector(hubHas);
  for (const update of broughtBack)
    for (const [client, clock] of Y.parseUpdateMeta(update).to)
      words.set(client, Math.max(words.get(client) ?? 0, clock));
  for (const [client, clock] of Y.decodeStateVector(Y.encodeStateVector(doc)))
    if (clock > (words.get(client) ?? 0)) return true;
  const deletions = Y.mergeDeleteSets([fromHub, ...broughtBack].map((update) => Y.decodeUpdate(update).ds));
  return [...Y.createDeleteSetFromStructStore(doc.store).clients].some(([client, ranges]) =>
    ranges.some(({ clock, len }) => !covers(deletions.clients.get(client) ?? [], clock, clock + len)),
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
