import type { SubspecialtyMapping } from "../subspecialties.js";
import { isEnabled, type RoutingRule, type RuleSet } from "./rules.js";
import { fold } from "./text.js";
import { actionInWords, conditionInWords, type Naming } from "./words.js";

/** What changed from one set to another, one line each, in the order of the new rules. Empty: nothing that matters. */
export function changes(before: RuleSet, after: RuleSet, naming?: Naming): string[] {
  const old = new Map(before.rules.map((rule) => [rule.id, rule]));
  const kept = new Set(after.rules.map(({ id }) => id));
  return [
    ...after.rules.flatMap((rule) => {
      const was = old.get(rule.id);
      return was ? ruleChanges(was, rule, naming) : [`New: “${rule.name}”: ${sentence(rule, naming)}.`];
    }),
    ...before.rules.filter(({ id }) => !kept.has(id)).map(({ name }) => `Removed: “${name}”.`),
    ...moves(before.rules, after.rules),
    ...mappingChanges(before.mapping, after.mapping),
  ];
}

const sentence = (rule: RoutingRule, naming?: Naming): string => {
  const condition = conditionInWords(rule.condition, naming);
  return `${condition === "" ? "for every study" : `if ${condition}`} → ${actionInWords(rule.action, naming)}`;
};

function ruleChanges(was: RoutingRule, is: RoutingRule, naming?: Naming): string[] {
  const lines: string[] = [];
  if (was.name !== is.name) lines.push(`“${was.name}” is now called “${is.name}”.`);
  if (isEnabled(was) !== isEnabled(is)) lines.push(`“${is.name}” is switched ${isEnabled(is) ? "on" : "off"}.`);
  const differs = (a: string, b: string, what: string) => {
    if (a !== b) lines.push(`“${is.name}”, ${what}: was “${a || "every study"}”, is “${b || "every study"}”.`);
  };
  differs(conditionInWords(was.condition, naming), conditionInWords(is.condition, naming), "when");
  differs(actionInWords(was.action, naming), actionInWords(is.action, naming), "what");
  return lines;
}

/** Rules whose order among those that stayed is another: the fewest that explain it, told by what they now come after. */
function moves(before: readonly RoutingRule[], after: readonly RoutingRule[]): string[] {
  const place = new Map(before.map(({ id }, at) => [id, at]));
  const stayed = after.filter(({ id }) => place.has(id));
  const still = longestRising(stayed.map(({ id }) => place.get(id) ?? 0));
  return stayed.flatMap((rule, at) => {
    if (still.has(at)) return [];
    const previous = stayed[at - 1];
    return [`“${rule.name}” moved ${previous ? `behind “${previous.name}”` : "to the top"}.`];
  });
}

/** Indices of a longest rising subsequence. */
function longestRising(values: readonly number[]): Set<number> {
  const length: number[] = [];
  const from: number[] = [];
  for (const [i, value] of values.entries()) {
    length[i] = 1;
    from[i] = -1;
    for (let j = 0; j < i; j += 1)
      if ((values[j] ?? 0) < value && (length[j] ?? 0) + 1 > (length[i] ?? 0)) {
        length[i] = (length[j] ?? 0) + 1;
        from[i] = j;
      }
  }
  const rising = new Set<number>();
  for (let at = length.indexOf(Math.max(0, ...length)); at >= 0; at = from[at] ?? -1) rising.add(at);
  return rising;
}

const LISTS = [
  ["codes", "code", "codes"],
  ["bodyParts", "body part", "body parts"],
  ["words", "word", "words"],
] as const;

function mappingChanges(before: readonly SubspecialtyMapping[], after: readonly SubspecialtyMapping[]): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const subspecialties = [...new Set([...before, ...after].map((entry) => entry.subspecialty))];
  const lines = subspecialties.flatMap((subspecialty) =>
    LISTS.flatMap(([list, one, many]) => {
      const of = (mapping: readonly SubspecialtyMapping[]) =>
        new Set(mapping.filter((e) => e.subspecialty === subspecialty).flatMap((e) => e[list].map(fold)));
      const [was, is] = [of(before), of(after)];
      const added = [...is].filter((value) => !was.has(value));
      const gone = [...was].filter((value) => !is.has(value));
      const say = (values: string[], what: string) =>
        values.length === 0
          ? []
          : [
              `Mapping: ${values.slice(0, 8).join(", ")}${values.length > 8 ? " …" : ""} (${values.length === 1 ? one : many}) ${what} ${subspecialty}.`,
            ];
      return [...say(added, "now means"), ...say(gone, "no longer means")];
    }),
  );
  return lines.length > 0 ? lines : ["Mapping: the order of its lines or their modalities changed."];
}
