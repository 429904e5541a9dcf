import { Button } from "@mantine/core";
import type { PriorView } from "@readroom/shared/contract/http/worklist.js";
import { IconColumns2, IconHistory } from "@tabler/icons-react";
import { dateOnly } from "../../../ui/format";
import { EmptyState } from "../../../ui/states";
import { type Hung, mainSeries } from "../wall";
import classes from "./panels.module.css";

interface PriorsProps {
  priors: readonly PriorView[];
  modality: string | undefined;
  hung: readonly string[];
  compare(series: Hung): void;
  /** Puts what was said then into the report as its comparison; null: no report is being written. */
  copy: ((prior: PriorView) => void) | null;
}

/** What was there before, and what was said about it. */
export function PriorsTab({ priors, modality, hung, compare, copy }: PriorsProps) {
  if (priors.length === 0) {
    return (
      <EmptyState icon={<IconHistory size={28} stroke={1.4} />} title="No earlier studies">
        None of this patient's earlier studies is here.
      </EmptyState>
    );
  }
  return (
    <ul className={classes.priors} aria-label="Earlier studies">
      {priors.map((prior) => (
        <Prior key={prior.studyId} prior={prior} modality={modality} hung={hung} compare={compare} copy={copy} />
      ))}
    </ul>
  );
}

function Prior({ prior, modality, hung, compare, copy }: { prior: PriorView } & Omit<PriorsProps, "priors">) {
  const main = mainSeries(prior.series.filter((one) => one.modality === modality)) ?? mainSeries(prior.series);
  const beside = prior.series.some((one) => hung.includes(one.seriesInstanceUid));
  return (
    <li className={classes.priorCard}>
      <div className={classes.priorHead}>
        <strong>{prior.procedure || prior.modalities.join(", ")}</strong>
        <span className={classes.soft}>
          {prior.studyDay ? dateOnly(prior.studyDay) : "no date"} · {prior.instances.toLocaleString()} images
        </span>
      </div>
      {main ? (
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconColumns2 size={14} />}
          disabled={beside}
          onClick={() =>
            compare({ studyInstanceUid: prior.studyInstanceUid, seriesInstanceUid: main.seriesInstanceUid })
          }
        >
          {beside ? "Shown beside" : "Compare"}
        </Button>
      ) : null}
      {prior.impression ? (
        <>
          <p className={classes.impression}>{prior.impression}</p>
          {copy ? (
            <Button size="compact-xs" variant="default" onClick={() => copy(prior)}>
              Copy as comparison
            </Button>
          ) : null}
        </>
      ) : (
        <p className={classes.soft}>No signed report of it is here.</p>
      )}
      {prior.signedBy ? (
        <span className={classes.soft}>
          {prior.signedBy}
          {prior.signedAt ? `, ${dateOnly(prior.signedAt)}` : ""}
        </span>
      ) : null}
    </li>
  );
}
