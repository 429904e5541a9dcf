import { useCallback, useState } from "react";
import type { SideTab } from "./parts/side-tabs";

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

/** Which tab is open beside the images, and what keys ask of the panels in it. */
export function useSide(first: SideTab): Side {
  const [tab, setTab] = useState<SideTab>(first);
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
