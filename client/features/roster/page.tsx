import { Tabs } from "@mantine/core";
import { useNavigate, useParams } from "react-router";
import { useMay, useSignedIn } from "../../kernel/session";
import { Page } from "../../ui/page";
import { EmptyState } from "../../ui/states";
import { Contracts } from "./parts/contracts";
import { Mine } from "./parts/mine";
import { People } from "./parts/people";
import { Pools } from "./parts/pools";
import { Reader } from "./parts/reader";
import { Shifts } from "./parts/shifts";
import { Sites } from "./parts/sites";

/** Who reads, with which credentials, when and in which pools; for whom; and where each site's results and calls go. */
export default function RosterPage() {
  const navigate = useNavigate();
  const [asked = "", id] = (useParams()["*"] ?? "").split("/");
  const tabs = useTabs();
  const tab = tabs.find(({ value }) => value === asked) ?? tabs[0];
  if (!tab)
    return (
      <EmptyState title="Nothing here for your role">Rosters are kept by operators and administrators.</EmptyState>
    );
  return (
    <Page title={tab.value === "mine" ? "My shifts" : "Roster"} lead={tab.lead}>
      {tabs.length > 1 ? (
        <Tabs value={tab.value} onChange={(value) => navigate(`/roster/${value ?? ""}`)}>
          <Tabs.List mb="lg">
            {tabs.map(({ value, label }) => (
              <Tabs.Tab key={value} value={value}>
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value={tab.value}>
            <Body tab={tab.value} id={id} />
          </Tabs.Panel>
        </Tabs>
      ) : (
        <Body tab={tab.value} id={id} />
      )}
    </Page>
  );
}

function Body({ tab, id }: { tab: string; id: string | undefined }) {
  switch (tab) {
    case "mine":
      return <Mine />;
    case "people":
      return id ? <Reader key={id} id={id} /> : <People />;
    case "shifts":
      return <Shifts />;
    case "pools":
      return <Pools />;
    case "contracts":
      return <Contracts />;
    default:
      return <Sites />;
  }
}

function useTabs() {
  const inGroup = useSignedIn().organisation.kind === "reading_group";
  const roster = useMay("roster.read") && inGroup;
  const own = useMay("roster.own") && inGroup;
  const contracts = useMay("contract.read");
  const sites = useMay("site.read");
  return [
    {
      value: "people",
      label: "People & credentials",
      may: roster,
      lead: "A credential counts until the end of its last day, where the patient is.",
    },
    {
      value: "shifts",
      label: "Shifts",
      may: roster,
      lead: "Only readers who are on shift get studies; who is on call is asked for what can’t wait.",
    },
    { value: "pools", label: "Pools", may: roster, lead: "A closed pool’s studies go along its fall-back." },
    { value: "contracts", label: "Contracts", may: contracts, lead: "Who reads for whom, and within which time." },
    { value: "sites", label: "Sites", may: sites, lead: "Where results go, and who is rung about critical findings." },
    {
      value: "mine",
      label: "My shifts",
      may: own,
      lead: "What you may read, when you are on, and what colleagues ask of you.",
    },
  ].filter(({ may }) => may);
}
