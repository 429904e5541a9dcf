import { Button } from "@mantine/core";
import { IconFileOff } from "@tabler/icons-react";
import { useEffect } from "react";
import { Link, useParams } from "react-router";
import { asHubError, type HubError } from "../../kernel/api";
import { EmptyState, ErrorState, OfflineState } from "../../ui/states";
import { startEngine } from "../../viewport/public";
import classes from "./page.module.css";
import { Room } from "./parts/room";
import { RoomSkeleton } from "./parts/room-skeleton";
import { useStudy } from "./use-study";

/** The reading room of one study. Another study is another room: nothing of the one before is kept on screen. */
export default function ReadingPage() {
  const { studyId = "" } = useParams();
  return <Study key={studyId} studyId={studyId} />;
}

function Study({ studyId }: { studyId: string }) {
  const query = useStudy(studyId);
  // The renderer starts while the study's description is on its way; where it can't, the viewport says so.
  useEffect(() => void startEngine().catch(() => undefined), []);
  if (query.data) return <Room detail={query.data} />;
  if (query.error) return <Failed error={asHubError(query.error)} retry={() => void query.refetch()} />;
  return <RoomSkeleton />;
}

function Failed({ error, retry }: { error: HubError; retry(): void }) {
  const back = (
    <Button component={Link} to="/" variant="default">
      Back to the worklist
    </Button>
  );
  if (error.code === "not_found" || error.code === "forbidden") {
    return (
      <div className={classes.whole}>
        <EmptyState icon={<IconFileOff size={28} stroke={1.4} />} title="There is no such study here" action={back}>
          It may have gone to another reading group, or your rights do not reach it.
        </EmptyState>
      </div>
    );
  }
  if (error.code === "offline") {
    return (
      <div className={classes.whole}>
        <OfflineState onRetry={retry}>
          This study has not been loaded yet. Edits made here earlier are kept on this machine and sent when the line is
          back.
        </OfflineState>
      </div>
    );
  }
  return (
    <div className={classes.whole}>
      <ErrorState
        title="The study could not be opened"
        error={error}
        safe="Images, marks and report on the hub are not affected."
        onRetry={retry}
      />
    </div>
  );
}
