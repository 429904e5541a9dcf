import type { ReactNode } from "react";
import { Group, Panel, Separator, useDefaultLayout } from "react-resizable-panels";
import classes from "../page.module.css";
import type { Side } from "../use-side";
import { BottomSheet, type SideTabContent, SideTabs } from "./side-tabs";

interface BodyProps {
  narrow: boolean;
  tabs: readonly SideTabContent[];
  side: Side;
  children: ReactNode;
}

/** Images left, panel right with a border to drag; on a phone the panel is a sheet below. */
export function RoomBody({ narrow, tabs, side, children }: BodyProps) {
  const layout = useDefaultLayout({ id: "readroom-reading", storage: localStorage });
  if (narrow) {
    return (
      <>
        <div className={`${classes.body} ${classes.work}`}>{children}</div>
        <BottomSheet tabs={tabs} tab={side.tab} onTab={side.show} />
      </>
    );
  }
  return (
    <Group className={classes.body} defaultLayout={layout.defaultLayout} onLayoutChanged={layout.onLayoutChanged}>
      <Panel id="images" minSize="40%">
        <div className={classes.work}>{children}</div>
      </Panel>
      <Separator className={classes.separator} aria-label="Width of the panel" />
      <Panel id="side" defaultSize="30%" minSize={300} maxSize="60%" groupResizeBehavior="preserve-pixel-size">
        <SideTabs tabs={tabs} tab={side.tab} onTab={side.show} />
      </Panel>
    </Group>
  );
}
