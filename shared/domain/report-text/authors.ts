interface Words {
  readonly length: number;
  readonly personId: string;
  readonly name: string;
  readonly how?: "template" | "snippet" | "dictation" | "comparison" | "field" | "measurement" | undefined;
}

const HOW: Record<NonNullable<Words["how"]>, string> = {
  template: "normal text",
  snippet: "by abbreviation",
  dictation: "dictated",
  comparison: "from an earlier report",
  field: "chosen in fields",
  measurement: "measured",
};

/** Whose words a signed text is made of, the most first: "Dr Sam Okafor 62 % (14 % dictated)". Shares of characters, rounded. */
export function wordsBy(words: readonly Words[]): string[] {
  const total = words.reduce((sum, { length }) => sum + length, 0);
  const people = new Map<string, { name: string; length: number; how: Map<string, number> }>();
  for (const { personId, name, length, how } of words) {
    const person = people.get(personId) ?? { name, length: 0, how: new Map<string, number>() };
    person.length += length;
    if (how) person.how.set(HOW[how], (person.how.get(HOW[how]) ?? 0) + length);
    people.set(personId, person);
  }
  const share = (length: number) => `${Math.round((100 * length) / Math.max(1, total))} %`;
  return [...people.values()]
    .sort((a, b) => b.length - a.length)
    .map(({ name, length, how }) => {
      const ways = [...how].map(([way, part]) => `${share(part)} ${way}`).join(", ");
      return `${name} ${share(length)}${ways ? ` (${ways})` : ""}`;
    });
}
