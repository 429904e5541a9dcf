/** A heading of a template: words up to a colon. "Ventricles and midline: normal." has the heading "ventricles and midline". */
const headingOf = (line: string): string | null => /^\s*([^:{}]{1,80}):/.exec(line)?.[1]?.trim().toLowerCase() ?? null;

export interface NormalLine {
  /** Index of the section's line that it goes behind; null: a line of its own at the end. */
  readonly line: number | null;
  readonly text: string;
}

/**
 * Where a section's normal text goes: behind its headings that nothing was written to yet, else as lines of their own. What is
 * written already stays as it is, and a heading that has words is not contradicted by "normal".
 * @param lines the section's lines as they stand now
 */
export function normalLines(lines: readonly string[], normal: string): NormalLine[] {
  const taken = new Set<number>();
  const found: NormalLine[] = [];
  for (const line of normal.split("\n").filter((one) => one.trim())) {
    const heading = headingOf(line);
    const at = heading === null ? -1 : lines.findIndex((one, n) => !taken.has(n) && headingOf(one) === heading);
    if (at >= 0) {
      taken.add(at);
      const empty = /^\s*[^:]*:\s*$/.test(lines[at] ?? "");
      if (empty) found.push({ line: at, text: line.slice(line.indexOf(":") + 1).trim() });
    } else if (!lines.some((one) => one.trim() === line.trim())) found.push({ line: null, text: line.trim() });
  }
  return found;
}
