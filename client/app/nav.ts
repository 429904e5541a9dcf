import type { Action } from "@readroom/shared/domain/access.js";

export interface NavItem {
  to: string;
  label: string;
  action: Action;
  /** Not shown to who may do this: another entry leads there. */
  unless?: Action;
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
  { to: "/rules", label: "Rules", action: "rule.read", hint: "Routing rules, subspecialties, drafts and versions" },
  { to: "/try-out", label: "Try-out", action: "operations.read", hint: "Try rules and shifts, and see the next hours" },
  {
    to: "/templates",
    label: "Templates",
    action: "template.read",
    hint: "Report templates, normal texts and snippets; import of MRRT",
  },
  { to: "/fairness", label: "Fairness", action: "fairness.read", hint: "How the group shares its work" },
  { to: "/hospital", label: "Hospital", action: "hospital.read", hint: "Our studies, attainment and critical results" },
  { to: "/orders/new", label: "New order", action: "order.write", hint: "Order a study without a RIS" },
  { to: "/roster", label: "Roster", action: "roster.read", hint: "Readers, credentials, shifts, pools, contracts" },
  { to: "/roster/mine", label: "My shifts", action: "roster.own", hint: "My shifts, swaps and credentials" },
  {
    to: "/roster/sites",
    label: "Our sites",
    action: "site.write",
    unless: "roster.read",
    hint: "Who is rung, where results go, our contract",
  },
  { to: "/admin", label: "Administration", action: "people.write", hint: "People, devices, access and audit" },
];

/** The pages that this person may open, in the order of the bar. */
export const navOf = (actions: readonly Action[]): NavItem[] =>
  ITEMS.filter((item) => actions.includes(item.action) && !(item.unless && actions.includes(item.unless)));
