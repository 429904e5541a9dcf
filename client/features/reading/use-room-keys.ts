import type { RefObject } from "react";
import { useKeys } from "../../ui/keys";
import type { KeyAction } from "../../ui/keys-model";
import {
  commandCatalogue,
  type Direction,
  toolCatalogue,
  type ViewportGridHandle,
  type WindowPreset,
} from "../../viewport/public";
import { LAYOUTS } from "./parts/layouts";
import type { Presence } from "./use-presence";
import type { Wall, WallChange } from "./wall";

const GROUP = "Reading room";
const MOVES: readonly [Direction, string][] = [
  ["left", "Shift+ArrowLeft"],
  ["right", "Shift+ArrowRight"],
  ["up", "Shift+ArrowUp"],
  ["down", "Shift+ArrowDown"],
];

interface Hands {
  grid: RefObject<ViewportGridHandle | null>;
  wall: Wall;
  change(change: WallChange): void;
  presets: readonly WindowPreset[];
  presence: Presence;
  keyImage(): void;
  planes(): void;
  privately(): void;
  critical(): void;
  next(): void;
  sign(): void;
}

/** The room's keys. Digits are the windows of what is being looked at, so they change with the modality. */
export function useRoomKeys(hands: Hands): void {
  const { grid, wall, change, presets, presence } = hands;
  const key = (id: string, combo: string, label: string, run: () => void, whileTyping = false): KeyAction => ({
    id: `reading.${id}`,
    keys: [combo],
    label,
    group: GROUP,
    run,
    ...(whileTyping ? { whileTyping } : {}),
  });
  useKeys([
    ...toolCatalogue.map((tool) =>
      key(`tool.${tool.id}`, letter(tool.key), tool.label, () => change({ type: "tool", tool: tool.id })),
    ),
    ...commandCatalogue.map((command) =>
      key(`command.${command.id}`, letter(command.key), command.label, () => grid.current?.run(command.id)),
    ),
    ...presets.map((preset) =>
      key(`window.${preset.id}`, preset.key, `Window: ${preset.label}`, () => grid.current?.setPreset(preset)),
    ),
    ...LAYOUTS.map(({ id, label, combo }) =>
      key(`layout.${id}`, combo, `Layout: ${label}`, () => change({ type: "layout", layout: id })),
    ),
    ...MOVES.map(([direction, combo]) =>
      key(`move.${direction}`, combo, `Viewport ${direction}`, () => grid.current?.move(direction)),
    ),
    key("link", "X", "Scroll together", () => change({ type: "link" })),
    key("planes", "M", "Three planes (MPR), or the images again", hands.planes),
    key("keyImage", "Y", "Key image", hands.keyImage),
    key("privately", "Shift+P", "Draw for yourself alone, or for everybody again", hands.privately),
    key("critical", "C", "Critical finding", hands.critical),
    key("again", "G", "Follow who asks, or again", presence.again),
    key("next", "N", "Next study", hands.next),
    key("sign", "mod+Enter", "Sign", hands.sign, true),
    key("letGo", "Escape", "Let go, or leave the full view", () => {
      if (presence.follow.state === "following") presence.letGo();
      else if (presence.follow.state === "asked") presence.stop();
      else if (wall.maximised !== undefined) change({ type: "maximise", cell: undefined });
    }),
  ]);
}

/** Keys are shown in capitals; named ones as they are. */
const letter = (key: string): string => (key.length === 1 ? key.toUpperCase() : key);
