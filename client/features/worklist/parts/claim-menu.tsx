import { Box, Button, Menu } from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowBigUpLine,
  IconChevronDown,
  IconPlayerPause,
  IconPlayerPlay,
  IconUserShare,
} from "@tabler/icons-react";
import { useState } from "react";
import { KeyHint, useKeys } from "../../../ui/keys";
import type { KeyAction } from "../../../ui/keys-model";
import { useClaims } from "../actions";
import type { Line } from "../model";
import { useStore } from "../use-worklist";
import { type Asked, ClaimDialog } from "./claim-dialogs";

/**
 * What one does with a study that one holds beside reading it, where it is read: one moment, hand over, ask a subspecialist, return.
 * `onLeft`: it is no longer this reader's.
 */
export function ClaimMenu({ line, fence, onLeft }: { line: Line; fence: number; onLeft: () => void }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const store = useStore();
  const claims = useClaims();
  const onHold = line.claim.state === "held" && line.claim.hold === true;
  const hold = () => void claims.hold(line);
  useKeys([
    key("hold", "Shift+O", onHold ? "Go on with the study" : "One moment: keep it while reading another", hold),
    key("handOver", "Shift+T", "Hand the study over", () => setAsked("hand_over")),
    key("escalate", "Shift+E", "Ask a subspecialist", () => setAsked("escalate")),
    key("return", "Shift+R", "Return the study to its pool", () => setAsked("return")),
  ]);
  const icon = { size: 15, stroke: 1.7 } as const;
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button size="compact-sm" variant="default" title="What to do with it beside reading">
            {onHold ? "On hold" : "Yours"}
            <Box component="span" visibleFrom="sm" ml={4} h={14}>
              <IconChevronDown size={14} aria-hidden="true" />
            </Box>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={onHold ? <IconPlayerPlay {...icon} /> : <IconPlayerPause {...icon} />}
            rightSection={<KeyHint combo="Shift+O" action="claim.hold" />}
            onClick={hold}
          >
            {onHold ? "Go on" : "One moment"}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconUserShare {...icon} />}
            rightSection={<KeyHint combo="Shift+T" action="claim.handOver" />}
            onClick={() => setAsked("hand_over")}
          >
            Hand over…
          </Menu.Item>
          <Menu.Item
            leftSection={<IconArrowBigUpLine {...icon} />}
            rightSection={<KeyHint combo="Shift+E" action="claim.escalate" />}
            onClick={() => setAsked("escalate")}
          >
            Ask a subspecialist…
          </Menu.Item>
          <Menu.Item
            leftSection={<IconArrowBackUp {...icon} />}
            rightSection={<KeyHint combo="Shift+R" action="claim.return" />}
            onClick={() => setAsked("return")}
          >
            Return to the pool…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ClaimDialog
        asked={asked ? { what: asked, studyId: line.studyId, fence } : null}
        onClose={() => setAsked(null)}
        onDone={(after) => {
          store.push({ type: "line", line: after });
          onLeft();
        }}
      />
    </>
  );
}

const key = (id: string, combo: string, label: string, run: () => void): KeyAction => ({
  id: `claim.${id}`,
  keys: [combo],
  label,
  group: "Reading room",
  run,
});
