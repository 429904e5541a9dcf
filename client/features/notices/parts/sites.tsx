import { NativeSelect } from "@mantine/core";
import type { NoticeSites } from "@readroom/shared/contract/http/notices.js";
import { List } from "../../../ui/list";
import { mapLoaded } from "../../../ui/loaded";
import { EmptyState } from "../../../ui/states";
import { useNoticeSites, useSaveSite } from "../source";

type Site = NoticeSites["sites"][number];

/** What mails, push messages and desktop notices may say about each site's studies. The patient is never named. */
export function Sites() {
  const query = useNoticeSites(true);
  const save = useSaveSite();
  return (
    <List<Site>
      label="Sites"
      loaded={mapLoaded(query, (view) => view.sites)}
      rowId={(site) => site.id}
      empty={<EmptyState title="No site yet">Sites that your people read for show here.</EmptyState>}
      columns={[
        { header: "Site", render: (site) => site.name },
        {
          header: "Mails, push and desktop say",
          wide: true,
          render: (site) => (
            <NativeSelect
              aria-label={`What leaves the hub about ${site.name}`}
              value={site.outsideText}
              data={[
                { value: "none", label: "That something waits, nothing else" },
                { value: "procedure", label: "Procedure and site" },
              ]}
              onChange={(event) =>
                save.mutate({
                  siteId: site.id,
                  outsideText: event.currentTarget.value === "procedure" ? "procedure" : "none",
                })
              }
            />
          ),
        },
      ]}
    />
  );
}
