import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_SUBSPECIALTIES } from "../subspecialties.js";
import { changes } from "./compare.js";
import type { RuleCondition } from "./conditions.js";
import { canHold, follows } from "./logic.js";
import type { RoutingRule, RuleAction, RuleSet } from "./rules.js";
import { anyCondition, anyFacts, plainly } from "./testing/arbitrary.js";
import { check, type Vocabulary } from "./validate.js";
import { ruleInWords } from "./words.js";

const pool = (code: string, subspecialties: string[], members = 2, fallbackPoolId: string | null = null) => ({
  ...{ id: code, code, name: code, subspecialties, members, fallbackPoolId },
});
const known = (more: Partial<Vocabulary> = {}): Vocabulary => ({
  pools: [pool("NEURO", ["neuro"]), pool("BODY", ["body", "general"])],
  sites: [{ code: "ED", name: "Emergency" }],
  hospitals: [{ code: "STM", name: "St Mary" }],
  contracts: [{ code: "NIGHTS", name: "Nights" }],
  heldSubspecialties: ["neuro", "body", "msk", "chest", "cardiac", "breast", "nuclear"],
  modalities: ["CT"],
  bodyParts: [],
  procedureCodes: ["CTHEAD"],
  patientClasses: [],
  priorities: [],
  ...more,
});
const rule = (name: string, condition: RuleCondition, action: RuleAction = { raiseTo: "urgent" }): RoutingRule => ({
  ...{ id: name, name, condition, action },
});
const set = (...rules: RoutingRule[]): RuleSet => ({ rules, mapping: DEFAULT_SUBSPECIALTIES });
const problems = (rules: RoutingRule[], vocabulary = known()) =>
  check(set(...rules), vocabulary).problems.map(({ message }) => message);

describe("checking rules", () => {
  it("[RT17] tells every problem at once, in words, each with its rule", () => {
    const found = check(
      set(
        rule("to nowhere", { all: [] }, { pool: "CARDIAC" }),
        rule("no hour", { field: "hour", from: 6, to: 6 }),
        rule("no age", { all: [{ field: "age", from: 16, below: 16 }] }),
        rule("unknown", {
          any: [
            { field: "modality", is: ["CTT"] },
            { field: "site", is: ["MOON"] },
            { field: "procedureCode", is: ["NOSUCH"] },
            { field: "subspecialty", is: ["knees"] },
          ],
        }),
        rule("typo", { field: "procedureCode", is: ["24727-1"] }),
      ),
      known(),
    );
    expect(found.problems).toEqual([
      { ruleId: "to nowhere", message: "“to nowhere”: there is no pool CARDIAC. Pools are NEURO, BODY." },
      { ruleId: "no hour", message: "“no hour”: the hours 6–6 are empty: from and to are the same." },
      {
        ruleId: "no hour",
        message: "“no hour”: its condition can never hold, so it would never do anything.",
      },
      { ruleId: "no age", message: "“no age”: no patient is 16 or older and younger than 16." },
      { ruleId: "no age", message: "“no age”: its condition can never hold, so it would never do anything." },
      { ruleId: "unknown", message: "“unknown”: DICOM knows no modality CTT." },
      { ruleId: "unknown", message: "“unknown”: there is no site MOON. Sites are ED." },
      {
        ruleId: "unknown",
        message:
          "“unknown”: no order has ever had the procedure code NOSUCH, and it is not in the mapping. Add it there first if it is new.",
      },
      {
        ruleId: "unknown",
        message: expect.stringContaining("“unknown”: nobody reads knees and the mapping does not name it."),
      },
      { ruleId: "typo", message: "“typo”: 24727-1 looks like a LOINC code, but its check digit is wrong." },
    ]);
  });

  it("[RT18] accepts codes whose check digit is right though no order has had them: LOINC, RadLex Playbook, SNOMED CT", () => {
    const codes = ["24727-0", "RPID22", "303653007", "cthead"];
    expect(problems([rule("codes", { field: "procedureCode", is: codes })])).toEqual([]);
    expect(problems([rule("codes", { field: "procedureCode", is: ["303653008"] })])[0]).toMatch(/SNOMED CT/);
  });

  it("[RT19] refuses circles of fall-backs and pools that nobody would read", () => {
    const circle = [pool("A", ["neuro"], 1, "B"), pool("B", ["body"], 1, "A"), pool("C", ["chest"], 1, "A")];
    expect(problems([], known({ pools: circle }))).toEqual([
      "the pools fall back on each other in a circle: A → B → A. One of them must end it.",
    ]);
    const empty = known({ pools: [pool("A", ["neuro"], 0), pool("B", ["body"], 0, "C"), pool("C", ["general"])] });
    expect(problems([rule("r", { all: [] }, { pool: "A" })], empty)).toEqual([
      "“r”: the pool A has no members and no fall-back with members: nobody would read it.",
    ]);
    expect(problems([rule("r", { all: [] }, { pool: "B" })], empty)).toEqual([]);
  });

  it("[RT20] warns of a rule that an earlier one always forestalls, and of a pool whose subspecialty nobody holds", () => {
    const ct: RuleCondition = { field: "modality", is: ["CT", "MR"] };
    const narrower: RuleCondition = {
      all: [
        { field: "modality", is: ["ct"] },
        { field: "hour", from: 22, to: 6 },
      ],
    };
    const warnings = (rules: RoutingRule[], vocabulary = known()) =>
      check(set(...rules), vocabulary).warnings.map(({ message }) => message);
    const first = rule("first", ct, { pool: "BODY", raiseTo: "stat" });
    expect(warnings([first, rule("second", narrower, { pool: "NEURO" })])).toEqual([
      "“second”: it never changes anything: “first” comes first and applies to the same studies.",
    ]);
    expect(warnings([first, rule("second", narrower, { turnaroundMinutes: 30 })])).toEqual([]);
    expect(warnings([rule("second", narrower, { pool: "NEURO" }), first])).toEqual([]);
    expect(warnings([], known({ heldSubspecialties: ["body"] }))[0]).toBe(
      "The pool NEURO is for neuro, which no reader of the group holds.",
    );
  });

  it("[RT21] what is told of conditions is true: never never holds, always always, and what follows holds too", () => {
    fc.assert(
      fc.property(anyCondition, anyCondition, anyFacts, (a, b, facts) => {
        const single = { ...facts, site: facts.site.slice(0, 1), hospital: facts.hospital.slice(0, 1) };
        const one = {
          ...single,
          contract: facts.contract.slice(0, 1),
          priority: facts.priority.slice(0, 1),
          patientClass: facts.patientClass.slice(0, 1),
        };
        const [holdsA, holdsB] = [plainly(a, one, "neuro"), plainly(b, one, "neuro")];
        if (canHold(a) === "always") expect(holdsA).toBe(true);
        if (canHold(a) === "never") expect(holdsA).toBe(false);
        if (follows(a, b) && holdsB) expect(holdsA).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("rules in words", () => {
  it("[RT22] says a rule in one sentence", () => {
    const night = rule(
      "n",
      {
        all: [
          { field: "modality", is: ["CT"] },
          { field: "hour", from: 22, to: 6 },
        ],
      },
      { pool: "NEURO", raiseTo: "urgent" },
    );
    const naming = (_kind: string, code: string) => (code === "NEURO" ? "Neuro" : code);
    expect(ruleInWords(night, naming)).toBe(
      "If the modality is CT and the hour at the site is 22–6 → Neuro pool, at least urgent",
    );
    expect(ruleInWords(rule("x", { all: [] }, { doubleRead: true }))).toBe("For every study → read twice");
    const nested: RuleCondition = {
      all: [
        { any: [{ field: "age", below: 16 }, { not: { field: "site", is: ["ED", "WARD"] } }] },
        {
          not: {
            all: [
              { field: "weekday", is: [6, 7] },
              { field: "procedureText", contains: ["control"] },
            ],
          },
        },
      ],
    };
    expect(ruleInWords(rule("x", nested, { turnaroundMinutes: 45, notify: { roles: ["operator"] } }))).toBe(
      "If (the patient is younger than 16 or the site is not ED or WARD) and not (the day at the site is Saturday or Sunday and the procedure's text contains “control”) → within 45 min, tell every operator",
    );
  });

  it("[RT23] says what changed between two sets", () => {
    const [a, b, c] = [rule("a", { all: [] }), rule("b", { all: [] }), rule("c", { all: [] })];
    const before = set(a, b, c);
    const after: RuleSet = {
      rules: [{ ...c, action: { pool: "BODY" } }, { ...a, name: "A!" }, rule("d", { field: "age", below: 2 })],
      mapping: DEFAULT_SUBSPECIALTIES.map((entry) =>
        entry.subspecialty === "msk" ? { ...entry, codes: ["XRKNEE"], words: entry.words.slice(1) } : entry,
      ),
    };
    expect(changes(before, before)).toEqual([]);
    expect(changes(before, after)).toEqual([
      "“c”, what: was “at least urgent”, is “BODY pool”.",
      "“a” is now called “A!”.",
      "New: “d”: if the patient is younger than 2 → at least urgent.",
      "Removed: “b”.",
      "“A!” moved behind “c”.",
      "Mapping: xrknee (code) now means msk.",
      "Mapping: knee (word) no longer means msk.",
    ]);
  });
});
