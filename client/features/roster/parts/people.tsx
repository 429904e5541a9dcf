import type { ReaderView } from "@readroom/shared/contract/http/roster.js";
import { useNavigate } from "react-router";
import { dateOnly } from "../../../ui/format";
import { List } from "../../../ui/list";
import { mapLoaded } from "../../../ui/loaded";
import { Panel } from "../../../ui/page";
import { EmptyState } from "../../../ui/states";
import { Tone } from "../../../ui/tone";
import classes from "../page.module.css";
import { useExpiring, usePools, useReaders } from "../source";

/** Readers with what they may read and until when; what runs out soon stands above. */
export function People() {
  const navigate = useNavigate();
  const readers = useReaders();
  const expiring = useExpiring();
  const pools = usePools();
  const poolName = (id: string) => pools.data?.pools.find((pool) => pool.id === id)?.name ?? "";
  const soon = expiring.data?.credentials ?? [];
  return (
    <div className={classes.sections}>
      {soon.length > 0 ? (
        <Panel title={`Running out: ${soon.length}`} flush>
          <List
            label="Credentials that run out"
            loaded={mapLoaded(expiring, (list) => list.credentials)}
            rowId={(one) => one.id}
            onPick={(one) => navigate(`/roster/people/${one.userId}`)}
            columns={[
              { header: "Reader", render: (one) => one.name },
              { header: "What", render: (one) => (one.kind === "licence" ? "Licence" : "Privileges") },
              { header: "For", wide: true, render: (one) => one.covers },
              { header: "Last day", render: (one) => dateOnly(one.lastDay.replaceAll("-", "")) },
              {
                header: "Left",
                render: (one) => <Tone tone={one.daysLeft <= 7 ? "bad" : "wait"}>{leftInWords(one.daysLeft)}</Tone>,
              },
            ]}
            empty={null}
          />
        </Panel>
      ) : null}
      <Panel title="Readers" flush>
        <List
          label="Readers"
          loaded={mapLoaded(readers, (list) => list.readers)}
          rowId={(reader) => reader.userId}
          onPick={(reader) => navigate(`/roster/people/${reader.userId}`)}
          columns={[
            { header: "Name", render: (reader) => reader.name },
            { header: "Reads", wide: true, render: (reader) => reader.profile?.subspecialties.join(", ") ?? "–" },
            { header: "As", render: (reader) => reader.profile?.readTypes.join(", ") ?? "–" },
            { header: "Pools", render: (reader) => reader.poolIds.map(poolName).filter(Boolean).join(", ") || "–" },
            {
              header: "Licences",
              render: (reader) =>
                current(reader.licences)
                  .map((one) => one.jurisdiction)
                  .join(", ") || "–",
            },
            {
              header: "Sites",
              align: "right",
              render: (reader) => new Set(current(reader.privileges).map((one) => one.siteId)).size,
            },
            { header: "State", render: (reader) => <State reader={reader} /> },
          ]}
          empty={
            <EmptyState title="No readers yet">
              Add a radiologist or resident under Administration; what they may read is set here.
            </EmptyState>
          }
        />
      </Panel>
    </div>
  );
}

const current = <C extends { state: string }>(credentials: readonly C[]): C[] =>
  credentials.filter(({ state }) => state === "valid" || state === "expiring");

const leftInWords = (days: number): string =>
  days < 0 ? `${-days} d ago` : days === 0 ? "last day today" : `${days} d`;

function State({ reader }: { reader: ReaderView }) {
  if (reader.disabled) return <Tone tone="bad">shut out</Tone>;
  const lacking = [
    reader.profile ? "" : "profile",
    current(reader.licences).length > 0 ? "" : "licence",
    current(reader.privileges).length > 0 ? "" : "privileges",
    reader.poolIds.length > 0 ? "" : "pool",
  ].filter(Boolean);
  return lacking.length > 0 ? <Tone tone="bad">{`no ${lacking.join(", no ")}`}</Tone> : <Tone tone="ok">can read</Tone>;
}
