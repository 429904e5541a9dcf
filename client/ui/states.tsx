import { Button, Skeleton } from "@mantine/core";
import { IconCloudOff, IconPlugConnectedX } from "@tabler/icons-react";
import { type ReactNode, useEffect, useState } from "react";
import classes from "./states.module.css";

/** Nothing here, and what to do about it. `action` is a button or a link; `page`: nothing else is on the page, so the title is its heading. */
export function EmptyState({
  icon,
  title,
  page,
  children,
  action,
}: {
  icon?: ReactNode;
  title: string;
  page?: boolean;
  children?: ReactNode;
  action?: ReactNode;
}) {
  const Title = page ? "h1" : "p";
  return (
    <div className={classes.state}>
      {icon ? <span className={classes.icon}>{icon}</span> : null}
      <Title className={classes.title}>{title}</Title>
      {children ? <div className={classes.text}>{children}</div> : null}
      {action}
    </div>
  );
}

/** What happened, what is safe, and a way to try again. */
export function ErrorState({
  title,
  error,
  safe,
  onRetry,
}: {
  title: string;
  error: { message: string; action?: string | undefined };
  safe?: string;
  onRetry?: () => void;
}) {
  return (
    <div className={classes.state} role="alert">
      <span className={classes.icon} data-tone="bad">
        <IconPlugConnectedX size={28} stroke={1.5} />
      </span>
      <p className={classes.title}>{title}</p>
      <div className={classes.text}>
        {error.message}
        {error.action ? ` ${error.action}` : ""}
        {safe ? <div className={classes.safe}>{safe}</div> : null}
      </div>
      {onRetry ? (
        <Button variant="default" onClick={onRetry}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}

/** The hub cannot be reached; says what still works here. */
export function OfflineState({ children, onRetry }: { children: ReactNode; onRetry?: () => void }) {
  return (
    <div className={classes.state} role="status">
      <span className={classes.icon} data-tone="warn">
        <IconCloudOff size={28} stroke={1.5} />
      </span>
      <p className={classes.title}>The hub cannot be reached</p>
      <div className={classes.text}>{children}</div>
      {onRetry ? (
        <Button variant="default" onClick={onRetry}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}

/** True once `ms` have passed: nothing is drawn for what is quicker. */
export function useAfter(ms: number): boolean {
  const [passed, setPassed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setPassed(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return passed;
}

/** Rows in the true shape of the list that is coming: `tracks` are its grid tracks, `height` its row height in px. */
export function SkeletonRows({
  rows = 8,
  tracks = "80px 1fr 2fr 1fr",
  height = 28,
}: {
  rows?: number;
  tracks?: string;
  height?: number;
}) {
  const show = useAfter(150);
  const cells = tracks.split(/\s+(?![^(]*\))/).length;
  return (
    <div aria-busy="true" className={classes.skeleton} data-show={show}>
      <span className="rr-visually-hidden">Loading</span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholder rows have no identity
        <div key={row} className={classes.skeletonRow} style={{ gridTemplateColumns: tracks, height }}>
          {Array.from({ length: cells }, (_, cell) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: placeholder cells have no identity
            <Skeleton key={cell} height={8} width={`${45 + ((row * 7 + cell * 13) % 45)}%`} animate={false} />
          ))}
        </div>
      ))}
    </div>
  );
}
