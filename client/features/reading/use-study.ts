import { type StudyDetail, WorklistRowEvent } from "@readroom/shared/contract/http/worklist.js";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useFeed, useHubEvents, useTopic } from "../../kernel/socket";
import { loadStudy, studyKey } from "./source";

/** While images pour in, the series list is asked for at most this often. */
const ARRIVING_EVERY_MS = 2500;
const AT_ONCE_MS = 120;

/** The study in front of the reader, kept true by the hub's events. */
export function useStudy(studyId: string) {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: studyKey(studyId),
    queryFn: ({ signal }) => loadStudy(studyId, signal),
    staleTime: 10_000,
  });
  useTopic(query.data?.topic ?? null);
  const again = useSparseRefetch(query.refetch);
  const feed = useFeed();
  useEffect(() => feed.onGap(() => again(AT_ONCE_MS)), [feed, again]);

  useHubEvents((event) => {
    if (event.type === "worklist.row") {
      const parsed = WorklistRowEvent.safeParse(event.payload);
      if (!parsed.success || parsed.data.row.studyId !== studyId) return;
      const before = client.getQueryData<StudyDetail>(studyKey(studyId));
      const next = before && withRow(before, parsed.data.row);
      if (!before || !next || next === before) return;
      client.setQueryData(studyKey(studyId), next);
      if (claimChanged(before, next)) again(AT_ONCE_MS);
      else if (before.row.images.received !== next.row.images.received) again(ARRIVING_EVERY_MS);
      return;
    }
    if (event.payload.studyId !== studyId) return;
    again(event.type === "study.receiving" ? ARRIVING_EVERY_MS : AT_ONCE_MS);
  });
  return query;
}

/** The detail with a newer row; the same object where the row is older than what is shown. */
export function withRow(detail: StudyDetail, row: StudyDetail["row"]): StudyDetail {
  return row.seq < detail.row.seq ? detail : { ...detail, row };
}

const holderOf = ({ row }: StudyDetail) => (row.claim.state === "held" ? row.claim.by.id : row.claim.state);
const claimChanged = (before: StudyDetail, after: StudyDetail) =>
  holderOf(before) !== holderOf(after) || before.row.report.state !== after.row.report.state;

/**
 * Asks anew within `ms`, and never twice for a burst: a thousand events while a study arrives are one question each 2.5 s. An
 * earlier wish shortens the wait of a later one.
 */
function useSparseRefetch(refetch: () => unknown): (ms: number) => void {
  const newest = useRef(refetch);
  newest.current = refetch;
  const plan = useRef<{ timer: ReturnType<typeof setTimeout>; at: number } | null>(null);
  useEffect(
    () => () => {
      if (plan.current) clearTimeout(plan.current.timer);
      plan.current = null;
    },
    [],
  );
  return useRef((ms: number) => {
    const at = performance.now() + ms;
    if (plan.current && plan.current.at <= at) return;
    if (plan.current) clearTimeout(plan.current.timer);
    const timer = setTimeout(() => {
      plan.current = null;
      newest.current();
    }, ms);
    plan.current = { timer, at };
  }).current;
}
