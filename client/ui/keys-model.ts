/** One thing a key does, as the key map lists it. */
export interface KeyAction {
  /** Stable name, the same wherever it is offered: "worklist.next". */
  id: string;
  /** Combos as read by people: "N", "Enter", "Space", "?", "mod+K", "Shift+F". The first is shown. */
  keys: readonly string[];
  label: string;
  /** Heading it stands under in the key map. */
  group: string;
  run: () => void;
  /** Also while typing in a field; only for combos with mod. */
  whileTyping?: boolean;
}

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  /** The key's place, "Digit1": what Shift makes of a digit differs from layout to layout. */
  code?: string;
}

/** Whether a key press is this combo. Letters ignore case; "mod" is ⌘ on a Mac and Ctrl elsewhere. */
export function matches(combo: string, press: KeyPress): boolean {
  const parts = combo.split("+");
  const key = parts[parts.length - 1] === "" ? "+" : (parts[parts.length - 1] as string);
  const wants = new Set(parts.slice(0, -1).map((part) => part.toLowerCase()));
  const mod = press.ctrlKey || press.metaKey;
  if (wants.has("mod") !== mod || wants.has("alt") !== press.altKey) return false;
  const name = key === "Space" ? " " : key;
  if (wants.has("shift") && /^[0-9]$/.test(name)) return press.shiftKey && press.code === `Digit${name}`;
  // A sign such as "?" needs Shift on some layouts and none on others: only letters and named keys look at Shift.
  if (/^[a-z]$/i.test(name) || name.length > 1) {
    if (wants.has("shift") !== press.shiftKey) return false;
  }
  return press.key.toLowerCase() === name.toLowerCase();
}

/** The last registered action that a key press means: the innermost screen wins. */
export function find(actions: readonly KeyAction[], press: KeyPress, typing: boolean): KeyAction | undefined {
  for (let at = actions.length - 1; at >= 0; at--) {
    const action = actions[at] as KeyAction;
    if (typing && !action.whileTyping) continue;
    if (action.keys.some((combo) => matches(combo, press))) return action;
  }
  return undefined;
}

/** Replaces the keys of actions that a person has remapped. */
export function remap<Action extends Pick<KeyAction, "id" | "keys">>(
  actions: readonly Action[],
  own: Readonly<Record<string, string>>,
): Action[] {
  return actions.map((action) => (own[action.id] ? { ...action, keys: [own[action.id] as string] } : action));
}

/** A key press as a combo, for remapping; null for a modifier alone. */
export function comboOf(press: KeyPress): string | null {
  if (["Shift", "Control", "Alt", "Meta"].includes(press.key)) return null;
  const key = press.key === " " ? "Space" : press.key.length === 1 ? press.key.toUpperCase() : press.key;
  const shift = press.shiftKey && (/^[A-Z]$/.test(key) || key.length > 1);
  return [press.ctrlKey || press.metaKey ? "mod" : "", press.altKey ? "Alt" : "", shift ? "Shift" : "", key]
    .filter(Boolean)
    .join("+");
}
