/** The mark: a light box with an R in it. Decorative beside the word; pass `title` where it stands alone. */
export function Logo({ size = 20, title }: { size?: number; title?: string }) {
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: named by aria-label where it stands alone, hidden beside the word (a <title> would show as a tooltip)
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      {...(title ? { role: "img", "aria-label": title } : { "aria-hidden": true })}
    >
      <rect x="1.5" y="3.5" width="21" height="17" rx="4" stroke="var(--rr-accent)" strokeWidth="2" />
      <path
        d="M7.5 16.5v-9h4.3a2.9 2.9 0 0 1 .4 5.77L16 16.5"
        stroke="var(--rr-accent)"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
