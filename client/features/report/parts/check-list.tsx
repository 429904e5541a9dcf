import { Button, Checkbox } from "@mantine/core";
import type { Mend, SignCheck } from "@readroom/shared/domain/report-checks/checks.js";
import { IconAlertTriangle, IconBan } from "@tabler/icons-react";
import classes from "../report.module.css";

const MEND_WORDS: Record<Mend["kind"], string> = {
  section: "Go there",
  suggestions: "Show suggestions",
  measurements: "Go there",
  critical: "Call now",
  images: "See the images",
  order: "See the order",
};

/** The points before a signature: what blocks, and what the signer may confirm. Each with the way that mends it. */
export function CheckList({
  checks,
  confirmed,
  onConfirm,
  onMend,
}: {
  checks: readonly SignCheck[];
  confirmed: readonly string[];
  onConfirm: (code: string, on: boolean) => void;
  onMend: (mend: Mend) => void;
}) {
  if (checks.length === 0) return null;
  return (
    <ul className={classes.checks} aria-label="Points before signing">
      {checks.map((check) => (
        <li key={check.code} data-blocking={check.blocking || undefined}>
          {check.blocking ? (
            <span className={classes.blocking}>
              <IconBan size={18} aria-hidden="true" />
              <span>
                <strong>Not signed with this:</strong> {check.message}
              </span>
            </span>
          ) : (
            <Checkbox
              label={
                <>
                  <IconAlertTriangle size={14} aria-hidden="true" /> {check.message}
                </>
              }
              checked={confirmed.includes(check.code)}
              onChange={(event) => onConfirm(check.code, event.currentTarget.checked)}
            />
          )}
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`${MEND_WORDS[check.mend.kind]}: ${check.message}`}
            onClick={() => onMend(check.mend)}
          >
            {MEND_WORDS[check.mend.kind]}
          </Button>
        </li>
      ))}
    </ul>
  );
}
