import { Button, Tooltip } from "@mantine/core";
import { readReportSpec } from "@readroom/shared/crdt/report.js";
import { IconSignature, IconUsers } from "@tabler/icons-react";
import { type Editor, EditorContent, useEditor } from "@tiptap/react";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import type { RoomProvider } from "../../../kernel/room/provider";
import { useRoomState } from "../../../kernel/room/use-room";
import { reportExtensions } from "../editor/extensions";
import type { MeasurementSource } from "../editor/measurement";
import { redrawAuthors } from "../editor/people";
import classes from "../report.module.css";
import { SavedMark } from "./saved-mark";

/** What the reading room may do with the editor from outside. */
export interface ReportHandle {
  /** Puts the live figure of an annotation at the caret. */
  insertMeasurement(annotationId: string): void;
  insertText(text: string): void;
  focus(): void;
}

export interface ReportEditorProps {
  readonly room: RoomProvider;
  readonly source: MeasurementSource;
  readonly snippets?: Readonly<Record<string, string>>;
  readonly onShowMeasurement: (annotationId: string) => void;
  readonly onSign: () => void;
  /** Escape: back to the images. */
  readonly onLeave: () => void;
  readonly onReady?: (handle: ReportHandle | null) => void;
  /** Further things in the editor's bar. */
  readonly children?: ReactNode;
}

export const FIRST_SNIPPETS: Readonly<Record<string, string>> = {
  nad: "No acute abnormality.",
  unch: "Unchanged from the comparison study.",
  nocomp: "No comparison study is available.",
};

// Authors' colours: eight that are told apart on dark and light, also by those who see few colours.
const COLOURS = ["#2dd4bf", "#f2b84b", "#7aa2f7", "#f59331", "#c792ea", "#8bd450", "#ff7a9c", "#58c4dc"];

/** The colour of a person's words; the template's own have none. */
export function authorColour(personId: string): string {
  if (personId === "template") return "transparent";
  let sum = 0;
  for (const character of personId) sum = (sum * 31 + character.charCodeAt(0)) >>> 0;
  return COLOURS[sum % COLOURS.length] ?? "transparent";
}

/** The shared report: fixed sections, live carets and measurements, what is saved. Waits until the document has arrived. */
export function ReportEditor(props: ReportEditorProps) {
  const { synced, epoch, refused } = useRoomState(props.room);
  if (refused) return <p className={classes.bar}>{refused.message}</p>;
  if (!synced || !readReportSpec(props.room.doc)) return <div className={classes.sheet} aria-busy="true" />;
  return <Writing key={epoch} {...props} />;
}

function Writing(props: ReportEditorProps) {
  const { room, source, children } = props;
  const state = useRoomState(room);
  const [authors, setAuthors] = useState(false);
  const newest = useRef({ ...props, authors });
  newest.current = { ...props, authors };
  const extensions = useMemo(() => {
    const titles = new Map(readReportSpec(room.doc)?.sections.map((section) => [section.key, section]));
    return reportExtensions({
      doc: room.doc,
      room,
      source,
      titleOf: (key) => titles.get(key) ?? { title: key, required: false },
      snippetFor: (word) => (newest.current.snippets ?? FIRST_SNIPPETS)[word.toLowerCase()] ?? null,
      onShow: (id) => newest.current.onShowMeasurement(id),
      onSign: () => newest.current.onSign(),
      onLeave: () => newest.current.onLeave(),
      colourOf: authorColour,
      shown: () => newest.current.authors,
    });
  }, [room, source]);
  const canWrite = state.self?.rights.write === true && state.frozen === null;
  const editor = useEditor({
    extensions,
    editable: canWrite,
    editorProps: {
      attributes: { "aria-label": "Report", role: "textbox", "aria-multiline": "true", spellcheck: "true" },
    },
  });
  useEffect(() => void editor.setEditable(canWrite, false), [editor, canWrite]);
  useEffect(() => {
    if (!editor.isDestroyed) editor.view.dispatch(editor.state.tr.setMeta(redrawAuthors.key, authors));
  }, [editor, authors]);
  useEffect(() => {
    newest.current.onReady?.(handleOf(editor));
    return () => newest.current.onReady?.(null);
  }, [editor]);

  return (
    <div className={classes.sheet}>
      <div className={classes.bar}>
        <SavedMark saved={state.saved} />
        <span className={classes.grow} />
        {children}
        <Tooltip label="Colour words by who wrote them">
          <Button
            variant={authors ? "light" : "subtle"}
            leftSection={<IconUsers size={16} />}
            aria-pressed={authors}
            onClick={() => setAuthors(!authors)}
          >
            Who wrote
          </Button>
        </Tooltip>
        <Button variant="default" leftSection={<IconSignature size={16} />} disabled={!canWrite} onClick={props.onSign}>
          Sign
        </Button>
      </div>
      <EditorContent editor={editor} className={classes.text} />
    </div>
  );
}

const handleOf = (editor: Editor): ReportHandle => ({
  insertMeasurement: (id) => void editor.chain().focus().insertMeasurement(id).insertContent(" ").run(),
  insertText: (text) => void editor.chain().focus().insertContent(text).run(),
  focus: () => void editor.commands.focus(),
});
