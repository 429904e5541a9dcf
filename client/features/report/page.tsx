import { Tabs } from "@mantine/core";
import { Page } from "../../ui/page";
import { SnippetsTab } from "./manage/snippets-tab";
import { TemplatesTab } from "./manage/templates-tab";

/** Report templates and texts by abbreviation: the reading group's and one's own. */
export default function TemplatesPage() {
  return (
    <Page title="Report templates">
      <Tabs defaultValue="templates" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="templates">Templates</Tabs.Tab>
          <Tabs.Tab value="snippets">Snippets</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="templates">
          <TemplatesTab />
        </Tabs.Panel>
        <Tabs.Panel value="snippets">
          <SnippetsTab />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
