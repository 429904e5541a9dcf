import * as Y from "yjs";
import { ROOM_LIMITS } from "../contract/room.js";
import { isAccepted, readAnnotationRecord } from "./annotation.js";
import { KeyImage, READING_ROOTS } from "./reading.js";
import { REPORT_ROOTS, readReportSpec } from "./report.js";
import { FIELD_VALUE_MAX } from "./report-fields.js";
import { MARK_VALUES, markName, openSuggestions, SuggestionMark } from "./report-marks.js";

/** Who sends an edit, and what that person may do in this document. */
export interface Writer {
  readonly personId: string;
  /**
   * The hub has judged these edits before, one by one as they came; now several people's are in one, whose hands can't be told apart any
   * more. Only the shape is looked at.
   */
  readonly judged: boolean;
  readonly mark: boolean;
  /** May make marks a part of the record. */
  readonly accept: boolean;
  readonly write: boolean;
  /** Person of a Yjs client id: after a hub's restart somebody may hand on words of another that were not saved yet. */
  personOf(client: number): string | undefined;
  /** Who made a record that was deleted, as far as it is remembered. */
  authorOfDeleted(id: string): string | undefined;
  /** Has that person written in this document? */
  hasWritten(personId: string): boolean;
}

export interface Verdict {
  readonly code: "invalid" | "forbidden" | "too_large";
  readonly reason: string;
}
const invalid = (reason: string): Verdict => ({ code: "invalid", reason });
const forbidden = (reason: string): Verdict => ({ code: "forbidden", reason });

/**
 * Judges an edit that was just applied to a trial copy: is the document still of its shape, and was the writer allowed to do it?
 * @param transaction of the trial copy, in its "afterTransaction"
 * @param before the same document without the edit
 */
export function checkReading(transaction: Y.Transaction, before: Y.Doc, writer: Writer): Verdict | null {
  const { doc } = transaction;
  const strange = strangeRoot(doc, READING_ROOTS);
  if (strange) return strange;
  for (const [type, keys] of transaction.changed) {
    const root = READING_ROOTS.find((name) => doc.share.get(name) === (type as unknown));
    if (!root) return invalid("only whole records may be written");
    if (!writer.mark) return forbidden("You may look and point in this room, but not mark.");
    for (const key of keys) {
      const verdict =
        key === null ? invalid("a list in place of records") : checkRecord(root, key, doc, before, writer);
      if (verdict) return verdict;
    }
  }
  // Two processes may each have taken the last one: taking some away must then still be possible.
  const marks = doc.getMap("annotations").size;
  if (marks > ROOM_LIMITS.annotations && marks > before.getMap("annotations").size) {
    return { code: "too_large", reason: `A reading holds at most ${ROOM_LIMITS.annotations} annotations.` };
  }
  return null;
}

function checkRecord(
  root: (typeof READING_ROOTS)[number],
  key: string,
  doc: Y.Doc,
  before: Y.Doc,
  writer: Writer,
): Verdict | null {
  const value = doc.getMap(root).get(key);
  if (value === undefined) return null;
  const record = root === "annotations" ? readAnnotationRecord(value) : KeyImage.safeParse(value).data;
  if (!record) return invalid(`${root}: not a valid record`);
  if (record.id !== key) return invalid(`${root}: a record under another record's name`);
  if (writer.judged) return null;
  const client = doc.getMap(root)._map.get(key)?.id.client;
  const hand = (client === undefined ? undefined : writer.personOf(client)) ?? writer.personId;
  if (!isAuthor(record.author.id, root, key, before, hand, writer))
    return forbidden("A mark carries the name of the person who made it.");
  // What another's hand wrote was judged when it came from them; it is here because it was written at the same time.
  if (hand !== writer.personId || !("points" in record)) return null;
  if (!writer.accept && isAccepted(record))
    return forbidden("What you draw is a draft until a reader of the study accepts it.");
  const earlier = readAnnotationRecord(before.getMap(root).get(key));
  const { acceptedBy } = record;
  return acceptedBy === undefined || acceptedBy.id === hand || acceptedBy.id === earlier?.acceptedBy?.id
    ? null
    : forbidden("A mark is accepted in the name of the person who does it.");
}

/**
 * A new record is its writer's; a changed one stays its author's. Somebody may change a mark while another deletes it: that brings
 * it back with its author, and where that one is no longer remembered it must at least be a person of this document.
 */
function isAuthor(author: string, root: string, key: string, before: Y.Doc, hand: string, writer: Writer): boolean {
  const earlier = before.getMap(root).get(key) as { author?: { id?: unknown } } | undefined;
  const maker = earlier?.author?.id ?? writer.authorOfDeleted(key);
  if (maker !== undefined) return author === maker;
  return author === hand || (before.getMap(root)._map.has(key) && writer.hasWritten(author));
}

const MARKS = ["bold", "italic", "underline"];
const BLOCKS = ["paragraph", "bulletList", "orderedList"];
const INLINE = ["hardBreak", "measurement", "reportField"];

/** Elements of the body: their attributes and what may stand in them. */
const ELEMENTS: Record<
  string,
  { readonly attributes: readonly string[]; readonly children: readonly string[]; readonly text?: true }
> = {
  reportSection: { attributes: ["sectionKey"], children: BLOCKS },
  paragraph: { attributes: [], children: INLINE, text: true },
  bulletList: { attributes: [], children: ["listItem"] },
  orderedList: { attributes: ["start", "type"], children: ["listItem"] },
  listItem: { attributes: [], children: BLOCKS },
  hardBreak: { attributes: [], children: [] },
  measurement: { attributes: ["annotationId"], children: [] },
  reportField: { attributes: ["fieldKey", "value"], children: [] },
};
const MAX_DEPTH = 12;
const MAX_ATTRIBUTE = FIELD_VALUE_MAX;

/** The same for a report: text and its few kinds of elements; "meta" is the hub's own. */
export function checkReport(transaction: Y.Transaction, before: Y.Doc, writer: Writer): Verdict | null {
  const { doc } = transaction;
  const strange = strangeRoot(doc, REPORT_ROOTS);
  if (strange) return strange;
  if (transaction.changed.size > 0 && !writer.write) return forbidden("You may read this report, but not write in it.");
  const keys = new Set(readReportSpec(doc)?.sections.map((section) => section.key));
  const body = doc.getXmlFragment("body");
  for (const type of transaction.changed.keys() as Iterable<unknown>) {
    const verdict = type === body ? checkBody(body, keys) : checkNode(type, 0);
    if (verdict) return verdict;
  }
  return writer.judged ? null : checkSuggestions(transaction.changed.keys(), before, writer);
}

/**
 * A suggestion carries the name of the person who made it: the hand that marked the words. Editing around a mark writes it anew, with
 * another hand: that passes where the same suggestion was there before.
 */
function checkSuggestions(changed: Iterable<unknown>, before: Y.Doc, writer: Writer): Verdict | null {
  const foreign = new Map<string, string>();
  const visit = (node: unknown): void => {
    if (node instanceof Y.XmlText) {
      for (let item = node._start; item !== null; item = item.right) {
        if (item.deleted || !(item.content instanceof Y.ContentFormat)) continue;
        const { key, value } = item.content as unknown as { key: string; value: unknown };
        const mark = /^(?:insertion|deletion)\b/.test(key) ? SuggestionMark.safeParse(value).data : undefined;
        if (mark && mark.by !== (writer.personOf(item.id.client) ?? writer.personId)) foreign.set(mark.id, mark.by);
      }
    } else if (node instanceof Y.XmlElement || node instanceof Y.XmlFragment)
      for (const child of node.toArray()) visit(child);
  };
  for (const type of changed) visit(type);
  if (foreign.size === 0) return null;
  const known = new Map(openSuggestions(before.getXmlFragment("body")).map(({ id, by }) => [id, by]));
  return [...foreign].every(([id, by]) => known.get(id) === by)
    ? null
    : forbidden("A suggestion carries the name of the person who made it.");
}

function checkBody(body: Y.XmlFragment, keys: ReadonlySet<string>): Verdict | null {
  if (body._map.size > 0) return invalid("body: fields in place of text");
  for (const child of body.toArray()) {
    if (!(child instanceof Y.XmlElement) || child.nodeName !== "reportSection")
      return invalid("body: only sections stand here");
    if (!keys.has(String(child.getAttribute("sectionKey"))))
      return invalid("body: a section that the template does not have");
    const verdict = checkNode(child, 0);
    if (verdict) return verdict;
  }
  return null;
}

function checkNode(node: unknown, depth: number): Verdict | null {
  if (node instanceof Y.XmlText) return checkText(node);
  if (!(node instanceof Y.XmlElement)) return invalid("a part that no report has");
  if (depth > MAX_DEPTH) return invalid("nested too deeply");
  const rule = Object.hasOwn(ELEMENTS, node.nodeName) ? ELEMENTS[node.nodeName] : undefined;
  if (!rule) return invalid("an element that no report has");
  for (const [name, value] of Object.entries(node.getAttributes() as Record<string, unknown>)) {
    if (!rule.attributes.includes(name)) return invalid(`${node.nodeName}: an attribute that it does not have`);
    const simple =
      value === null || typeof value === "number" || (typeof value === "string" && value.length <= MAX_ATTRIBUTE);
    if (!simple) return invalid(`${node.nodeName}: attribute ${name} is not valid`);
  }
  for (const child of node.toArray() as unknown[]) {
    if (
      child instanceof Y.XmlText
        ? !rule.text
        : !(child instanceof Y.XmlElement && rule.children.includes(child.nodeName))
    ) {
      return invalid(`${node.nodeName}: a part that does not belong in it`);
    }
    const verdict = checkNode(child, depth + 1);
    if (verdict) return verdict;
  }
  return null;
}

function checkText(text: Y.XmlText): Verdict | null {
  if (text._map.size > 0) return invalid("text: fields in place of words");
  for (let item = text._start; item !== null; item = item.right) {
    if (item.deleted || item.content instanceof Y.ContentString) continue;
    if (!(item.content instanceof Y.ContentFormat)) return invalid("text: something that is not words");
    const { key, value } = item.content as unknown as { key: string; value: unknown };
    const name = markName(String(key));
    if (MARKS.includes(name) || value === null) continue;
    const shape = Object.hasOwn(MARK_VALUES, name) ? MARK_VALUES[name as keyof typeof MARK_VALUES] : undefined;
    if (!shape) return invalid("text: a mark that no report has");
    if (!shape.safeParse(value).success) return invalid(`text: not a valid ${name}`);
  }
  return null;
}

function strangeRoot(doc: Y.Doc, roots: readonly string[]): Verdict | null {
  for (const name of doc.share.keys())
    if (!roots.includes(name)) return invalid("a part that this kind of document does not have");
  return null;
}
