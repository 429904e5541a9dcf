import type { HospitalView } from "@readroom/shared/contract/http/hospital.js";
import { dateTime } from "../../../ui/format";
import { List } from "../../../ui/list";
import { EmptyState } from "../../../ui/states";
import { Tone } from "../../../ui/tone";
import { arrivalWord, loopWord } from "../model";

const now = <T,>(data: readonly T[]) => ({ data, error: null, refetch: () => undefined });

/** Critical findings of the hospital's patients: who was told, who acknowledged, when. */
export function Criticals({ view }: { view: HospitalView }) {
  const zone = view.hospital.timeZone;
  return (
    <List
      label="Critical results"
      loaded={now(view.criticals)}
      rowId={(row) => row.id}
      columns={[
        { header: "Finding", wide: true, render: (row) => row.finding },
        { header: "Patient", render: (row) => row.patientName },
        { header: "Study", render: (row) => row.procedure },
        {
          header: "State",
          render: (row) => {
            const word = loopWord(row.state, row.acknowledgedAt);
            return <Tone tone={word.tone}>{word.text}</Tone>;
          },
        },
        { header: "Raised", render: (row) => `${dateTime(row.raisedAt, zone)}, ${row.raisedByName}` },
        {
          header: "Acknowledged",
          render: (row) =>
            row.acknowledgedAt ? `${dateTime(row.acknowledgedAt, zone)}, ${row.acknowledgedName ?? "not named"}` : "–",
        },
      ]}
      empty={
        <EmptyState title="No critical results">
          A finding that needs a call shows here from the moment it is raised until a clinician has acknowledged it.
        </EmptyState>
      }
    />
  );
}

/** Reports on their way to the hospital's systems. */
export function Deliveries({ view }: { view: HospitalView }) {
  const zone = view.hospital.timeZone;
  return (
    <List
      label="Reports sent"
      loaded={now(view.deliveries)}
      rowId={(row) => row.id}
      columns={[
        { header: "Report", wide: true, render: (row) => `${row.procedure} · ${row.patientName}` },
        { header: "To", render: (row) => `${row.siteName}, ${row.kind === "oru" ? "HL7" : row.kind.toUpperCase()}` },
        {
          header: "State",
          render: (row) => {
            const word = arrivalWord(row.attempt, row.receipt);
            return <Tone tone={word.tone}>{word.text}</Tone>;
          },
        },
        { header: "Signed", render: (row) => dateTime(row.createdAt, zone) },
        { header: "Arrived", render: (row) => (row.acceptedAt ? dateTime(row.acceptedAt, zone) : "–") },
        { header: "Remark", render: (row) => row.lastError || "–" },
      ]}
      empty={
        <EmptyState title="Nothing was sent yet">
          Each signed report is sent to the site’s system and shown here.
        </EmptyState>
      }
    />
  );
}
