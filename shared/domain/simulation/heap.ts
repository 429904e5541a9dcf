/** A binary heap of study positions, the smallest key first, equal keys by position: the order never depends on how it came about. */
export class StudyHeap {
  readonly #items: number[] = [];

  constructor(private readonly keys: Float64Array) {}

  get size(): number {
    return this.#items.length;
  }

  /** -1 when empty. */
  top(): number {
    return this.#items[0] ?? -1;
  }

  push(study: number): void {
    const items = this.#items;
    let at = items.length;
    items.push(study);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = items[above] as number;
      if (!this.#before(study, parent)) break;
      items[at] = parent;
      at = above;
    }
    items[at] = study;
  }

  /** Takes the top away; -1 when empty. */
  pop(): number {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined) return -1;
    const { length } = items;
    if (length > 0) {
      let at = 0;
      for (let child = 1; child < length; child = 2 * at + 1) {
        if (child + 1 < length && this.#before(items[child + 1] as number, items[child] as number)) child += 1;
        const below = items[child] as number;
        if (!this.#before(below, last)) break;
        items[at] = below;
        at = child;
      }
      items[at] = last;
    }
    return top;
  }

  /** In no particular order. */
  all(): readonly number[] {
    return this.#items;
  }

  #before(a: number, b: number): boolean {
    const difference = (this.keys[a] as number) - (this.keys[b] as number);
    return difference < 0 || (difference === 0 && a < b);
  }
}
