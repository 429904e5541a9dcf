import { ActionIcon, Tabs } from "@mantine/core";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import classes from "../page.module.css";

export const SIDE_TABS = ["images", "report", "findings", "order", "priors", "room"] as const;
export type SideTab = (typeof SIDE_TABS)[number];

export interface SideTabContent {
  id: SideTab;
  label: string;
  count?: number;
  /** Stays alive behind the other tabs: the report's editor takes measurements while findings are looked at. */
  kept?: boolean;
  content: ReactNode;
}

interface SideTabsProps {
  tabs: readonly SideTabContent[];
  tab: SideTab;
  onTab(tab: SideTab): void;
}

// what is kept is kept alive: the default (React's Activity) would stop the hidden report's effects and leave its document's room

/** The panel at the right of the images. */
export function SideTabs({ tabs, tab, onTab }: SideTabsProps) {
  return (
    <aside className={classes.side} aria-label="Report and study">
      <Tabs
        keepMountedMode="display-none"
        value={tab}
        onChange={(value) => value && onTab(value as SideTab)}
        className={classes.tabs}
      >
        <TabList tabs={tabs} />
        <Panels tabs={tabs} />
      </Tabs>
    </aside>
  );
}

/** On a phone: a sheet below the image, in three heights. Choosing a tab opens it; the chevron closes it again. */
export function BottomSheet({ tabs, tab, onTab }: SideTabsProps) {
  const [open, setOpen] = useState<"closed" | "half" | "full">("closed");
  const choose = (next: SideTab) => {
    onTab(next);
    setOpen((was) => (was === "closed" ? "half" : was));
  };
  return (
    <aside className={classes.sheet} data-open={open} aria-label="Report and study">
      <Tabs
        keepMountedMode="display-none"
        value={tab}
        onChange={(value) => value && choose(value as SideTab)}
        className={classes.tabs}
      >
        <div className={classes.sheetHead}>
          <TabList tabs={tabs} onPress={choose} />
          <ActionIcon
            size={44}
            aria-label={open === "full" ? "Close the sheet" : "Open the sheet further"}
            onClick={() => setOpen(further(open))}
          >
            {open === "full" ? <IconChevronDown size={20} /> : <IconChevronUp size={20} />}
          </ActionIcon>
        </div>
        <div className={classes.sheetBody} inert={open === "closed"}>
          <Panels tabs={tabs} />
        </div>
      </Tabs>
    </aside>
  );
}

function further(open: "closed" | "half" | "full"): "closed" | "half" | "full" {
  if (open === "closed") return "half";
  return open === "half" ? "full" : "closed";
}

function TabList({ tabs, onPress }: { tabs: readonly SideTabContent[]; onPress?: (tab: SideTab) => void }) {
  return (
    <Tabs.List className={classes.tabList}>
      {tabs.map(({ id, label, count }) => (
        <Tabs.Tab key={id} value={id} className={classes.tab} {...(onPress ? { onClick: () => onPress(id) } : {})}>
          {label}
          {count ? <span className={classes.tabCount}>{count}</span> : null}
        </Tabs.Tab>
      ))}
    </Tabs.List>
  );
}

function Panels({ tabs }: { tabs: readonly SideTabContent[] }) {
  return tabs.map(({ id, kept = false, content }) => (
    <Tabs.Panel key={id} value={id} keepMounted={kept} className={classes.tabPanel}>
      {content}
    </Tabs.Panel>
  ));
}
