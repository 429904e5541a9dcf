import { Tabs } from "@mantine/core";
import { useNavigate, useParams } from "react-router";
import { useMay } from "../../kernel/session";
import { Page, Panel } from "../../ui/page";
import { Audit } from "./parts/audit";
import { Peers } from "./parts/peers";
import { People } from "./parts/people";
import { Tokens } from "./parts/tokens";

/** Who may do what here, which machines may talk to the hub, and who saw whom. */
export default function AdminPage() {
  const navigate = useNavigate();
  const tab = useParams()["*"] || "people";
  const peers = useMay("peer.read");
  const tokens = useMay("token.write");
  const audit = useMay("audit.read");
  return (
    <Page
      title="Administration"
      lead="Changes take effect at once: what was withdrawn ends open sessions and live connections."
    >
      <Tabs value={tab} onChange={(value) => navigate(`/admin/${value ?? "people"}`)}>
        <Tabs.List mb="lg">
          <Tabs.Tab value="people">People</Tabs.Tab>
          {peers ? <Tabs.Tab value="devices">DICOM devices</Tabs.Tab> : null}
          {tokens ? <Tabs.Tab value="tokens">Access tokens</Tabs.Tab> : null}
          {audit ? <Tabs.Tab value="audit">Audit</Tabs.Tab> : null}
        </Tabs.List>
        <Tabs.Panel value="people">
          <People />
        </Tabs.Panel>
        <Tabs.Panel value="devices">
          <Peers />
        </Tabs.Panel>
        <Tabs.Panel value="tokens">
          <Tokens />
        </Tabs.Panel>
        <Tabs.Panel value="audit">
          <Panel>
            <Audit />
          </Panel>
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
