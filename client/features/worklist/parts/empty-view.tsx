import { Button } from "@mantine/core";
import { IconCircleCheck, IconFilterOff } from "@tabler/icons-react";
import { useSignedIn } from "../../../kernel/session";
import { palette } from "../../../ui/palette";
import { EmptyState } from "../../../ui/states";

/** Nothing under this tab, and what that means. What is not on the list may still be found in the archive. */
export function EmptyView({ view, text: sought, filters }: { view: string; text: string; filters: number }) {
  const { reader } = useSignedIn();
  if (sought || filters > 0)
    return (
      <EmptyState
        icon={<IconFilterOff size={28} stroke={1.5} />}
        title={sought ? "Nothing on this list fits" : "Nothing fits the filters"}
        action={
          sought ? (
            <Button variant="default" onClick={palette.open}>
              Search all studies
            </Button>
          ) : undefined
        }
      >
        {sought
          ? `Nothing under this tab matches “${sought}”. Signed studies and other pools’ are found by the search over everything.`
          : "No study under this tab fits all of them. Take one away above."}
      </EmptyState>
    );
  const [title, text] = wordsFor(view, reader !== null && reader.shift === null);
  return (
    <EmptyState icon={<IconCircleCheck size={28} stroke={1.5} />} title={title}>
      {text}
    </EmptyState>
  );
}

function wordsFor(view: string, offShift: boolean): [string, string] {
  switch (view) {
    case "mine":
      return ["You hold no study", "Press N to claim the most urgent one that is yours to read."];
    case "for-me":
      return offShift
        ? [
            "You are off shift",
            "Studies are offered to you while you are on shift. “All” shows what is waiting for others.",
          ]
        : [
            "Nothing is waiting for you",
            "New studies that you are licensed, privileged and trained for appear here by themselves.",
          ];
    case "at-risk":
      return ["No clock is at risk", "Studies with less than a quarter of their time left, or past it, appear here."];
    case "to-confirm":
      return ["Nothing to confirm", "Studies that no order fits appear here, to be matched or read without one."];
    default:
      return [
        "Nothing is waiting here",
        "New studies appear by themselves. A DICOM folder can be dropped anywhere on this page.",
      ];
  }
}
