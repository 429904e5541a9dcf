import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from "@mantine/spotlight";
import { IconArrowRight, IconBolt, IconFileSearch, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useNavigate } from "react-router";
import { findStudies } from "../features/worklist/public";
import { useMay, useSignedIn } from "../kernel/session";
import { dateTime } from "../ui/format";
import { KeyHint, useKeyMap } from "../ui/keys";
import { chooseFirst, paletteStore } from "../ui/palette";
import classes from "./commands.module.css";
import { navOf } from "./nav";

const AFTER_MS = 150;

/**
 * The command palette: studies by any identifier, name or words (asked of the hub, which knows whose they are), every page this person may
 * open, and everything that has a key on the page in front.
 */
export function Commands() {
  const session = useSignedIn();
  const navigate = useNavigate();
  const { list } = useKeyMap();
  const [keyed, setKeyed] = useState<SpotlightActionData[]>([]);
  const [text, setText] = useState("");
  const studies = useStudiesFound(text);
  const first = studies[0]?.id;
  useEffect(() => {
    if (first) chooseFirst();
  }, [first]);
  const places: SpotlightActionData[] = navOf(session.actions).map((item) => ({
    id: item.to,
    label: item.label,
    description: item.hint,
    leftSection: <IconArrowRight size={16} stroke={1.6} />,
    onClick: () => navigate(item.to),
  }));
  const gather = () =>
    setKeyed(
      list()
        .filter((action) => action.id !== "app.search")
        .map((action) => ({
          id: action.id,
          label: action.label,
          group: action.group,
          leftSection: <IconBolt size={16} stroke={1.6} />,
          rightSection: <KeyHint combo={action.keys[0] ?? ""} />,
          onClick: action.run,
        })),
    );
  const groups = [...new Set(keyed.map((action) => String(action.group)))].map((group) => ({
    group,
    actions: keyed.filter((action) => action.group === group),
  }));
  return (
    <Spotlight
      store={paletteStore}
      shortcut={null}
      classNames={{ action: classes.action ?? "", actionDescription: classes.description ?? "" }}
      attributes={{ content: { "aria-label": "Search or type a command" } }}
      yOffset="12vh"
      centered={false}
      overlayProps={{ backgroundOpacity: 0.5, blur: 0 }}
      onSpotlightOpen={gather}
      onSpotlightClose={() => setText("")}
      query={text}
      onQueryChange={setText}
      actions={[
        ...(studies.length > 0 ? [{ group: "Studies", actions: studies }] : []),
        { group: "Go to", actions: places },
        ...groups,
      ]}
      filter={fitting}
      nothingFound={
        text.trim().length > 1 ? "No study, page or action by that." : "Type a name, a number or an action."
      }
      highlightQuery
      scrollable
      maxHeight={420}
      searchProps={{
        leftSection: <IconSearch size={18} stroke={1.6} />,
        placeholder: "Search or type a command",
        "aria-label": "Search or type a command",
      }}
    />
  );
}

/** Studies that the hub found for what is typed; those that were found before stay while it looks again. */
function useStudiesFound(typed: string): SpotlightActionData[] {
  const may = useMay("study.find");
  const navigate = useNavigate();
  const text = useSettled(typed.trim(), AFTER_MS);
  const asked = may && text.length >= 2;
  const { data } = useQuery({
    queryKey: ["studies", "found", text],
    queryFn: ({ signal }) => findStudies(text, signal),
    enabled: asked,
    // What was found may name patients: it is not kept once nobody looks at it.
    gcTime: 0,
    placeholderData: keepPreviousData,
  });
  if (!asked || !data) return [];
  return data.hits.map((hit) => ({
    id: `study:${hit.studyId}`,
    label: `${hit.patientName} · ${hit.procedure || hit.modalities.join(" ")}`,
    description: [
      hit.mrn && `MRN ${hit.mrn}`,
      hit.accessionNumber && `Acc ${hit.accessionNumber}`,
      hit.site,
      hit.studyAt && dateTime(hit.studyAt),
      hit.reportState === "none" ? "" : hit.reportState,
    ]
      .filter(Boolean)
      .join(" · "),
    leftSection: <IconFileSearch size={16} stroke={1.6} />,
    onClick: () => navigate(`/read/${hit.studyId}`),
  }));
}

/** A value that has stood still for a moment: not every keystroke is a question. */
function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

type Actions = Array<SpotlightActionData | SpotlightActionGroupData>;

/** Pages and actions by every word typed. Studies were chosen by the hub, also by what their lines do not show. */
function fitting(query: string, actions: Actions): Actions {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ label, description }: SpotlightActionData) =>
    words.every((word) => `${label ?? ""} ${description ?? ""}`.toLowerCase().includes(word));
  return actions.flatMap((one): Actions => {
    if (!("actions" in one)) return fits(one) ? [one] : [];
    const left = one.actions.filter((action) => action.id.startsWith("study:") || fits(action));
    return left.length > 0 ? [{ ...one, actions: left }] : [];
  });
}
