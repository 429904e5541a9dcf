import { Extension } from "@tiptap/core";
import type { Node as ProseNode } from "@tiptap/pm/model";
import { Plugin, PluginKey } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";
import { yCursorPlugin } from "@tiptap/y-tiptap";
import * as Y from "yjs";
import type { RoomProvider } from "../../../kernel/room/provider";

const SOMEBODY = { name: "Somebody", colour: "#9aa5b1" };

/** Others' carets, with the name and colour that the room knows for them (not what their own message claims). */
export const Carets = Extension.create<{ room: RoomProvider | null }>({
  name: "carets",
  priority: 900,
  addOptions: () => ({ room: null }),
  addProseMirrorPlugins() {
    const { room } = this.options;
    if (!room) return [];
    const person = (client: number) => room.personOfCaret(client) ?? SOMEBODY;
    return [
      yCursorPlugin(room.awareness, {
        cursorBuilder: (_user: unknown, client: number) => {
          const { name, colour } = person(client);
          const caret = document.createElement("span");
          caret.dataset.caret = name;
          caret.style.setProperty("--caret", colour);
          const label = document.createElement("span");
          label.textContent = name;
          caret.append(label);
          return caret;
        },
        selectionBuilder: (_user: unknown, client: number) => ({
          style: `background-color: ${person(client).colour}33`,
        }),
      }),
    ];
  },
});

const REDRAW_AFTER_MS = 120;
const authorsKey = new PluginKey<DecorationSet>("authors");

export interface AuthorsOptions {
  room: RoomProvider | null;
  colourOf(personId: string): string;
  shown(): boolean;
}

/** Colours words by who wrote them, while that is switched on. A transaction with `authorsKey` draws anew. */
export const Authors = Extension.create<AuthorsOptions>({
  name: "authors",
  addOptions: () => ({ room: null, colourOf: () => "transparent", shown: () => false }),
  addProseMirrorPlugins() {
    const { room, colourOf, shown } = this.options;
    if (!room) return [];
    const draw = (doc: ProseNode): DecorationSet =>
      shown() ? DecorationSet.create(doc, authorMarks(doc, room, colourOf)) : DecorationSet.empty;
    return [
      new Plugin<DecorationSet>({
        key: authorsKey,
        state: {
          init: (_config, state) => draw(state.doc),
          apply: (transaction, before, _old, state) =>
            transaction.getMeta(authorsKey) === undefined
              ? before.map(transaction.mapping, transaction.doc)
              : draw(state.doc),
        },
        // The shared text has an edit only after the editor has drawn it: who wrote it is asked a moment later.
        view: (view) => {
          let timer: ReturnType<typeof setTimeout> | undefined;
          const later = (): void => {
            if (!shown()) return;
            timer ??= setTimeout(() => {
              timer = undefined;
              view.dispatch(view.state.tr.setMeta(authorsKey, true));
            }, REDRAW_AFTER_MS);
          };
          const { doc } = room;
          doc.on("update", later);
          return {
            destroy: () => {
              clearTimeout(timer);
              doc.off("update", later);
            },
          };
        },
        props: { decorations: (state) => authorsKey.getState(state) },
      }),
    ];
  },
});

export const redrawAuthors = { key: authorsKey };

function authorMarks(doc: ProseNode, room: RoomProvider, colourOf: (personId: string) => string): Decoration[] {
  const marks: Decoration[] = [];
  const paint = (from: number, to: number, client: number): void => {
    const writer = room.writers.get(client);
    if (!writer || to > doc.content.size) return;
    marks.push(
      Decoration.inline(from, to, {
        style: `box-shadow: inset 0 -2px ${colourOf(writer.personId)}`,
        title: writer.name,
      }),
    );
  };
  /** Walks text and editor side by side: an XmlText is as long in both, an element is one node. */
  const walk = (parent: Y.XmlElement | Y.XmlFragment, start: number): void => {
    let at = start;
    for (const child of parent.toArray()) {
      if (child instanceof Y.XmlText) {
        for (let item = child._start; item !== null; item = item.right) {
          if (item.deleted || !(item.content instanceof Y.ContentString)) continue;
          paint(at, at + item.length, item.id.client);
          at += item.length;
        }
      } else if (child instanceof Y.XmlElement) {
        const size = at < doc.content.size ? doc.nodeAt(at)?.nodeSize : undefined;
        if (size === undefined) return;
        walk(child, at + 1);
        at += size;
      }
    }
  };
  walk(room.doc.getXmlFragment("body"), 0);
  return marks;
}
