import { IconDoorExit } from "@tabler/icons-react";
import { EmptyState } from "../../../ui/states";

/** ended: somebody took the link back; time: the visit's two hours are over. */
export type WhyOver = "ended" | "time";

/** Where a guest stands after the visit: what happened, and what to do. Nothing of the patient is on it. */
export function VisitOver({ why, by }: { why: WhyOver; by: string }) {
  return (
    <div role="alert">
      <EmptyState
        page
        icon={<IconDoorExit size={32} stroke={1.5} />}
        title={why === "time" ? "Your visit to this room is over" : `${by || "The radiologist"} has ended your visit`}
      >
        {why === "time" ? "A visit lasts two hours. " : "Your link opens nothing any more. "}
        To come in again, ask for a new link.
      </EmptyState>
    </div>
  );
}
