import { useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { useMay, useSignedIn } from "../../kernel/session";
import { useKeys } from "../../ui/keys";
import type { KeyAction } from "../../ui/keys-model";
import { useClaims } from "./actions";
import type { Line } from "./model";
import classes from "./page.module.css";
import { type AskedAbout, ClaimDialog } from "./parts/claim-dialogs";
import { DropUpload } from "./parts/drop-upload";
import { FilterBar } from "./parts/filter-bar";
import { Footer } from "./parts/footer";
import { ListArea } from "./parts/list-area";
import { Preview } from "./parts/preview";
import { Tools } from "./parts/tools";
import { ViewTabs } from "./parts/view-tabs";
import { useLooking } from "./use-looking";
import { useListLoaded, useViewer, useWorklist } from "./use-worklist";

/** Studies waiting to be read: which is next, why, by when, and who has what. */
export default function WorklistPage() {
  const store = useWorklist();
  useListLoaded(store);
  const { user } = useSignedIn();
  const viewer = useViewer(store);
  const [wanted] = useSearchParams();
  const looking = useLooking(store, viewer, { tab: wanted.get("view"), study: wanted.get("study") });
  const [previewing, setPreviewing] = useState(true);
  const [filtering, setFiltering] = useState(false);
  const [asked, setAsked] = useState<AskedAbout | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const claims = useClaims();
  const [mayClaim, mayTakeOver] = [useMay("study.claim"), useMay("study.takeover")];
  const { list } = store;
  const current = store.lineOf(looking.selected);
  const open = (line: Line) => void claims.open(line, mayClaim);
  const move = (by: number) => {
    const to = Math.max(0, Math.min(list.rows.length - 1, list.indexOf(looking.selected) + by));
    const entry = list.rows[to];
    if (entry) looking.select(entry.line.studyId);
  };
  const ask = (what: AskedAbout["what"]) => {
    if (current?.claim.state !== "held") return;
    const { by, fence } = current.claim;
    if (what === "take_over" ? mayTakeOver && by.id !== user.id : by.id === user.id)
      setAsked({ what, studyId: current.studyId, fence, holder: by.name });
  };
  const onCurrent = (act: (line: Line) => void) => () => {
    if (current) act(current);
  };
  const holder: KeyAction[] = [
    key("next", "N", "Claim and open the next study", () => void claims.next()),
    key("release", "R", "Return the selected study to its pool", () => ask("return")),
    key(
      "hold",
      "H",
      "One moment, or go on",
      onCurrent((line) => void claims.hold(line)),
    ),
    key("handOver", "T", "Hand the selected study over", () => ask("hand_over")),
    key("escalate", "E", "Ask a subspecialist", () => ask("escalate")),
  ];
  useKeys([
    ...(mayClaim ? holder : []),
    ...(mayTakeOver ? [key("takeOver", "Shift+T", "Take the selected study over", () => ask("take_over"))] : []),
    key("open", "Enter", "Open the selected study", onCurrent(open)),
    key("preview", "Space", "Show or hide the preview", () => setPreviewing((was) => !was)),
    key("filter", "F", "Filter", () => setFiltering(true)),
    key("search", "/", "Search the list", () => field.current?.focus()),
    key("down", "J", "Next line", () => move(1), "ArrowDown"),
    key("up", "K", "Line before", () => move(-1), "ArrowUp"),
  ]);
  const rows = useMemo(
    () => ({
      get length() {
        return list.rows.length;
      },
      at: (index: number) => (list.rows[index] as { line: Line }).line,
      indexOf: (id: string | null) => list.indexOf(id),
    }),
    [list],
  );

  return (
    <DropUpload>
      <div className={classes.page}>
        <h1 className="rr-visually-hidden">Worklist</h1>
        <div className={classes.top}>
          <ViewTabs
            tabs={looking.tabs}
            saved={looking.saved}
            chosen={looking.tab}
            onChoose={looking.choose}
            now={looking.definition}
            changed={looking.changed}
          />
          <Tools
            field={field}
            text={looking.conditions.text ?? ""}
            onText={looking.setText}
            mayClaim={mayClaim}
            onNext={() => void claims.next()}
          />
        </div>
        <FilterBar
          list={list}
          conditions={looking.conditions}
          onChange={looking.setConditions}
          menuOpen={filtering}
          onMenu={setFiltering}
        />
        <div className={classes.body}>
          <ListArea store={store} looking={looking} rows={rows} userId={user.id} onOpen={open} />
          {previewing && current ? (
            <Preview
              line={current}
              onOpen={() => open(current)}
              onClose={() => looking.select(null)}
              mayClaim={mayClaim}
              mayTakeOver={mayTakeOver}
              onAsk={ask}
              onHold={() => void claims.hold(current)}
            />
          ) : null}
        </div>
        <Footer mayClaim={mayClaim} loading={store.loading} />
      </div>
      <ClaimDialog
        asked={asked}
        onClose={() => setAsked(null)}
        onDone={(line, what) => {
          store.push({ type: "line", line });
          // One's own from here on: the reader took it to read it.
          if (what === "take_over") open({ ...line });
        }}
      />
    </DropUpload>
  );
}

const key = (id: string, combo: string, label: string, run: () => void, other?: string): KeyAction => ({
  id: `worklist.${id}`,
  keys: other ? [combo, other] : [combo],
  label,
  group: "Worklist",
  run,
});
