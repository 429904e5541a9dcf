import { Button } from "@mantine/core";
import { asHubError } from "../../kernel/api";
import { useMay } from "../../kernel/session";
import { asShown } from "../../ui/loaded";
import { Page, Panel } from "../../ui/page";
import { ErrorState, OfflineState, SkeletonRows } from "../../ui/states";
import { Matrix } from "./parts/matrix";
import { Sites } from "./parts/sites";
import { Ways } from "./parts/ways";
import { useNoticeSettings, useSaveSettings } from "./source";

/** What a person hears of, and how. */
export default function NotificationsPage() {
  const query = useNoticeSettings();
  const save = useSaveSettings();
  const administers = useMay("people.write");
  const shown = asShown(query);
  const said = save.isPending
    ? "saving…"
    : save.isError
      ? `not saved: ${asHubError(save.error).message}`
      : save.isSuccess
        ? "saved ✓"
        : "";
  return (
    <Page
      title="Notifications"
      lead="While you have a report open, only what is urgent comes through; the rest waits until you sign or leave it."
      tools={
        shown.state === "ready" && !shown.value.isDefault ? (
          <Button variant="default" onClick={() => save.mutate(null)}>
            Back to the defaults
          </Button>
        ) : null
      }
    >
      <Panel title="What you hear of, and how" aside={<output>{said}</output>}>
        {shown.state === "loading" ? (
          <SkeletonRows rows={8} tracks="2fr 1fr 1fr 1fr 1fr 1fr" height={48} />
        ) : shown.state === "error" ? (
          <ErrorState title="Your choices could not be loaded" error={shown.error} onRetry={shown.retry} />
        ) : shown.state === "offline" ? (
          <OfflineState onRetry={shown.retry}>
            Your choices stand as they were; they can be changed once the hub is back.
          </OfflineState>
        ) : (
          <Matrix settings={shown.value} save={(channels) => save.mutate(channels)} />
        )}
      </Panel>
      {shown.state === "ready" ? (
        <Panel title="Ways to reach you">
          <Ways settings={shown.value} changed={() => void query.refetch()} />
        </Panel>
      ) : null}
      {administers ? (
        <Panel title="What leaves the hub, by site">
          <Sites />
        </Panel>
      ) : null}
    </Page>
  );
}
