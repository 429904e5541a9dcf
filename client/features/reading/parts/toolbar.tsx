import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import type { KeyImage } from "@readroom/shared/crdt/reading.js";
import {
  IconAngle,
  IconArrowsMove,
  IconArrowUpLeft,
  IconChevronDown,
  IconContrast,
  IconCube3dSphere,
  IconLink,
  IconLock,
  IconLockOpen,
  IconOvalVertical,
  IconPlayerPlay,
  IconPointer,
  IconRectangle,
  IconRefresh,
  IconRuler2,
  IconStack2,
  IconStar,
  IconStarFilled,
  IconZoomIn,
} from "@tabler/icons-react";
import { type ComponentType, type ReactNode, useSyncExternalStore } from "react";
import type { Saved } from "../../../kernel/room/state";
import { useLive } from "../../../kernel/socket";
import { KeyHint } from "../../../ui/keys";
import { LiveDot } from "../../../ui/live-dot";
import { type ToolId, toolCatalogue, type ViewportCommand, type WindowPreset } from "../../../viewport/public";
import type { ShownImage } from "../shown-image";
import type { Presence } from "../use-presence";
import type { Wall, WallChange } from "../wall";
import { FollowMenu } from "./follow-menu";
import { LAYOUTS, LayoutIcon } from "./layouts";
import { SavedMark } from "./saved-mark";
import classes from "./toolbar.module.css";

const ICONS: Record<ToolId, ComponentType<{ size?: number; stroke?: number }>> = {
  window: IconContrast,
  pan: IconArrowsMove,
  zoom: IconZoomIn,
  scroll: IconStack2,
  length: IconRuler2,
  angle: IconAngle,
  ellipse: IconOvalVertical,
  rectangle: IconRectangle,
  arrow: IconArrowUpLeft,
  probe: IconPointer,
};

export interface ToolbarProps {
  wall: Wall;
  change(change: WallChange): void;
  presets: readonly WindowPreset[];
  setPreset(preset: WindowPreset): void;
  run(command: ViewportCommand): void;
  presence: Presence;
  saved: Saved;
  /** Why no mark can be drawn now; null when it can. */
  whyNoMarks: string | null;
  /** New marks are this person's alone; null: that can't be had now. */
  privately: boolean | null;
  onPrivately(on: boolean): void;
  shown: ShownImage;
  keyImages: readonly KeyImage[];
  onKeyImage(): void;
  onPlanes(): void;
}

/** Everything that has a key, for those who look for it: tools, windows, layout, people. */
export function Toolbar(props: ToolbarProps) {
  const { wall, change, whyNoMarks } = props;
  const live = useLive();
  return (
    <div className={classes.bar} role="toolbar" aria-label="Tools">
      {toolCatalogue.map(({ id, label, key, marks }) => {
        const Icon = ICONS[id];
        const barred = marks ? whyNoMarks : null;
        return (
          <Tool
            key={id}
            label={barred ?? label}
            combo={key.toUpperCase()}
            pressed={wall.tool === id}
            disabled={barred !== null}
            onClick={() => change({ type: "tool", tool: id })}
          >
            <Icon size={18} stroke={1.6} />
          </Tool>
        );
      })}
      <PrivateTool {...props} />
      <span className={classes.rule} />
      <Presets presets={props.presets} setPreset={props.setPreset} />
      <Layouts wall={wall} change={change} />
      <Tool label="Scroll together" combo="X" pressed={wall.linked} onClick={() => change({ type: "link" })}>
        <IconLink size={18} stroke={1.6} />
      </Tool>
      <Tool label="Three planes (MPR)" combo="M" pressed={wall.before !== undefined} onClick={props.onPlanes}>
        <IconCube3dSphere size={18} stroke={1.6} />
      </Tool>
      <Tool label="Play or pause" combo="K" onClick={() => props.run("togglePlay")}>
        <IconPlayerPlay size={18} stroke={1.6} />
      </Tool>
      <KeyImageTool {...props} />
      <Tool label="Reset view" combo="R" onClick={() => props.run("reset")}>
        <IconRefresh size={18} stroke={1.6} />
      </Tool>
      <span className={classes.rule} />
      <FollowMenu presence={props.presence} />
      <span className={classes.end}>
        <SavedMark saved={props.saved} />
        <span className={classes.line}>
          <LiveDot live={live} />
        </span>
      </span>
    </div>
  );
}

function KeyImageTool({ shown, keyImages, whyNoMarks, onKeyImage }: ToolbarProps) {
  const id = useSyncExternalStore(shown.subscribe, shown.get);
  const is = keyImages.some((image) => image.id === id);
  return (
    <Tool label={whyNoMarks ?? "Key image"} combo="Y" pressed={is} disabled={whyNoMarks !== null} onClick={onKeyImage}>
      {is ? <IconStarFilled size={18} /> : <IconStar size={18} stroke={1.6} />}
    </Tool>
  );
}

function PrivateTool({ privately, whyNoMarks, onPrivately }: ToolbarProps) {
  // It stands in its place before one's own document is open: the tools behind it must not move under the pointer.
  return (
    <Tool
      label={whyNoMarks ?? (privately ? "Only you see what you draw now" : "Draw for yourself alone")}
      combo="Shift+P"
      pressed={privately === true}
      disabled={whyNoMarks !== null || privately === null}
      onClick={() => onPrivately(!privately)}
    >
      {privately ? <IconLock size={18} stroke={1.6} /> : <IconLockOpen size={18} stroke={1.6} />}
    </Tool>
  );
}

interface ToolProps {
  label: string;
  combo: string;
  pressed?: boolean;
  disabled?: boolean;
  onClick(): void;
  children: ReactNode;
}

function Tool({ label, combo, pressed, disabled = false, onClick, children }: ToolProps) {
  return (
    <Tooltip
      label={
        <>
          {label} <KeyHint combo={combo} />
        </>
      }
    >
      <ActionIcon
        size={32}
        className={classes.tool}
        aria-label={label}
        aria-disabled={disabled}
        {...(pressed === undefined ? {} : { "aria-pressed": pressed })}
        onClick={() => !disabled && onClick()}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

function Presets({ presets, setPreset }: Pick<ToolbarProps, "presets" | "setPreset">) {
  return (
    <Menu position="top-start">
      <Menu.Target>
        <Button variant="subtle" color="gray" className={classes.menu} rightSection={<IconChevronDown size={14} />}>
          Window
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {presets.map((preset) => (
          <Menu.Item key={preset.id} rightSection={<KeyHint combo={preset.key} />} onClick={() => setPreset(preset)}>
            {preset.label}
            {typeof preset.voi === "object" ? (
              <span className={classes.soft}>
                {" "}
                {preset.voi.windowWidth} / {preset.voi.windowCenter}
              </span>
            ) : null}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Layouts({ wall, change }: Pick<ToolbarProps, "wall" | "change">) {
  return (
    <Menu position="top-start">
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          className={classes.menu}
          rightSection={<IconChevronDown size={14} />}
          aria-label="Layout"
        >
          <LayoutIcon layout={wall.layout} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {LAYOUTS.map(({ id, label, combo }) => (
          <Menu.Item
            key={id}
            leftSection={<LayoutIcon layout={id} />}
            rightSection={<KeyHint combo={combo} />}
            onClick={() => change({ type: "layout", layout: id })}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
