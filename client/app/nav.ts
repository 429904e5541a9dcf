import type { Action } from "@readroom/shared/domain/access.js";

export interface NavItem {
  to: string;
  label: string;
  action: Action;
  /** What it is for, in the command palette. */
  hint: string;
}

const ITEMS: readonly NavItem[] = [
  { to: "/worklist", label: "Worklist", action: "worklist.read", hint: "Studies waiting to be read" },
  {
    to: "/operations",
    label: "Operations",
    action: "operations.read",
    hint: "Pools, clocks at risk, deliveries, messages",
  },
  { to: "/hospital", label: "Hospital", action: "hospital.read", hint: "Our studies, attainment and critical results" },
  { to: "/orders/new", label: "New order", action: "order.write", hint: "Order a study without a RIS" },
  { to: "/admin", label: "Administration", action: "people.write", hint: "People, devices, access and audit" },
];

/** The pages that this person may open, in the order of the bar. */
export const navOf = (actions: readonly Action[]): NavItem[] => ITEMS.filter((item) => actions.includes(item.action));
