import type { Saved } from "../../../kernel/room/state";

const edits = (count: number): string => `${count} edit${count === 1 ? "" : "s"}`;

/** What the mark says: "saved ✓" only for what the hub has committed. */
export function savedWords(saved: Saved): string {
  switch (saved.state) {
    case "saved":
      return "saved ✓";
    case "saving":
      return "saving…";
    case "offline":
      return saved.edits > 0 ? `offline, ${edits(saved.edits)} kept here` : "offline";
    case "frozen":
      return saved.edits > 0 ? `signed; ${edits(saved.edits)} came too late` : "signed";
    case "refused":
      return `not taken: ${saved.reason}`;
  }
}

export function SavedMark({ saved }: { saved: Saved }) {
  const bad = saved.state === "refused" || (saved.state === "frozen" && saved.edits > 0);
  const tone = bad ? "var(--rr-critical-text)" : saved.state === "offline" ? "var(--rr-amber)" : "var(--rr-text-2)";
  return (
    <span role="status" aria-live="polite" data-saved={saved.state} style={{ color: tone }}>
      {savedWords(saved)}
    </span>
  );
}

/** For who looks on while it is written: what stands here is nobody's word yet. */
export const DraftMark = () => <strong style={{ color: "var(--rr-amber)" }}>Draft, not signed</strong>;
