import { randomBytes } from "node:crypto";
import { hashesOf, readReportSpec, renderReport } from "@readroom/shared/crdt/report.js";
import type { UserActor } from "@readroom/shared/domain/access.js";
import { LEASE } from "@readroom/shared/domain/claim.js";
import { type Instant, MINUTE } from "@readroom/shared/kernel/instant.js";
import { z } from "zod";
import { credentialLookups } from "../features/identity/public.js";
import type { SharedDocuments } from "../features/reading/public.js";
import { beginReport, communicationsOf, reportOf, signFactsOf, signReport } from "../features/report/public.js";
import { claimStudy, renewLease } from "../features/worklist/public.js";
import type { Deps } from "../kernel/deps.js";
import { callAbout } from "./call.js";
import { TOUR_ACCESSION } from "./cases.js";
import type { DemoCase } from "./cases-types.js";
import { randomFrom } from "./phantoms/random.js";
import * as store from "./store-night.js";
import { type BroughtWords, wordsFor } from "./words.js";
import { COLLEAGUES } from "./world.js";

/** A study waits at least so long before a simulated colleague takes it, and the list keeps at least so many for the people. */
const PATIENCE = 4 * MINUTE;
const LEFT_FOR_PEOPLE = 6;
/** How much of the time to a report a case of the days before waited in the queue; the rest it was being read. */
const QUEUED = 0.6;

/** What the hub asks a signer to confirm. */
const Points = z.array(z.object({ code: z.string() }));

interface Held {
  readonly studyId: string;
  readonly reader: UserActor;
  readonly fence: number;
  readonly signAt: Instant;
  readonly words: BroughtWords;
}

/**
 * The simulated colleagues. What they do goes through the same commands as what people do: claim, begin, sign, call. `caseOf`: the
 * demo's case of an accession number, undefined for studies that are none of ours.
 */
export class Colleagues {
  #held: Held | null = null;
  readonly #sessions = new Map<string, string>(COLLEAGUES.map(({ email }) => [email, randomBytes(32).toString("hex")]));

  constructor(
    private readonly deps: Deps,
    private readonly documents: SharedDocuments,
    private readonly caseOf: (accession: string) => DemoCase | undefined,
    private readonly nightBegan: () => Promise<Instant>,
  ) {}

  /** One beat: what should have been reported before the demo began is reported, and one study at a time is taken, read and signed. */
  async beat(): Promise<void> {
    const waiting = await store.waitingStudies(this.deps);
    for (const study of waiting) {
      const known = this.caseOf(study.accession);
      if (known?.reported) await this.#reportEarlier(study.id, known, known.reported);
    }
    if (this.#held) await this.#readOn(this.#held);
    else await this.#take(waiting);
  }

  async #take(waiting: readonly store.DemoStudy[]): Promise<void> {
    const now = this.deps.clock.now();
    if (waiting.length <= LEFT_FOR_PEOPLE) return;
    for (const study of waiting) {
      const known = this.caseOf(study.accession);
      const theirs = known?.forColleagues === true && known.accession !== TOUR_ACCESSION && study.urgency !== "stat";
      if (!known || !theirs || now - study.waitingSince < PATIENCE) continue;
      const chance = randomFrom(known.seed, `reading ${known.accession}`);
      const reader = await this.#reader(chance.uniform() < 0.5 ? 0 : 1);
      if (!reader) return;
      const claim = await claimStudy(this.deps, reader, study.id);
      if (!claim.ok) continue;
      const signAt = now + chance.between(3, 8) * MINUTE;
      this.#held = { studyId: study.id, reader, fence: claim.value.fence, signAt, words: wordsFor(known.phantom) };
      return;
    }
  }

  async #readOn(held: Held): Promise<void> {
    const { studyId, reader, fence } = held;
    const now = this.deps.clock.now();
    if (!(await renewLease(this.deps.db.pool, studyId, reader.userId, fence, now, now + LEASE))) {
      // Somebody took it over: then it is theirs.
      this.#held = null;
      return;
    }
    if (now < held.signAt) return;
    this.#held = null;
    const signer = await this.#reader(COLLEAGUES.findIndex(({ name }) => name === reader.name));
    if (signer) await this.#sign(this.deps, signer, studyId, fence, held.words);
  }

  /** A case of the days before the demo's first start: arrival, call and signature at the times that the case says. */
  async #reportEarlier(studyId: string, known: DemoCase, reported: NonNullable<DemoCase["reported"]>): Promise<void> {
    const arrivedAt = (await this.nightBegan()) - known.minutesAgo * MINUTE;
    const reader = await this.#reader(known.seed % 2);
    if (!reader) return;
    const claim = await claimStudy(this.deps, reader, studyId);
    if (!claim.ok) return;
    await store.moveArrival(this.deps, studyId, arrivedAt, arrivedAt + QUEUED * reported.after * MINUTE);
    const at = (minutes: number): Deps => ({ ...this.deps, clock: { now: () => arrivedAt + minutes * MINUTE } });
    if (reported.critical) await callAbout(at, reader, studyId, reported.critical);
    await this.#sign(at(reported.after), reader, studyId, claim.value.fence, reported.words ?? wordsFor(known.phantom));
  }

  async #sign(deps: Deps, reader: UserActor, studyId: string, fence: number, words: BroughtWords): Promise<void> {
    const begun = await beginReport(deps, this.documents, reader, studyId, undefined, {
      actorId: reader.userId,
      name: reader.name,
      sections: words,
    });
    const report = begun.ok ? await reportOf(deps.db.pool, studyId) : null;
    if (!report) return;
    const { list } = await communicationsOf(deps.db.pool, studyId);
    const content = await this.documents.read(report.documentId, (doc) => {
      const spec = readReportSpec(doc);
      return spec && renderReport(doc, spec, () => null, list).content;
    });
    if (!content) return;
    const { patient } = await signFactsOf(deps, deps.db.pool, studyId);
    const sign = (confirm: string[]) =>
      signReport(deps, this.documents, reader, studyId, {
        kind: "final",
        ...hashesOf(content),
        fence,
        confirm,
        patient: patient.identity,
        review: { grade: "agree", note: "" },
      });
    const first = await sign([]);
    const points = first.ok ? [] : Points.parse(first.error.detail?.unconfirmed ?? []);
    const signed = points.length > 0 ? await sign(points.map(({ code }) => code)) : first;
    if (!signed.ok) this.deps.log.warn({ studyId, code: signed.error.code }, "a simulated colleague could not sign");
  }

  /** A colleague logged in just now: the session is renewed, as a password typed again would. */
  async #reader(index: number): Promise<UserActor | null> {
    const { email } = COLLEAGUES[index] ?? COLLEAGUES[0]!;
    const session = this.#sessions.get(email) ?? "";
    if (!(await store.colleagueSession(this.deps, email, session))) return null;
    const actor = await credentialLookups(this.deps).session(session, "127.0.0.1");
    return actor?.kind === "user" ? actor : null;
  }
}
