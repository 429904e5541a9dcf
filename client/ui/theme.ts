import {
  ActionIcon,
  Badge,
  Button,
  type CSSVariablesResolver,
  createTheme,
  Drawer,
  defaultVariantColorsResolver,
  InputWrapper,
  type MantineColorsTuple,
  Menu,
  Modal,
  Notification,
  Paper,
  PasswordInput,
  Popover,
  SegmentedControl,
  Select,
  Tabs,
  Textarea,
  TextInput,
  Tooltip,
} from "@mantine/core";

const teal: MantineColorsTuple = [
  "#e6fbf8",
  "#c9f4ee",
  "#99ebe0",
  "#61dfd0",
  "#2dd4bf",
  "#1fbba8",
  "#149486",
  "#0f766e",
  "#0b5e58",
  "#084a45",
];
const vermilion: MantineColorsTuple = [
  "#ffece8",
  "#ffd5cc",
  "#ffad9c",
  "#ff8f78",
  "#ff7a62",
  "#ee4c34",
  "#d9351f",
  "#c62c16",
  "#a32310",
  "#7f1a0a",
];
const ink: MantineColorsTuple = [
  "#e6e9ed",
  "#c3cad2",
  "#9aa5b1",
  "#8491a0",
  "#222a33",
  "#1b222a",
  "#12171d",
  "#0b0e12",
  "#080a0d",
  "#000000",
];

/** A dialog's `header` element is no banner of the page. */
const DIALOG_PARTS = { header: { role: "presentation" } };

/** The one theme: type sizes, radii, density and defaults of every control. Colours by role live in `tokens.css`. */
export const theme = createTheme({
  primaryColor: "teal",
  primaryShade: { light: 7, dark: 4 },
  // Mantine's contrast looks at the light scheme's shade for both schemes; the tokens know the right ink for each.
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input);
    if (input.variant !== "filled") return colors;
    switch (input.color ?? "teal") {
      case "teal":
        return { ...colors, background: "var(--rr-accent)", color: "var(--rr-accent-ink)" };
      case "red":
        return {
          ...colors,
          background: "var(--rr-critical)",
          hover: "var(--rr-critical)",
          color: "var(--rr-critical-ink)",
        };
      default:
        return colors;
    }
  },
  colors: { teal, red: vermilion, dark: ink },
  black: "#14191f",
  fontFamily: '"Inter Variable", Inter, system-ui, -apple-system, "Segoe UI", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  lineHeights: { xs: "1.35", sm: "1.4", md: "1.45", lg: "1.5", xl: "1.4" },
  spacing: { xs: "4px", sm: "8px", md: "12px", lg: "16px", xl: "24px" },
  radius: { xs: "3px", sm: "4px", md: "6px", lg: "8px", xl: "12px" },
  defaultRadius: "md",
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "20px", lineHeight: "28px" },
      h2: { fontSize: "16px", lineHeight: "24px" },
      h3: { fontSize: "14px", lineHeight: "20px" },
    },
  },
  components: {
    Button: Button.extend({ defaultProps: { size: "xs" }, styles: { label: { fontWeight: 550 } } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: "subtle", color: "gray", size: 28 } }),
    Badge: Badge.extend({
      defaultProps: { radius: "sm", variant: "default" },
      styles: { root: { textTransform: "none" } },
    }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 350, transitionProps: { duration: 120 }, withArrow: false } }),
    // The first item takes the focus: the placeholder that would is a thing in the menu which is no item.
    Menu: Menu.extend({
      defaultProps: {
        ...{ transitionProps: { duration: 80 }, shadow: "md" },
        ...{ withinPortal: true, withInitialFocusPlaceholder: false },
      },
    }),
    Popover: Popover.extend({ defaultProps: { transitionProps: { duration: 80 }, shadow: "md" } }),
    Modal: Modal.extend({
      defaultProps: { transitionProps: { duration: 120 }, centered: true, radius: "lg", attributes: DIALOG_PARTS },
    }),
    Drawer: Drawer.extend({ defaultProps: { transitionProps: { duration: 120 }, attributes: DIALOG_PARTS } }),
    Notification: Notification.extend({ styles: { description: { color: "var(--rr-text-2)" } } }),
    Paper: Paper.extend({ defaultProps: { radius: "lg" } }),
    TextInput: TextInput.extend({ defaultProps: { size: "sm" } }),
    PasswordInput: PasswordInput.extend({ defaultProps: { size: "sm" } }),
    InputWrapper: InputWrapper.extend({
      styles: { label: { marginBottom: 4, fontWeight: 550 }, description: { fontSize: 12, color: "var(--rr-text-2)" } },
    }),
    Textarea: Textarea.extend({ defaultProps: { size: "sm" } }),
    Select: Select.extend({ defaultProps: { size: "sm", checkIconPosition: "right" } }),
    SegmentedControl: SegmentedControl.extend({ defaultProps: { size: "xs" } }),
    Tabs: Tabs.extend({ defaultProps: { keepMounted: false } }),
  },
});

const byRole = {
  "--mantine-color-text": "var(--rr-text)",
  "--mantine-color-body": "var(--rr-bg)",
  "--mantine-color-default": "var(--rr-raised)",
  "--mantine-color-default-hover": "color-mix(in srgb, var(--rr-raised), var(--rr-text) 6%)",
  "--mantine-color-default-color": "var(--rr-text)",
  "--mantine-color-default-border": "var(--rr-line-strong)",
  "--mantine-color-dimmed": "var(--rr-text-2)",
  "--mantine-color-placeholder": "var(--rr-text-3)",
  "--mantine-color-anchor": "var(--rr-accent)",
  "--mantine-color-error": "var(--rr-critical-text)",
  "--mantine-color-disabled": "var(--rr-sunken)",
  "--mantine-color-disabled-color": "var(--rr-faint)",
  "--mantine-color-disabled-border": "var(--rr-line)",
};

/** Maps Mantine's semantic variables to the role tokens, so both schemes come from `tokens.css` alone. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: { ...byRole, "--mantine-color-gray-light-color": "#343d47", "--mantine-color-gray-text": "#47525e" },
  dark: {
    ...byRole,
    "--mantine-color-teal-light": "rgba(45, 212, 191, 0.12)",
    "--mantine-color-teal-light-hover": "rgba(45, 212, 191, 0.2)",
    "--mantine-color-teal-light-color": "#61dfd0",
    "--mantine-color-red-light": "rgba(217, 53, 31, 0.18)",
    "--mantine-color-red-light-hover": "rgba(217, 53, 31, 0.28)",
    "--mantine-color-red-light-color": "#ff8f78",
    "--mantine-color-gray-text": "#9aa5b1",
    "--mantine-color-gray-light-color": "#c3cad2",
  },
});
