import classes from "./panels.module.css";

/** Name and value, a line each; what is empty is left out. */
export function Facts({ facts }: { facts: readonly [name: string, value: string][] }) {
  return (
    <dl className={classes.facts}>
      {facts
        .filter(([, value]) => value !== "")
        .map(([name, value]) => (
          <div key={name} className={classes.factLine}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
