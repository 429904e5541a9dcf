import { Button, NativeSelect, TextInput } from "@mantine/core";
import type { ReaderForStudy, RescueView } from "@readroom/shared/contract/http/operations.js";
import { useId, useState } from "react";
import { timeOfDay } from "../../../ui/format";
import { useNow } from "../../../ui/now";
import { giveTo, putOnShift, type Rescue } from "../source";
import classes from "./study-card.module.css";

const HOUR = 3_600_000;
const SPANS = [1, 2, 4, 8];

/** Who can read it now, who could once on shift, and who may not with every reason. */
export function Readers({ view, busy, rescue }: { view: RescueView; busy: boolean; rescue: Rescue }) {
  const [reason, setReason] = useState("Its time runs out");
  const heading = useId();
  const of = (standing: ReaderForStudy["standing"]) => view.readers.filter((reader) => reader.standing === standing);
  const [eligible, away, no] = [of("eligible"), of("away"), of("no")];
  const shared = { view, busy, rescue, reason: reason.trim() };
  return (
    <section aria-labelledby={heading}>
      <h3 id={heading} className={classes.heading}>
        Who can read it
      </h3>
      {eligible.length > 0 ? (
        <TextInput
          className={classes.reason}
          label="What the reader is told"
          value={reason}
          maxLength={300}
          error={reason.trim().length < 3 ? "Say why in a few words" : null}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      ) : (
        <p className={classes.facts}>Nobody at this moment.</p>
      )}
      <ul className={classes.readers}>
        {eligible.map((reader) => (
          <Reader key={reader.id} reader={reader} {...shared} />
        ))}
        {away.map((reader) => (
          <Reader key={reader.id} reader={reader} {...shared} />
        ))}
      </ul>
      {no.length > 0 ? (
        <details className={classes.others} open={eligible.length + away.length === 0}>
          <summary>{no.length} who may not, and why</summary>
          <ul className={classes.readers}>
            {no.map((reader) => (
              <Reader key={reader.id} reader={reader} {...shared} />
            ))}
          </ul>
        </details>
      ) : null}
    </section>
  );
}

function Reader({
  reader,
  view,
  busy,
  reason,
  rescue,
}: {
  reader: ReaderForStudy;
  view: RescueView;
  busy: boolean;
  reason: string;
  rescue: Rescue;
}) {
  const { id, name, standing, reasons, inPool, pools, holding, holdsIt, rvu, rvuCapacity, onUntil } = reader;
  const load = [
    holdsIt ? "has it now" : holding ? `${holding} open` : standing === "eligible" ? "free" : "",
    rvuCapacity ? `${rvu}/${rvuCapacity} RVU` : "",
    onUntil ? `→ ${timeOfDay(onUntil)}` : "",
  ].filter(Boolean);
  const where = inPool ? "" : pools.length ? `reads in ${pools.join(", ")}` : "in no pool";
  return (
    <li className={classes.reader}>
      <span className={classes.who}>
        <span className={classes.name}>
          <span className={classes.dot} style={{ background: reader.colour }} aria-hidden="true" />
          {name}
        </span>
        <span className={classes.facts}>{[...reasons, where, ...load].filter(Boolean).join(" · ")}</span>
      </span>
      {standing === "eligible" && !holdsIt ? (
        <Button
          variant="default"
          disabled={busy || reason.length < 3}
          aria-label={`Give it to ${name}`}
          onClick={() => void rescue(`Given to ${name}.`, () => giveTo(view.studyId, id, reason))}
        >
          Give it
        </Button>
      ) : null}
      {reader.mayStart ? <OnShift reader={reader} view={view} busy={busy} rescue={rescue} /> : null}
    </li>
  );
}

function OnShift({
  reader,
  view,
  busy,
  rescue,
}: {
  reader: ReaderForStudy;
  view: RescueView;
  busy: boolean;
  rescue: Rescue;
}) {
  const [hours, setHours] = useState("4");
  const now = useNow();
  // Shifts are kept by the minute: a whole quarter of an hour is what one tells somebody on the telephone.
  const until = (span: number) => Math.ceil((now + span * HOUR) / (HOUR / 4)) * (HOUR / 4);
  return (
    <span className={classes.onShift}>
      <NativeSelect
        aria-label={`Shift of ${reader.name} until`}
        value={hours}
        onChange={(event) => setHours(event.currentTarget.value)}
        data={SPANS.map((span) => ({ value: String(span), label: `until ${timeOfDay(until(span))}` }))}
      />
      <Button
        variant="default"
        disabled={busy}
        aria-label={`Put on shift: ${reader.name}`}
        onClick={() =>
          void rescue(`${reader.name} is on shift.`, () => putOnShift(reader.id, until(Number(hours)), view.studyId))
        }
      >
        Put on shift
      </Button>
    </span>
  );
}
