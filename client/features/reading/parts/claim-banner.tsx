import { Button } from "@mantine/core";
import { IconEye, IconLock, IconUserCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ConfirmInline } from "../../../ui/confirm-inline";
import { dateTime } from "../../../ui/format";
import type { ClaimHands } from "../use-claim";
import classes from "./notice.module.css";

/** Why one may not write here, and what to do about it; nothing while the study is one's own. */
export function ClaimBanner({ hands, mayTakeOver }: { hands: ClaimHands; mayTakeOver: boolean }) {
  const { standing, busy } = hands;
  const claim = (label: string) => (
    <Button size="compact-sm" loading={busy} onClick={() => void hands.claim()}>
      {label}
    </Button>
  );
  const takeOver = (name: string) =>
    mayTakeOver ? (
      <ConfirmInline
        label="Take over"
        question={`${name} loses the study; the draft goes on.`}
        confirm="Take it over"
        onConfirm={hands.takeOver}
      />
    ) : null;

  switch (standing.state) {
    case "mine":
      return null;
    case "taken":
      return (
        <Notice tone="warn" icon={<IconLock size={16} />} action={takeOver(standing.by.name)}>
          <strong>{standing.by.name} has taken this study over.</strong> Your draft is kept; you are reading along.
          {standing.note ? ` “${standing.note}”` : ""}
        </Notice>
      );
    case "lapsed":
      return (
        <Notice tone="warn" icon={<IconLock size={16} />} action={standing.mayClaim ? claim("Claim again") : null}>
          <strong>Your claim has run out.</strong> Nobody holds the study; your draft is kept.{" "}
          {inWords(standing.whyNot)}
        </Notice>
      );
    case "alongside": {
      // the last reason is that somebody has it; further ones would stand in the way of taking over too
      const further = standing.whyNot.slice(0, -1);
      return (
        <Notice
          tone="calm"
          icon={<IconEye size={16} />}
          action={further.length === 0 ? takeOver(standing.by.name) : null}
        >
          Reading along. {standing.by.name} holds this study. {inWords(further)}
        </Notice>
      );
    }
    case "open":
      return (
        <Notice tone="calm" icon={<IconEye size={16} />} action={standing.mayClaim ? claim("Claim") : null}>
          {standing.mayClaim ? "Nobody reads this study yet." : `Reading along. ${inWords(standing.whyNot)}`}
        </Notice>
      );
    case "done":
      return (
        <Notice tone="calm" icon={<IconUserCheck size={16} />} action={null}>
          Signed{standing.by ? ` by ${standing.by.name}` : ""}
          {standing.at ? ` on ${dateTime(standing.at)}` : ""}. What follows is an addendum.
        </Notice>
      );
  }
}

const inWords = (reasons: readonly string[]): string =>
  reasons.length > 0 ? `Not yours to read: ${reasons.join("; ")}.` : "";

/** A line under the header that says what holds for the whole room. */
export function Notice({
  tone,
  icon,
  action,
  children,
}: {
  tone: "calm" | "warn";
  icon: ReactNode;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className={classes.notice} data-tone={tone} role="status">
      <span className={classes.icon} aria-hidden="true">
        {icon}
      </span>
      <span className={classes.words}>{children}</span>
      {action}
    </div>
  );
}
