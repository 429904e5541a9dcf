import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type {
  HistoryLine,
  HistoryMoment,
  HistoryPerson,
  HistoryState,
} from "@readroom/shared/contract/http/history.js";
import { documentParts, readingDocument, SharedView } from "@readroom/shared/contract/room.js";
import { describeMeasurement } from "@readroom/shared/crdt/annotation.js";
import { readAnnotations, readKeyImages } from "@readroom/shared/crdt/reading.js";
import { readReportSpec, renderReport } from "@readroom/shared/crdt/report.js";
import { type Actor, may } from "@readroom/shared/domain/access.js";
import { DAY, MINUTE } from "@readroom/shared/kernel/instant.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../../kernel/audit.js";
import type { Deps } from "../../../kernel/deps.js";
import { isOut, roleIn, subjectOf } from "../policy.js";
import { memberOf, type RoomStudy, roomStudy } from "../store.js";
import { Past } from "./past.js";
import * as store from "./store.js";

/** Looks of one person and stretches of edits on a time line: more could not be told apart on a screen. */
const MOST_LOOKS = 400;
const STRETCHES = 300;

/** Reading a room's past: who may, the time line, and the state at an instant. */
export class History {
  private readonly past: Past;
  private readonly audited = new Map<string, number>();

  constructor(
    private readonly deps: Deps,
    private readonly keptDays: number,
    /** Waits until what was just seen in the rooms is written. */
    private readonly settled: () => Promise<void>,
  ) {
    this.past = new Past(deps.db);
  }

  /**
   * Radiologists of the group that the study is routed to, and administrators of the group or the hospital; nobody who was sent out,
   * and no guest. For others there is no such study.
   */
  private async allowed(actor: Actor, studyId: string): Promise<Result<RoomStudy, Refusal>> {
    const none = err(refusal("not_found", "There is no such study."));
    const study = await roomStudy(this.deps.db, studyId);
    if (!study || actor.kind !== "user" || !may(actor, "history.read", subjectOf(study))) return none;
    const own = [study.groupId, ...(actor.roles.includes("administrator") ? [study.hospitalId] : [])];
    if (!own.includes(actor.organisationId)) return none;
    const member = await memberOf(this.deps.db, studyId, actor.userId);
    return isOut(member, roleIn(actor, study, member)) ? none : ok(study);
  }

  /** Read once a minute by one person is one line of the audit trail: a scrub asks many times a second. */
  private async noteRead(actor: Actor, study: RoomStudy, what: string): Promise<void> {
    const now = this.deps.clock.now();
    const key = `${actor.kind === "user" ? actor.userId : ""} ${study.id} ${what}`;
    if (now - (this.audited.get(key) ?? 0) < MINUTE) return;
    if (this.audited.size > 2_000) this.audited.clear();
    this.audited.set(key, now);
    await audit(this.deps.db.pool, actor, [
      {
        action: "history.read",
        organisationId: study.hospitalId,
        patientId: study.patientId,
        studyId: study.id,
        subject: `room:${study.id}`,
        detail: { what },
      },
    ]);
  }

  async line(actor: Actor, studyId: string): Promise<Result<HistoryLine, Refusal>> {
    const allowed = await this.allowed(actor, studyId);
    if (!allowed.ok) return allowed;
    await Promise.all([this.noteRead(actor, allowed.value, "line"), this.settled()]);
    const { db } = this.deps;
    const [span, stays, looks, signatures] = await Promise.all([
      store.spanOfEdits(db, studyId),
      store.staysOf(db, studyId),
      store.looksOf(db, studyId, MOST_LOOKS),
      store.signaturesOf(db, studyId),
    ]);
    const instants = [
      ...(span ? [span.from, span.until] : []),
      ...stays.flatMap((stay) => [stay.from, stay.until]),
      ...signatures.map((one) => one.at),
    ].map((at) => at.getTime());
    const from = instants.length > 0 ? Math.min(...instants) : 0;
    const until = instants.length > 0 ? Math.max(...instants) : 0;
    const edits = await store.editsOf(db, studyId, Math.max(1_000, (until - from) / STRETCHES));
    const names = new Map(stays.map((stay) => [stay.personId, stay.name]));
    const moments: HistoryMoment[] = [
      ...edits.map((one) => ({
        at: one.at.getTime(),
        kind: one.kind === "report" ? ("report" as const) : ("marks" as const),
        personId: one.personId,
        name: one.name ?? names.get(one.personId) ?? "Template",
        count: one.edits,
        what: "",
      })),
      ...signatures.map((one) => ({
        ...{ at: one.at.getTime(), kind: "signed" as const, personId: one.personId, name: one.name },
        ...{ count: one.version, what: one.kind },
      })),
      ...looks
        .filter((look) => look.presents)
        .map((look) => ({
          ...{ at: look.at.getTime(), kind: "presents" as const, personId: look.personId },
          ...{ name: names.get(look.personId) ?? "", count: 1, what: "" },
        })),
    ];
    return ok({
      studyId,
      from,
      until,
      viewsSince: this.deps.clock.now() - this.keptDays * DAY,
      readerId: allowed.value.claimedBy,
      people: peopleOf(stays, looks),
      moments: moments.sort((a, b) => a.at - b.at),
    });
  }

  async state(actor: Actor, studyId: string, at: number): Promise<Result<HistoryState, Refusal>> {
    const allowed = await this.allowed(actor, studyId);
    if (!allowed.ok) return allowed;
    await Promise.all([this.noteRead(actor, allowed.value, "state"), this.settled()]);
    const { db } = this.deps;
    const instant = new Date(at);
    const [documents, screens, stays, signatures] = await Promise.all([
      store.documentsAt(db, studyId, instant),
      store.screensAt(db, studyId, instant),
      store.staysOf(db, studyId),
      store.signaturesOf(db, studyId),
    ]);
    const marks = await this.past.at(readingDocument(studyId), at, (doc) => ({
      annotations: readAnnotations(doc),
      keyImages: readKeyImages(doc),
    }));
    const figures = new Map(marks.annotations.map((mark) => [mark.id, describeMeasurement(mark)]));
    const last = documents.filter((one) => one.kind === "report").at(-1);
    const signed = signatures.filter((one) => one.at.getTime() <= at && last && one.at >= last.createdAt).at(-1);
    return ok({
      at,
      ...marks,
      report: last
        ? await this.report(last.id, at, figures, signed ? `${signed.kind}, version ${signed.version}` : null)
        : null,
      screens: screens.flatMap((seen) => {
        const view = SharedView.safeParse(seen.view);
        return view.success
          ? [{ personId: seen.personId, at: seen.at.getTime(), presenting: seen.presenting, view: view.data }]
          : [];
      }),
      here: [...new Set(stays.filter((stay) => isThere(stay, at)).map((stay) => stay.personId))],
    });
  }

  private report(
    documentId: string,
    at: number,
    figures: ReadonlyMap<string, string>,
    signed: string | null,
  ): Promise<HistoryState["report"]> {
    return this.past.at(documentId, at, (doc, personOf) => {
      const spec = readReportSpec(doc);
      const parts = documentParts(documentId);
      if (!spec || parts?.kind !== "report") return null;
      const { content, written } = renderReport(doc, spec, (id) => figures.get(id) ?? null);
      const words = written.map(({ section, start, length, client }) => {
        const person = personOf(client);
        return { section, start, length, personId: person?.actorId ?? "unknown", name: person?.name ?? "unknown" };
      });
      const { kind, templateName } = spec;
      return { generation: parts.generation, kind, templateName, sections: content.sections, words, signed };
    });
  }
}

const isThere = (stay: store.StayRow, at: number): boolean =>
  stay.from.getTime() <= at && at <= stay.until.getTime() + 1_000;

function peopleOf(stays: readonly store.StayRow[], looks: readonly { personId: string; at: Date }[]): HistoryPerson[] {
  const people = new Map<string, HistoryPerson & { stays: { from: number; until: number }[]; looks: number[] }>();
  for (const { personId, name, colour, roomRole, from, until } of stays) {
    const person = people.get(personId) ?? { personId, name, colour, roomRole, stays: [], looks: [] };
    const last = person.stays.at(-1);
    // one person on two screens, or a page that was loaded anew: one stay
    if (last && from.getTime() - last.until < 2_000) last.until = Math.max(last.until, until.getTime());
    else person.stays.push({ from: from.getTime(), until: until.getTime() });
    people.set(personId, { ...person, name, colour, roomRole });
  }
  for (const { personId, at } of looks) people.get(personId)?.looks.push(at.getTime());
  return [...people.values()];
}
