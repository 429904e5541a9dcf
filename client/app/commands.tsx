import { Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { IconArrowRight, IconBolt, IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useSignedIn } from "../kernel/session";
import { KeyHint, useKeyMap } from "../ui/keys";
import { navOf } from "./nav";

/** The command palette: every page this person may open, and everything that has a key on the page in front. */
export function Commands() {
  const session = useSignedIn();
  const navigate = useNavigate();
  const { list } = useKeyMap();
  const [keyed, setKeyed] = useState<SpotlightActionData[]>([]);
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
      shortcut={null}
      attributes={{ content: { "aria-label": "Search or type a command" } }}
      yOffset="12vh"
      centered={false}
      overlayProps={{ backgroundOpacity: 0.5, blur: 0 }}
      onSpotlightOpen={gather}
      actions={[{ group: "Go to", actions: places }, ...groups]}
      nothingFound="Nothing by that name. Try a page or an action."
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
