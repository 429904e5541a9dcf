import { useCallback, useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { SIDE_TABS, type SideTab } from "./parts/side-tabs";

export interface Side {
  tab: SideTab;
  show(tab: SideTab): void;
  /** Rises each time the critical finding's form is asked for; 0 again when another tab is chosen. */
  criticalSignal: number;
  raise(): void;
  /** Rises each time the signature is asked for. */
  signSignal: number;
  sign(): void;
}

/** Which tab is open beside the images (`?tab=` asks for one: a call about a critical finding leads to it), and what keys ask of the panels in it. */
export function useSide(first: SideTab): Side {
  const wanted = useSearchParams()[0].get("tab");
  const asked = SIDE_TABS.find((one) => one === wanted);
  const [tab, setTab] = useState<SideTab>(asked ?? first);
  useEffect(() => {
    if (asked) setTab(asked);
  }, [asked]);
  const [criticalSignal, setCritical] = useState(0);
  const [signSignal, setSign] = useState(0);
  return {
    tab,
    show: useCallback((next: SideTab) => {
      setTab(next);
      setCritical(0);
    }, []),
    criticalSignal,
    raise() {
      setTab("room");
      setCritical((was) => was + 1);
    },
    signSignal,
    sign() {
      setTab("report");
      setSign((was) => was + 1);
    },
  };
}
