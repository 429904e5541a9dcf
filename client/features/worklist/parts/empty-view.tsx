import { IconCircleCheck, IconFilterOff } from "@tabler/icons-react";
import { useSignedIn } from "../../../kernel/session";
import { EmptyState } from "../../../ui/states";

/** Nothing under this tab, and what that means. */
export function EmptyView({ view, filter }: { view: string; filter: string }) {
  const { reader } = useSignedIn();
  if (filter)
    return (
      <EmptyState icon={<IconFilterOff size={28} stroke={1.5} />} title="Nothing fits the filter">
        Nothing under this tab matches “{filter}”. Press F and Escape to clear it.
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
      return ["Nothing to confirm", "Preliminary reports that need a final signature appear here."];
    default:
      return [
        "Nothing is waiting here",
        "New studies appear by themselves. A DICOM folder can be dropped anywhere on this page.",
      ];
  }
}
