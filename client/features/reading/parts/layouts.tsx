import { type LayoutId, layouts } from "../../../viewport/public";

/** The layouts with their keys, in the order of the keys; three planes come by a key of their own. */
export const LAYOUTS: readonly { id: LayoutId; label: string; combo: string }[] = (Object.keys(layouts) as LayoutId[])
  .filter((id) => id !== "mpr")
  .map((id, at) => ({ id, label: layouts[id].label, combo: `Shift+${at + 1}` }));

/** The layout as it looks. */
export function LayoutIcon({ layout }: { layout: LayoutId }) {
  const [down, across] = layout === "mpr" ? [true, true] : [layout.startsWith("2"), layout.endsWith("2")];
  return (
    <svg
      width="18"
      height="14"
      viewBox="0 0 18 14"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.3"
      aria-hidden="true"
    >
      <rect x="0.7" y="0.7" width="16.6" height="12.6" rx="1.5" />
      {across ? <path d="M9 1v12" /> : null}
      {down ? <path d={layout === "mpr" ? "M9 7h8" : "M1 7h16"} /> : null}
    </svg>
  );
}
