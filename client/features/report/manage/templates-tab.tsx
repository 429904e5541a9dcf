import { Button, FileButton, Group } from "@mantine/core";
import type { TemplateView } from "@readroom/shared/contract/http/report-templates.js";
import { IconFileImport, IconFileText, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { asHubError } from "../../../kernel/api";
import { dateOnly } from "../../../ui/format";
import { List, type ListColumn } from "../../../ui/list";
import { mapLoaded } from "../../../ui/loaded";
import { Panel } from "../../../ui/page";
import { EmptyState } from "../../../ui/states";
import { toast } from "../../../ui/toast";
import { readTemplate, useTemplateList } from "../use-templates";
import { type Draft, draftOf, freshDraft } from "./model";
import { TemplateEditor } from "./template-editor";

const COLUMNS: readonly ListColumn<TemplateView>[] = [
  { header: "Name", wide: true, render: ({ name }) => name },
  { header: "Whose", render: ({ owner }) => (owner === "own" ? "Mine" : "Group") },
  { header: "Modality", render: ({ modality }) => modality || "any" },
  { header: "Body part", render: ({ bodyPart }) => bodyPart.toLowerCase() || "any" },
  { header: "Default for", wide: true, render: ({ procedures }) => procedures.join(", ") || "–" },
  {
    header: "Fields",
    align: "right",
    render: ({ sections }) => sections.reduce((n, one) => n + (one.fields?.length ?? 0), 0),
  },
  { header: "Changed", render: ({ updatedAt, updatedByName }) => `${dateOnly(updatedAt)} ${updatedByName}` },
];

/** The templates, one of them opened to be changed; new ones are made or imported. */
export function TemplatesTab() {
  const query = useTemplateList();
  const [draft, setDraft] = useState<Draft | null>(null);
  const owner = query.data?.mayEditGroup ? "group" : "own";
  const importFile = async (file: File | null): Promise<void> => {
    if (!file) return;
    try {
      const read = await readTemplate(await file.text());
      setDraft({ id: null, version: 0, body: { ...read, owner, procedures: [] } });
    } catch (thrown) {
      toast.failed(asHubError(thrown).message, "The template was not read");
    }
  };
  if (draft) {
    return (
      <TemplateEditor
        key={`${draft.id}${draft.version}`}
        draft={draft}
        mayEditGroup={query.data?.mayEditGroup ?? false}
        onClose={() => setDraft(null)}
      />
    );
  }
  return (
    <Panel
      title="Templates"
      flush
      aside={
        <Group gap="xs">
          <FileButton accept=".html,.htm,.xhtml,text/html" onChange={(file) => void importFile(file)}>
            {(button) => (
              <Button {...button} variant="default" leftSection={<IconFileImport size={16} />}>
                Import MRRT
              </Button>
            )}
          </FileButton>
          <Button leftSection={<IconPlus size={16} />} onClick={() => setDraft(freshDraft(owner))}>
            New template
          </Button>
        </Group>
      }
    >
      <List
        label="Report templates"
        loaded={mapLoaded(query, ({ templates }) => templates)}
        columns={COLUMNS}
        rowId={({ id }) => id}
        onPick={(template) =>
          // Whoever may not change the group's makes an own one of it.
          setDraft(
            template.mayEdit
              ? draftOf(template)
              : { ...draftOf(template), id: null, body: { ...draftOf(template).body, owner: "own" } },
          )
        }
        empty={
          <EmptyState icon={<IconFileText size={28} stroke={1.4} />} title="No templates">
            Make one, or import one that your hospital has as MRRT.
          </EmptyState>
        }
      />
    </Panel>
  );
}
