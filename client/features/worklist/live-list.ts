import type { Conditions, SortBy } from "@readroom/shared/contract/http/worklist-views.js";
import { fits, keyOf, textOf, wordsOf } from "./conditions";
import { inView, type Line, type Viewer, waiting } from "./model";

/** A line in the list. The object stays the same while its line is replaced: what is drawn from it is always the newest. */
export interface Entry {
  line: Line;
  key: number | string;
  /** Bit n: belongs under tab n. */
  bits: number[];
  /** Is it among the rows? */
  listed: boolean;
  text: string | null;
}

/** A tab to be counted, and the rows to be shown of one. */
export interface TabSpec {
  id: string;
  base: string;
  conditions: Conditions;
}
export interface Shown extends Omit<TabSpec, "id"> {
  sort: SortBy | null;
}

export interface Waiting {
  arrived: number;
  left: number;
  moved: boolean;
}

export type Change = { type: "line"; line: Line } | { type: "gone"; studyId: string };

const fresh = (line: Line): Entry => ({ line, key: 0, bits: [], listed: false, text: null });

const BITS = 30;
const EVERYTHING: Shown = { base: "all", conditions: {}, sort: null };

/**
 * The worklist in the browser, changed a line at a time: a change costs a look at each tab for that one line and a binary search, whether
 * 50 or 50,000 are open. (Filtering and sorting the list anew for each event took 60 ms of every event at 50,000.) Pure but for being
 * mutable: time is handed in, and whoever draws it is told by `version`.
 */
export class LiveList {
  readonly entries = new Map<string, Entry>();
  readonly pools = new Map<string, string>();
  /** The rows in order. While held still, a copy as it was; the newest content all the same. */
  rows: readonly Entry[] = [];
  counts: number[] = [];
  version = 0;
  private live: Entry[] = [];
  private tabs: readonly (TabSpec & { words: readonly string[] })[] = [];
  private shown: Shown = EVERYTHING;
  private words: string[] = [];
  /** gone: entries of the rows that stand still whose studies left; one that comes back is the same entry again. */
  private held: { arrived: Set<Entry>; left: Set<Entry>; gone: Map<string, Entry>; moved: boolean } | null = null;
  private now = 0;
  private viewer: Viewer = { userId: "", reader: null };

  /** Puts many lines in at once, as they are loaded. A line that is known and newer stays. */
  load(lines: readonly Line[], now: number): void {
    this.now = now;
    this.version += 1;
    const key = keyOf(this.shown.sort);
    const before = new Set<Entry>();
    const listed: Entry[] = [];
    for (const line of lines) {
      const known = this.entries.get(line.studyId);
      if (known && known.line.seq > line.seq) continue;
      const entry = known ?? this.comeIn(line);
      if (entry.listed) before.add(entry);
      entry.line = line;
      entry.text = null;
      entry.key = key(line);
      this.notePool(line);
      this.tally(entry);
      entry.listed = this.belongs(entry);
      if (entry.listed) listed.push(entry);
    }
    // Two runs that are in order already: the sort merges them.
    const others = before.size === 0 ? this.live : this.live.filter((entry) => !before.has(entry));
    this.live = others.concat(listed).sort((a, b) => this.compare(a, b));
    if (!this.held) this.rows = this.live;
    else this.noteHeld(before, listed);
  }

  private comeIn(line: Line): Entry {
    const entry = this.held?.gone.get(line.studyId) ?? fresh(line);
    this.entries.set(line.studyId, entry);
    return entry;
  }

  private noteHeld(before: ReadonlySet<Entry>, listed: readonly Entry[]): void {
    const { held } = this;
    if (!held) return;
    for (const entry of listed) if (!before.has(entry) && !held.left.delete(entry)) held.arrived.add(entry);
    for (const entry of before) if (!entry.listed && !held.arrived.delete(entry)) held.left.add(entry);
  }

  /** Forgets what is not among `ids`: a fresh snapshot was loaded, and these are no longer on it. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.entries.keys()) if (!ids.has(id)) this.entries.delete(id);
    this.rebuild();
  }

  apply(change: Change, now: number): void {
    this.now = now;
    this.version += 1;
    const id = change.type === "line" ? change.line.studyId : change.studyId;
    const known = this.entries.get(id);
    if (change.type === "gone") {
      if (known) {
        this.drop(known);
        this.held?.gone.set(id, known);
      }
      this.entries.delete(id);
      return;
    }
    const { line } = change;
    if (known && known.line.seq > line.seq) return;
    const entry = known ?? this.comeIn(line);
    this.notePool(line);
    const key = keyOf(this.shown.sort)(line);
    const stays = entry.listed && entry.key === key && entry.line.studyId === id;
    if (!stays) this.unlist(entry);
    entry.line = line;
    entry.text = null;
    entry.key = key;
    this.tally(entry);
    const belongs = this.belongs(entry);
    if (stays && !belongs) this.unlist(entry);
    if (!entry.listed && belongs) this.list(entry);
  }

  /** Who looks, which tabs are counted, and what is shown. Each only does what its change asks for. */
  setViewer(viewer: Viewer, now: number): void {
    if (viewer === this.viewer) return;
    this.viewer = viewer;
    this.now = now;
    this.rebuild();
  }

  setTabs(tabs: readonly TabSpec[], now: number): void {
    this.tabs = tabs.map((tab) => ({ ...tab, words: wordsOf(tab.conditions.text) }));
    this.now = now;
    this.rebuild(false);
  }

  show(shown: Shown, now: number): void {
    this.shown = shown;
    this.words = wordsOf(shown.conditions.text);
    this.now = now;
    this.rebuildRows();
  }

  /** Where a study is among the rows as they are shown; -1 where it is not. */
  indexOf(studyId: string | null): number {
    const entry = studyId === null ? undefined : this.entries.get(studyId);
    if (!entry) return -1;
    if (!this.held) return entry.listed ? this.place(entry) : -1;
    return this.rows.indexOf(entry);
  }

  /** The rows stay where they are until `release`; what comes and goes is counted. */
  hold(): void {
    if (this.held) return;
    this.held = { arrived: new Set(), left: new Set(), gone: new Map(), moved: false };
    this.rows = [...this.live];
  }

  release(): void {
    this.held = null;
    this.rows = this.live;
    this.version += 1;
  }

  get waiting(): Waiting {
    const { arrived, left, moved } = this.held ?? { arrived: [] as never[], left: [] as never[], moved: false };
    const size = (of: Set<Entry> | never[]) => ("size" in of ? of.size : 0);
    return { arrived: size(arrived), left: size(left), moved };
  }

  /**
   * Time alone moves lines between tabs: at risk, due within the hour, a shift's end. Looks at `budget` lines from where the last look
   * ended, so that no frame waits for 50,000; true when it has come round.
   */
  sweep(now: number, budget: number): boolean {
    this.now = now;
    this.sweeping ??= this.entries.values();
    for (let n = 0; n < budget; n += 1) {
      const { value: entry, done } = this.sweeping.next();
      if (done) {
        this.sweeping = null;
        return true;
      }
      this.tally(entry);
      const belongs = this.belongs(entry);
      if (belongs === entry.listed) continue;
      this.version += 1;
      if (!belongs) this.unlist(entry);
      else {
        // It was not among the rows when their order was chosen.
        entry.key = keyOf(this.shown.sort)(entry.line);
        this.list(entry);
      }
    }
    return false;
  }
  private sweeping: MapIterator<Entry> | null = null;

  private rebuild(rows = true): void {
    this.sweeping = null;
    this.counts = this.tabs.map(() => 0);
    for (const entry of this.entries.values()) {
      entry.bits = [];
      this.notePool(entry.line);
      this.tally(entry);
    }
    if (rows) this.rebuildRows();
    else this.version += 1;
  }

  private rebuildRows(): void {
    const key = keyOf(this.shown.sort);
    const rows: Entry[] = [];
    for (const entry of this.entries.values()) {
      entry.listed = this.belongs(entry);
      if (!entry.listed) continue;
      entry.key = key(entry.line);
      rows.push(entry);
    }
    this.live = rows.sort((a, b) => this.compare(a, b));
    // Another tab or order was asked for: nobody expects the rows of the one before under the pointer.
    this.held = null;
    this.rows = this.live;
    this.version += 1;
  }

  private belongs(entry: Entry): boolean {
    const { line } = entry;
    if (!inView(line, this.shown.base, this.viewer, this.now)) return false;
    if (!fits(line, this.shown.conditions, this.viewer, this.now)) return false;
    if (this.words.length === 0) return true;
    entry.text ??= textOf(line);
    const { text } = entry;
    return this.words.every((word) => text.includes(word));
  }

  private tally(entry: Entry): void {
    for (const [n, tab] of this.tabs.entries()) {
      const word = Math.floor(n / BITS);
      const bit = 1 << (n % BITS);
      const before = ((entry.bits[word] ?? 0) & bit) !== 0;
      const now = this.underTab(entry, tab);
      if (before === now) continue;
      entry.bits[word] = (entry.bits[word] ?? 0) ^ bit;
      this.counts[n] = (this.counts[n] ?? 0) + (now ? 1 : -1);
    }
  }

  private underTab(entry: Entry, { base, conditions, words }: LiveList["tabs"][number]): boolean {
    if (!inView(entry.line, base, this.viewer, this.now)) return false;
    if (!fits(entry.line, conditions, this.viewer, this.now)) return false;
    if (words.length === 0) return true;
    entry.text ??= textOf(entry.line);
    const { text } = entry;
    return words.every((word) => text.includes(word));
  }

  private drop(entry: Entry): void {
    this.unlist(entry);
    for (const [n] of this.tabs.entries()) {
      const bit = 1 << (n % BITS);
      if (((entry.bits[Math.floor(n / BITS)] ?? 0) & bit) !== 0) this.counts[n] = (this.counts[n] ?? 1) - 1;
    }
    entry.bits = [];
  }

  private list(entry: Entry): void {
    this.live.splice(this.place(entry), 0, entry);
    entry.listed = true;
    if (!this.held) return;
    if (this.held.left.delete(entry)) this.held.moved = true;
    else this.held.arrived.add(entry);
  }

  private unlist(entry: Entry): void {
    if (!entry.listed) return;
    const at = this.place(entry);
    if (this.live[at] === entry) this.live.splice(at, 1);
    entry.listed = false;
    if (this.held && !this.held.arrived.delete(entry)) this.held.left.add(entry);
  }

  /** Where the entry is, or would go. */
  private place(entry: Entry): number {
    let [low, high] = [0, this.live.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.compare(this.live[middle] as Entry, entry) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private compare(a: Entry, b: Entry): number {
    const way = this.shown.sort?.down ? -1 : 1;
    if (a.key < b.key) return -way;
    if (a.key > b.key) return way;
    return a.line.studyId < b.line.studyId ? -1 : a.line.studyId > b.line.studyId ? 1 : 0;
  }

  private notePool(line: Line): void {
    if (line.pool && waiting(line)) this.pools.set(line.pool.id, line.pool.name);
  }
}
