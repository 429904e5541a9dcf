import * as awarenessProtocol from "y-protocols/awareness";
import type * as Y from "yjs";

/** Everybody's carets in one document, and whose they are by the room's word (the bytes could claim any name). */
export class Carets {
  readonly awareness: awarenessProtocol.Awareness;
  private readonly keys = new Map<number, string>();

  /** @param say one's own caret has moved */
  constructor(
    private readonly doc: Y.Doc,
    say: () => void,
  ) {
    this.awareness = new awarenessProtocol.Awareness(doc);
    this.awareness.on("update", ({ added, updated }: { added: number[]; updated: number[] }, origin: unknown) => {
      if (origin === "local" || [...added, ...updated].includes(doc.clientID)) say();
    });
  }

  /** One's own, as the others get it; null where there is none. */
  own(): Uint8Array | null {
    if (this.awareness.getLocalState() === null) return null;
    return awarenessProtocol.encodeAwarenessUpdate(this.awareness, [this.doc.clientID]);
  }

  /** Key of the person in the room. */
  keyOf(client: number): string | undefined {
    return this.keys.get(client);
  }

  take(key: string, bytes: Uint8Array): void {
    const note = ({ added, updated }: { added: number[]; updated: number[] }): void => {
      for (const client of [...added, ...updated]) if (client !== this.doc.clientID) this.keys.set(client, key);
    };
    this.awareness.on("update", note);
    try {
      awarenessProtocol.applyAwarenessUpdate(this.awareness, bytes, this);
    } catch {
      // Another's caret that can't be read is not shown; the hub passes them on unread.
    } finally {
      this.awareness.off("update", note);
    }
  }

  keepOnly(here: ReadonlySet<string>): void {
    const gone = [...this.keys].filter(([, key]) => !here.has(key)).map(([client]) => client);
    for (const client of gone) this.keys.delete(client);
    awarenessProtocol.removeAwarenessStates(this.awareness, gone, this);
  }

  destroy(): void {
    this.awareness.destroy();
  }
}
