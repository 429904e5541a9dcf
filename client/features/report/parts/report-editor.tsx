import { ActionIcon, Button, Indicator, SegmentedControl, Tooltip } from "@mantine/core";
import { fieldsOf, type ReportSpec, readReportSpec } from "@readroom/shared/crdt/report.js";
import type { Origin } from "@readroom/shared/crdt/report-marks.js";
import { fieldLinesOf } from "@readroom/shared/crdt/report-text.js";
import type { Mend } from "@readroom/shared/domain/report-checks/checks.js";
import { IconMessage, IconPencilCheck, IconUsers } from "@tabler/icons-react";
import { type Editor, EditorContent, useEditor } from "@tiptap/react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { RoomProvider } from "../../../kernel/room/provider";
import { useRoomState } from "../../../kernel/room/use-room";
import { useMay } from "../../../kernel/session";
import { toast } from "../../../ui/toast";
import { broughtIn } from "../editor/brought-in";
import { reportExtensions } from "../editor/extensions";
import { goToDeleted, goToMark, goToSection } from "../editor/go-to";
import type { MeasurementSource } from "../editor/measurement";
import { fillNormal, sectionAt } from "../editor/normal";
import { redrawAuthors } from "../editor/people";
import classes from "../report.module.css";
import { useComments } from "../use-templates";
import { Comments, type NewThread } from "./comments";
import { Dictate } from "./dictate";
import { DraftMark, SavedMark } from "./saved-mark";
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
  readonly studyId: string;
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
  const looksOn = state.self?.rights.write === false && state.frozen === null;
  const writable = useRef(canWrite);
  writable.current = canWrite;
  const editor = useEditor({
    extensions,
    editable: canWrite,
    editorProps: {
      attributes: () => ({
        ...{ "aria-label": "Report", role: "textbox", "aria-multiline": "true", spellcheck: "true" },
        "aria-readonly": String(!writable.current),
      }),
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
  const comments = useComments(props.studyId, useMay("report.write")).data;
  const threads = comments?.threads.filter(({ resolvedAt }) => resolvedAt === null).length ?? 0;
  const [talk, setTalk] = useState(false);
  const [thread, setThread] = useState<(NewThread & { from: number; to: number }) | null>(null);
  /** Opens the comments; with words selected, a new thread on them. */
  const begin = (): void => {
    const { from, to, empty } = editor.state.selection;
    const quote = editor.state.doc.textBetween(from, to, " ", " ").trim();
    const fresh = !empty && quote !== "" && canWrite;
    setThread(fresh ? { threadId: crypto.randomUUID(), quote, from, to } : null);
    setTalk(fresh || !talk);
  };
  const anchor = (threadId: string): void => {
    const mark = editor.schema.marks.comment;
    if (!thread || !mark) return;
    const to = Math.min(thread.to, editor.state.doc.content.size);
    if (thread.from < to) editor.view.dispatch(editor.state.tr.addMark(thread.from, to, mark.create({ id: threadId })));
    setThread(null);
  };
  const settle = (ids: readonly string[], how: "accept" | "reject"): void => {
    for (const id of ids) editor.commands.settleSuggestion(id, how);
  };

  return (
    <div className={classes.sheet}>
      <div className={classes.bar}>
        {looksOn ? <DraftMark /> : <SavedMark saved={state.saved} />}
        <span className={classes.grow} />
        <Mode mode={mode} disabled={!canWrite} onChange={setMode} />
        {suggestions.length > 0 ? (
          <Indicator label={suggestions.length} size={14} color="teal" inline>
            <Tooltip label="Suggestions">
              <ActionIcon
                variant={strip ? "light" : "subtle"}
                aria-label={`${suggestions.length} suggested`}
                aria-expanded={strip}
                onClick={() => setStrip(!strip)}
              >
                <IconPencilCheck size={16} />
              </ActionIcon>
            </Tooltip>
          </Indicator>
        ) : null}
        {spec ? <NormalButton editor={editor} spec={spec} disabled={!canWrite} /> : null}
        {spec ? <Dictate studyId={props.studyId} editor={editor} spec={spec} disabled={!canWrite} /> : null}
        {comments ? (
          <Indicator label={threads} size={14} disabled={threads === 0} color="teal" inline>
            <ActionIcon
              variant={talk ? "light" : "subtle"}
              aria-label={`Comments, ${threads} open`}
              aria-expanded={talk}
              // The words that are selected stay so.
              onMouseDown={(event) => event.preventDefault()}
              onClick={begin}
            >
              <IconMessage size={16} />
            </ActionIcon>
          </Indicator>
        ) : null}
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
      {talk && comments ? (
        <Comments
          studyId={props.studyId}
          view={comments}
          begun={thread}
          onBegun={({ threadId }) => anchor(threadId)}
          onCancel={() => setThread(null)}
          // A thread on a mark has no words here: its image is shown.
          onShow={(id) => goToMark(editor, ["comment"], id) || props.onShowMeasurement(id)}
        />
      ) : null}
      <EditorContent editor={editor} className={classes.text} data-mode={mode} />
    </div>
  );
}

/** Fills the section's normal text, or with Shift the whole report's. */
function NormalButton({ editor, spec, disabled }: { editor: Editor; spec: ReportSpec; disabled: boolean }) {
  const has = spec.sections.some(({ normal, fields = [] }) => normal || fields.some((field) => field.normal));
  const fill = (whole: boolean): void => {
    if (!fillNormal(editor, spec, whole ? null : sectionAt(editor)))
      toast.refused(
        whole
          ? "Nothing is left to fill in."
          : "This section has nothing to fill in. With Shift, all sections are filled.",
        "Normal",
      );
  };
  return (
    <Tooltip label="Fill in what the template calls normal: this section; with Shift, all">
      <Button
        variant="subtle"
        disabled={disabled || !has}
        onMouseDown={(event) => event.preventDefault()}
        onClick={(event) => fill(event.shiftKey)}
      >
        Normal
      </Button>
    </Tooltip>
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

/** What is put in from elsewhere never replaces words: they may have been selected for something else. A blank stands before it where a word ends. */
function behindSelection(editor: Editor) {
  const { to, $to } = editor.state.selection;
  const before = $to.parent.textBetween(Math.max(0, $to.parentOffset - 1), $to.parentOffset, " ", " ");
  const chain = editor.chain().focus().setTextSelection(to);
  return /[^\s(]/.test(before) ? chain.insertContent(" ") : chain;
}

const handleOf = (editor: Editor, source: MeasurementSource, showSuggestions: () => void): ReportHandle => ({
  insertMeasurement: (id) => void behindSelection(editor).insertMeasurement(id).run(),
  insertText: (text) => void behindSelection(editor).insertContent(text).run(),
  bring: (text, origin, section) => {
    if (section) goToSection(editor, section);
    behindSelection(editor).insertContent(broughtIn(text, origin)).run();
  },
  goTo: (mend) => {
    if (mend.kind === "section") goToSection(editor, mend.section, mend.words);
    else if (mend.kind === "measurements") goToDeleted(editor, source);
    else if (mend.kind === "suggestions") showSuggestions();
  },
  focus: () => void editor.commands.focus(),
});
