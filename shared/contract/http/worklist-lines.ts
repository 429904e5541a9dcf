import { z } from "zod";
import { URGENCIES } from "../../domain/urgency.js";
import { claimFrom, rowFrom } from "../../domain/worklist-row.js";
import { ReaderScope } from "./session.js";
import { PersonChip, type WorklistRow } from "./worklist.js";

const Id = z.guid();
const Ms = z.number().int();
const texts = z.array(z.string());
const numbers = z.array(z.number());
const optional = z.array(z.number().nullable());

/** Where the next page begins, as a page named it: rank, deadline in ms or "-", study. Holds nothing of the patient. */
export const LinesQuery = z.object({
  after: z
    .string()
    .regex(/^-?\d{1,3},(-|\d{1,16}),[0-9a-f-]{36}$/)
    .optional(),
});

/**
 * A page of the group's list, a column at a time: 50,000 lines are 50,000 objects in the browser and never in the hub, which passes on
 * what the database wrote. Lists named once and referred to by place: sites, pools, people, words (texts that recur). What few lines have (a
 * holder, an escalation) is listed apart, by the line's place.
 */
export const LinesPage = z.object({
  serverNow: Ms,
  seq: z.number().int(),
  groupId: Id,
  /** Given with the first page: how many lines there are, and what the caller may read. */
  total: z.number().int().nullable(),
  reader: ReaderScope.nullable(),
  next: z.string().nullable(),
  sites: z.array(
    z.object({
      id: Id,
      code: z.string(),
      name: z.string(),
      timeZone: z.string(),
      jurisdiction: z.string(),
      hospitalId: Id,
      hospitalName: z.string(),
    }),
  ),
  pools: z.array(z.object({ id: Id, code: z.string(), name: z.string() })),
  people: z.array(PersonChip),
  columns: z.object({
    id: texts,
    uid: texts,
    site: numbers,
    patient: z.array(z.string().nullable()),
    name: texts,
    ordered: numbers,
    mrn: texts,
    born: z.array(z.string().nullable()),
    sex: z.array(z.string().nullable()),
    accession: texts,
    procedure: texts,
    description: texts,
    modalities: texts,
    bodyPart: texts,
    studyAt: optional,
    firstAt: numbers,
    lastAt: numbers,
    state: texts,
    received: numbers,
    expected: optional,
    series: numbers,
    match: texts,
    matchReason: texts,
    urgency: numbers,
    urgencyReason: texts,
    startedAt: optional,
    deadline: optional,
    pool: z.array(z.number().nullable()),
    subspecialty: texts,
    routable: numbers,
    routing: texts,
    report: texts,
    critical: texts,
    priors: numbers,
    demo: numbers,
    late: numbers.optional(),
    paused: numbers.optional(),
  }),
  claims: z.array(
    z.object({
      at: z.number(),
      state: z.string(),
      by: z.number().nullable(),
      since: Ms.nullable(),
      until: Ms.nullable(),
      fence: z.number(),
      note: z.string(),
      hold: z.boolean(),
      signedAt: Ms.nullable(),
    }),
  ),
  escalations: z.array(z.object({ at: z.number(), by: z.string(), since: Ms, note: z.string() })),
});
export type LinesPage = z.infer<typeof LinesPage>;

/** The lines of a page, as they are pushed one by one afterwards. Sites, pools and people are shared between lines. */
export function linesOfPage(page: LinesPage): WorklistRow[] {
  const { columns: c, seq, groupId } = page;
  const sites = page.sites.map(({ hospitalId, hospitalName, ...site }) => ({
    site,
    hospital: { id: hospitalId, name: hospitalName },
  }));
  const claims = new Map(page.claims.map((claim) => [claim.at, claim]));
  const escalations = new Map(page.escalations.map((one) => [one.at, { by: one.by, at: one.since, note: one.note }]));
  const open = { state: "open" } as const;
  return c.id.map((studyId, n) => {
    const claim = claims.get(n);
    const by = claim?.by ?? null;
    const place = sites[c.site[n] as number] as (typeof sites)[number];
    const pool = c.pool[n] ?? null;
    return rowFrom(
      {
        studyId,
        studyInstanceUid: c.uid[n] as string,
        hospital: place.hospital,
        site: place.site,
        groupId,
        patientId: c.patient[n] ?? null,
        name: c.name[n] as string,
        ordered: c.ordered[n] === 1,
        mrn: c.mrn[n] as string,
        birthDate: c.born[n] ?? null,
        sex: c.sex[n] ?? null,
        accessionNumber: c.accession[n] as string,
        procedureText: c.procedure[n] as string,
        description: c.description[n] as string,
        modalities: (c.modalities[n] as string).split("\\").filter(Boolean),
        orderModality: "",
        bodyPart: c.bodyPart[n] as string,
        studyAt: c.studyAt[n] ?? null,
        firstAt: c.firstAt[n] as number,
        lastAt: c.lastAt[n] as number,
        state: c.state[n] as string,
        received: c.received[n] as number,
        expected: c.expected[n] ?? null,
        series: c.series[n] as number,
        matchState: c.match[n] as string,
        matchReason: c.matchReason[n] as string,
        urgency: URGENCIES[c.urgency[n] as number] ?? "routine",
        urgencyReason: c.urgencyReason[n] as string,
        clockStartedAt: c.startedAt[n] ?? null,
        deadline: c.deadline[n] ?? null,
        pool: pool === null ? null : (page.pools[pool] ?? null),
        subspecialty: c.subspecialty[n] as string,
        routable: c.routable[n] === 1,
        routing: c.routing[n] as string,
        claim: claim ? claimFrom({ ...claim, by: by === null ? null : (page.people[by] ?? null) }) : open,
        reportState: c.report[n] as string,
        signedAt: claim?.signedAt ?? null,
        criticalState: c.critical[n] as string,
        escalation: escalations.get(n) ?? null,
        priors: c.priors[n] as number,
        isDemo: c.demo[n] === 1,
        late: c.late?.[n] ?? 0,
        paused: c.paused?.[n] === 1,
      },
      seq,
    );
  });
}
