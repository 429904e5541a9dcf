import { ActionIcon, Button, SegmentedControl, Tooltip } from "@mantine/core";
import { fieldsOf, readReportSpec } from "@readroom/shared/crdt/report.js";
import type { Origin } from "@readroom/shared/crdt/report-marks.js";
import { fieldLinesOf } from "@readroom/shared/crdt/report-text.js";
import type { Mend } from "@readroom/shared/domain/report-checks/checks.js";
import { IconPencilCheck, IconSignature, IconUsers } from "@tabler/icons-react";
import { type Editor, EditorContent, useEditor } from "@tiptap/react";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import type { RoomProvider } from "../../../kernel/room/provider";
import { useRoomState } from "../../../kernel/room/use-room";
import { toast } from "../../../ui/toast";
import { broughtIn } from "../editor/brought-in";
import { reportExtensions } from "../editor/extensions";
import { goToDeleted, goToMark, goToSection } from "../editor/go-to";
import type { MeasurementSource } from "../editor/measurement";
import { redrawAuthors } from "../editor/people";
import classes from "../report.module.css";
import { SavedMark } from "./saved-mark";
import { Suggestions, useSuggestions } from "./suggestions";

/** What the reading room and the panels around may do with the editor from outside. */
export interface ReportHandle {
  /** Puts the live figure of an annotation at the caret. */
  insertMeasurement(annotationId: string): void;
  insertText(text: string): void;
  /** Puts words in as they came from elsewhere, at the end of a section where one is named. */
  bring(text: string, origin: Origin, section?: string): void;
  /** Where a point before a signature is mended, as far as it is in the text. */
  goTo(mend: Mend): void;
  focus(): void;
}

export interface ReportEditorProps {
  readonly room: RoomProvider;
  readonly source: MeasurementSource;
  readonly snippets: ReadonlyMap<string, string>;
  readonly onShowMeasurement: (annotationId: string) => void;
  readonly onSign: () => void;
  /** Escape: back to the images. */
  readonly onLeave: () => void;
  readonly onReady?: ((handle: ReportHandle | null) => void) | undefined;
  /** Further things in the editor's bar, given the editor. */
  readonly tools?: (editor: Editor) => ReactNode;
  /** Below the text. */
  readonly below?: (editor: Editor) => ReactNode;
}

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
  const { room, source } = props;
  const state = useRoomState(room);
  const [authors, setAuthors] = useState(false);
  const [mode, setMode] = useState<"write" | "suggest">("write");
  const [strip, setStrip] = useState(false);
  const suggestions = useSuggestions(room);
  const newest = useRef({ ...props, authors, mode });
  newest.current = { ...props, authors, mode };
  const spec = useMemo(() => readReportSpec(room.doc), [room]);
  const extensions = useMemo(() => {
    const titles = new Map(spec?.sections.map((section) => [section.key, section]));
    return reportExtensions({
      doc: room.doc,
      room,
      source,
      titleOf: (key) => titles.get(key) ?? { title: key, required: false },
      snippetFor: (word) => newest.current.snippets.get(word.toLowerCase()) ?? null,
      onShow: (id) => newest.current.onShowMeasurement(id),
      onSign: () => newest.current.onSign(),
      onLeave: () => newest.current.onLeave(),
      colourOf: authorColour,
      shown: () => newest.current.authors,
      fields: spec ? fieldsOf(spec) : new Map(),
      fieldLines: new Map(spec?.sections.map(({ key, normalText }) => [key, fieldLinesOf(normalText)])),
      suggester: () => (newest.current.mode === "suggest" ? (room.snapshot().self?.personId ?? null) : null),
      now: () => Date.now(),
      newId: () => crypto.randomUUID(),
      onRefused: (why) => void toast.refused(why),
    });
  }, [room, source, spec]);
  const canWrite = state.self?.rights.write === true && state.frozen === null;
  const editor = useEditor({
    extensions,
    editable: canWrite,
    editorProps: {
      attributes: { "aria-label": "Report", role: "textbox", "aria-multiline": "true", spellcheck: "true" },
    },
  });
  useEffect(() => void editor.setEditable(canWrite), [editor, canWrite]);
  useEffect(() => {
    if (!editor.isDestroyed) editor.view.dispatch(editor.state.tr.setMeta(redrawAuthors.key, authors));
  }, [editor, authors]);
  useEffect(() => {
    newest.current.onReady?.(handleOf(editor, source, () => setStrip(true)));
    return () => newest.current.onReady?.(null);
  }, [editor, source]);
  const settle = (ids: readonly string[], how: "accept" | "reject"): void => {
    for (const id of ids) editor.commands.settleSuggestion(id, how);
  };

  return (
    <div className={classes.sheet}>
      <div className={classes.bar}>
        <SavedMark saved={state.saved} />
        <span className={classes.grow} />
        <Mode mode={mode} disabled={!canWrite} onChange={setMode} />
        {suggestions.length > 0 ? (
          <Button
            variant={strip ? "light" : "subtle"}
            aria-expanded={strip}
            leftSection={<IconPencilCheck size={16} />}
            onClick={() => setStrip(!strip)}
          >
            {suggestions.length} suggested
          </Button>
        ) : null}
        {props.tools?.(editor)}
        <Tooltip label="Colour words by who wrote them">
          <ActionIcon
            variant={authors ? "light" : "subtle"}
            aria-label="Who wrote"
            aria-pressed={authors}
            onClick={() => setAuthors(!authors)}
          >
            <IconUsers size={16} />
          </ActionIcon>
        </Tooltip>
        <Button variant="default" leftSection={<IconSignature size={16} />} disabled={!canWrite} onClick={props.onSign}>
          Sign
        </Button>
      </div>
      {strip && suggestions.length > 0 ? (
        <Suggestions
          room={room}
          list={suggestions}
          mayWrite={canWrite}
          titleOf={(key) => spec?.sections.find((section) => section.key === key)?.title ?? key}
          onShow={(id) => void goToMark(editor, ["insertion", "deletion"], id)}
          onSettle={settle}
        />
      ) : null}
      <EditorContent editor={editor} className={classes.text} data-mode={mode} />
      {props.below?.(editor)}
    </div>
  );
}

function Mode({
  mode,
  disabled,
  onChange,
}: {
  mode: "write" | "suggest";
  disabled: boolean;
  onChange: (mode: "write" | "suggest") => void;
}) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="How edits are made"
      disabled={disabled}
      value={mode}
      onChange={(value) => onChange(value === "suggest" ? "suggest" : "write")}
      data={[
        { value: "write", label: "Write" },
        { value: "suggest", label: "Suggest" },
      ]}
    />
  );
}

const handleOf = (editor: Editor, source: MeasurementSource, showSuggestions: () => void): ReportHandle => ({
  insertMeasurement: (id) => void editor.chain().focus().insertMeasurement(id).insertContent(" ").run(),
  insertText: (text) => void editor.chain().focus().insertContent(text).run(),
  bring: (text, origin, section) => {
    if (section) goToSection(editor, section);
    editor.chain().focus().insertContent(broughtIn(text, origin)).run();
  },
  goTo: (mend) => {
    if (mend.kind === "section") goToSection(editor, mend.section, mend.words);
    else if (mend.kind === "measurements") goToDeleted(editor, source);
    else if (mend.kind === "suggestions") showSuggestions();
  },
  focus: () => void editor.commands.focus(),
});
