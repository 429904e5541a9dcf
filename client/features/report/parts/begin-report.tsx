import { Button, Group, Menu } from "@mantine/core";
import { IconChevronDown, IconUser } from "@tabler/icons-react";
import { useTemplates } from "../use-report";

/** Begins the report with the template that fits, or with another. */
export function BeginReport({
  studyId,
  busy,
  onBegin,
}: {
  studyId: string;
  busy: boolean;
  onBegin: (templateId: string | null) => void;
}) {
  const { data } = useTemplates(studyId, true);
  const templates = data?.templates ?? [];
  const best = templates.find(({ suggested }) => suggested);
  return (
    <Group gap={4} justify="center">
      <Button loading={busy} onClick={() => onBegin(null)}>
        Begin the report
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={14} />} disabled={templates.length === 0}>
            {best?.name ?? "Template"}
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={320} style={{ overflowY: "auto" }}>
          {templates.map((template) => (
            <Menu.Item
              key={template.id}
              leftSection={template.owner === "own" ? <IconUser size={14} aria-label="your own" /> : null}
              onClick={() => onBegin(template.id)}
            >
              {template.name}
              {template.suggested ? " (fits best)" : ""}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
