import type { ReactNode } from "react";
import { age, type NameGroups, personName } from "./format";
import { useNow } from "./now";
import classes from "./patient-banner.module.css";

export interface PatientBannerProps {
  /** DICOM person name, as sent: its groups or PN text. */
  name: NameGroups | string | null;
  birthDate?: string | null;
  sex?: string | null;
  mrn?: string | null;
  /** The age is the one on this day, as on the images; ms. Left out: today's. */
  studyAt?: number | null;
  /** What else identifies this piece of work, in order: procedure, date, accession, site. */
  facts?: ReadonlyArray<ReactNode>;
  /** Clock, people, actions: at the right. */
  children?: ReactNode;
}

/** Whose images these are, first thing in the same place on every screen. The name never truncates before the facts do. */
export function PatientBanner({ name, birthDate, sex, mrn, studyAt, facts = [], children }: PatientBannerProps) {
  const now = useNow();
  const shown = personName(name);
  const person = [age(birthDate, studyAt ?? now), sex].filter(Boolean).join(" ");
  return (
    <section className={classes.banner} aria-label={`Patient ${shown}`}>
      <div className={classes.who}>
        <h1 className={classes.name}>{shown}</h1>
        {person ? <span className={classes.fact}>{person}</span> : null}
        {mrn ? <span className={classes.fact}>MRN {mrn}</span> : null}
      </div>
      <div className={classes.facts}>
        {facts.filter(Boolean).map((fact, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the facts of a banner are positional
          <span key={at} className={classes.fact}>
            {fact}
          </span>
        ))}
      </div>
      {children ? <div className={classes.tools}>{children}</div> : null}
    </section>
  );
}
