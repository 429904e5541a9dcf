import { Button, Group, Modal, Select } from "@mantine/core";
import type { RosterWeek, ShiftView } from "@readroom/shared/contract/http/roster.js";
import { spanInWords } from "@readroom/shared/domain/roster/zone.js";
import { useState } from "react";
import { serverClock } from "../../../kernel/clock";
import { useMay } from "../../../kernel/session";
import { ConfirmInline } from "../../../ui/confirm-inline";
import { Facts } from "../../../ui/page";
import classes from "../page.module.css";
import { assignShift, removeShift, useRosterAction } from "../source";

/** One shift, and what an operator does about it. */
export function ShiftDialog({ shift, week, onClose }: { shift: ShiftView; week: RosterWeek; onClose: () => void }) {
  const may = useMay("roster.write");
  const run = useRosterAction();
  const [to, setTo] = useState<string | null>(null);
  const now = serverClock.now();
  const reader = week.readers.find(({ userId }) => userId === shift.userId);
  const pattern = week.patterns.find(({ id }) => id === shift.patternId);
  const over = shift.endsAt <= now;
  const act = async (doing: () => Promise<unknown>, done: string) => {
    await run(doing, done);
    onClose();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={shift.kind === "on_call" ? "On call" : "Shift"}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <div className={classes.form}>
        <Facts
          facts={[
            ["Reader", reader?.name ?? "–"],
            ["When", spanInWords(shift, week.timeZone)],
            ...(shift.timeZone === week.timeZone
              ? []
              : ([["On the reader’s clock", spanInWords(shift, shift.timeZone)]] as const)),
            ["Comes again", pattern?.words ?? "no"],
          ]}
        />
        {may && !over ? (
          <>
            <Group align="flex-end" gap={8}>
              <Select
                label="Give it to"
                searchable
                className={classes.half}
                data={week.readers
                  .filter(({ userId }) => userId !== shift.userId)
                  .map(({ userId, name }) => ({ value: userId, label: name }))}
                value={to}
                onChange={setTo}
              />
              <Button
                disabled={!to}
                onClick={() => void act(() => assignShift(shift.id, to ?? ""), "The shift is assigned.")}
              >
                Assign
              </Button>
            </Group>
            <ConfirmInline
              label={shift.startsAt <= now ? "End it now" : "Take it out"}
              question={shift.startsAt <= now ? "End this shift now?" : "Take out this shift?"}
              confirm={shift.startsAt <= now ? "End" : "Take out"}
              danger
              onConfirm={() => act(() => removeShift(shift.id), "The shift is taken out.")}
            />
          </>
        ) : null}
      </div>
    </Modal>
  );
}
