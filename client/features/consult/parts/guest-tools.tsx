import { Button } from "@mantine/core";
import { IconArrowUpLeft, IconRuler2, IconStack2 } from "@tabler/icons-react";
import { toast } from "../../../ui/toast";
import type { ToolId } from "../../../viewport/public";
import classes from "../page.module.css";

const TOOLS = [
  { id: "scroll", label: "Look", icon: IconStack2 },
  { id: "arrow", label: "Arrow", icon: IconArrowUpLeft },
  { id: "length", label: "Length", icon: IconRuler2 },
] as const;

/** What a finger does on the image. Who may not mark reads why. */
export function GuestTools({ tool, onTool, mayMark }: { tool: ToolId; onTool(tool: ToolId): void; mayMark: boolean }) {
  const shown = mayMark ? tool : "scroll";
  return (
    <fieldset className={classes.tools} aria-label="Tools">
      {TOOLS.map(({ id, label, icon: Icon }) => (
        <Button
          key={id}
          size="sm"
          variant={shown === id ? "light" : "default"}
          aria-pressed={shown === id}
          leftSection={<Icon size={18} aria-hidden="true" />}
          onClick={() => {
            if (id === "scroll" || mayMark) onTool(id);
            else toast.refused("You may look and point in this room, but not mark. Ask the reader to let you.");
          }}
        >
          {label}
        </Button>
      ))}
    </fieldset>
  );
}
