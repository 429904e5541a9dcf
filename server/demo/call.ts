import type { UserActor } from "@readroom/shared/domain/access.js";
import { changeCritical, raiseCritical } from "../features/critical/public.js";
import { communicationsOf } from "../features/report/public.js";
import type { Deps } from "../kernel/deps.js";
import type { DemoCritical } from "./cases-types.js";

/**
 * The call of a reported case, with each step at its minute. `at`: the hub's means with the clock so many minutes after the images.
 * Called again after a kill in the middle it goes on where it was: steps that were taken change nothing.
 */
export async function callAbout(
  at: (minutes: number) => Deps,
  reader: UserActor,
  studyId: string,
  critical: DemoCritical,
): Promise<void> {
  const { category, finding, clinician: name, readBack, raisedAfter, acknowledgedAfter } = critical;
  const [begun] = (await communicationsOf(at(0).db.pool, studyId)).list;
  if (begun?.acknowledgedAt) return;
  const raised = begun ? null : await raiseCritical(at(raisedAfter), reader, studyId, { category, finding });
  const id = begun?.findingId ?? (raised?.ok ? raised.value.id : undefined);
  if (id === undefined) return;
  const by = { name, role: `by phone with ${reader.name}` };
  await changeCritical(at((raisedAfter + acknowledgedAfter) / 2), reader, id, {
    action: "critical.raise",
    command: { type: "reach", by: { name, role: "" } },
    step: { kind: "reached", channel: "phone", byName: name },
    event: "critical.reached",
  });
  await changeCritical(at(acknowledgedAfter), reader, id, {
    action: "critical.acknowledge",
    command: { type: "readBack", by, text: readBack },
    step: { kind: "read_back", byName: name, note: readBack },
    event: "critical.read_back",
  });
  await changeCritical(at(acknowledgedAfter), reader, id, {
    action: "critical.acknowledge",
    command: { type: "acknowledge", by },
    step: { kind: "acknowledged", byName: name, note: by.role },
    event: "critical.acknowledged",
  });
}
