import { Button, Switch } from "@mantine/core";
import type { ReactionKind } from "@readroom/shared/contract/room-company.js";
import { IconEyeSearch, IconHandStop, IconHeartHandshake, IconThumbUp, IconWand } from "@tabler/icons-react";
import classes from "../company.module.css";

export const REACTION_WORDS: Readonly<Record<ReactionKind, string>> = {
  look: "Look here",
  agree: "I agree",
  question: "I have a question",
  thanks: "Thank you",
};
const ICONS = { look: IconEyeSearch, agree: IconThumbUp, question: IconHandStop, thanks: IconHeartHandshake };

export interface GesturesProps {
  laser: boolean;
  onLaser(on: boolean): void;
  onReact(kind: ReactionKind): void;
  /** Larger targets, for a finger. */
  touch?: boolean;
}

/** Look here, yes, a question, thanks; and the pointer that draws a trail. */
export function Gestures({ laser, onLaser, onReact, touch = false }: GesturesProps) {
  const size = touch ? "sm" : "compact-sm";
  return (
    <fieldset className={classes.gestures} data-touch={touch} aria-label="Reactions">
      {(Object.keys(REACTION_WORDS) as ReactionKind[]).map((kind) => {
        const Icon = ICONS[kind];
        return (
          <Button
            key={kind}
            size={size}
            variant="default"
            leftSection={<Icon size={16} aria-hidden="true" />}
            onClick={() => onReact(kind)}
          >
            {REACTION_WORDS[kind]}
          </Button>
        );
      })}
      <Button
        size={size}
        variant={laser ? "light" : "default"}
        aria-pressed={laser}
        leftSection={<IconWand size={16} aria-hidden="true" />}
        onClick={() => onLaser(!laser)}
      >
        Laser trail
      </Button>
    </fieldset>
  );
}

/** One's own switch: nobody likes to be watched. */
export function HideSwitch({ hidden, onHidden }: { hidden: boolean; onHidden(hidden: boolean): void }) {
  return (
    <Switch
      size="sm"
      label="Show others what I look at"
      description={hidden ? "Hidden: no slice, no pointer. While you present you are seen." : undefined}
      checked={!hidden}
      onChange={(event) => onHidden(!event.currentTarget.checked)}
    />
  );
}
