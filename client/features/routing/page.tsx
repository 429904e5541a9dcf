import { Button, Tabs } from "@mantine/core";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { refusalWords } from "../../kernel/api";
import { useMay } from "../../kernel/session";
import { asShown } from "../../ui/loaded";
import { Page, Panel } from "../../ui/page";
import { EmptyState, ErrorState, OfflineState, SkeletonRows } from "../../ui/states";
import { toast } from "../../ui/toast";
import { DraftBanner } from "./parts/draft-banner";
import { History } from "./parts/history";
import { Mapping } from "./parts/mapping";
import { RuleList } from "./parts/rule-list";
import { TryOut } from "./parts/try-out";
import { startDraft, useDraft, useRules, useVocabulary } from "./source";
import { useDraftEdit } from "./use-draft-edit";

/** The group's rules: what is in effect, a draft of what shall be, tried before it is published. */
export default function RoutingPage() {
  const navigate = useNavigate();
  const tab = useParams()["*"] || "rules";
  const rules = useRules();
  const draft = useDraft();
  const known = useVocabulary();
  const mayWrite = useMay("rule.write");
  const current = draft.data?.draft ?? null;
  const edit = useDraftEdit(current);
  const shown = asShown(rules);
  if (shown.state === "loading") return <SkeletonRows rows={10} tracks="24px 1fr 3fr 80px" height={52} />;
  if (shown.state === "offline")
    return <OfflineState onRetry={shown.retry}>Studies are routed by the rules in effect all the same.</OfflineState>;
  if (shown.state === "error")
    return <ErrorState title="The rules could not be loaded" error={shown.error} onRetry={shown.retry} />;
  const view = shown.value;
  const content = current?.content ?? view.content;
  const editable = mayWrite && current !== null;
  return (
    <Page
      title="Routing rules"
      lead={leadOf(view)}
      tools={mayWrite && !current ? <StartDraft onStarted={() => void edit.refresh()} /> : null}
    >
      {current ? (
        <DraftBanner draft={current} edit={edit} mayWrite={mayWrite} onTry={() => navigate("/rules/try")} />
      ) : null}
      <Tabs
        value={tab}
        onChange={(value) => navigate(`/rules/${value === "rules" ? "" : (value ?? "")}`)}
        keepMounted={false}
      >
        <Tabs.List mb="lg">
          <Tabs.Tab value="rules">Rules</Tabs.Tab>
          <Tabs.Tab value="subspecialties">Subspecialties</Tabs.Tab>
          {mayWrite ? <Tabs.Tab value="try">Try</Tabs.Tab> : null}
          <Tabs.Tab value="history">History</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="rules">
          <RuleList content={content} view={view} draft={current} known={known.data} editable={editable} edit={edit} />
        </Tabs.Panel>
        <Tabs.Panel value="subspecialties">
          <Mapping content={content} known={known.data} editable={editable} edit={edit} />
        </Tabs.Panel>
        <Tabs.Panel value="try">
          {current ? (
            <TryOut draft={current} />
          ) : (
            <Panel>
              <EmptyState title="There is no draft to try">
                Start a draft, change a rule, and see here what it would do before it does it.
              </EmptyState>
            </Panel>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <History
            mayRestore={mayWrite && !current}
            onRestored={() => void edit.refresh().then(() => navigate("/rules"))}
          />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function leadOf(view: NonNullable<ReturnType<typeof useRules>["data"]>): string {
  const { published, builtIn, rerouting } = view;
  const which = builtIn
    ? "The hub’s own rules are in effect; a draft makes them yours."
    : `Version ${published.number} is in effect, published by ${published.publishedByName ?? "somebody"}: ${published.note}`;
  return rerouting > 0 ? `${which} ${rerouting.toLocaleString()} open studies are being decided anew.` : which;
}

function StartDraft({ onStarted }: { onStarted: () => void }) {
  const [busy, setBusy] = useState(false);
  const start = async () => {
    setBusy(true);
    try {
      await startDraft();
    } catch (thrown) {
      toast.refused(refusalWords(thrown));
    } finally {
      setBusy(false);
      onStarted();
    }
  };
  return (
    <Button onClick={() => void start()} loading={busy}>
      Start a draft
    </Button>
  );
}
