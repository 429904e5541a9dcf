import { LikelyAnswer, type StudyDetail } from "@readroom/shared/contract/http/worklist.js";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api } from "../../kernel/api";
import { useMay } from "../../kernel/session";
import { useHubEvents } from "../../kernel/socket";
import { prewarm } from "../../viewport/public";
import { prefetchTemplates } from "../report/public";
import { studyKey } from "./source";
import { hangingOf, mainSeries } from "./wall";

/** The reader's own images go first: the next study is looked for once they have had this long. */
const AFTER_MS = 4_000;
/** What is likely changes as others claim and studies arrive. */
const AGAIN_MS = 45_000;
const BASE = "/dicomweb";

const ahead: { studyId: string | null } = { studyId: null };

/**
 * While a study is read, the one that "next" would most likely give is brought into the browser: what is known about it with its
 * priors, the first images of what will hang, its report templates. Nothing is claimed by this; whether it is given is decided when it is asked for.
 */
export function useNextAhead(current: string, narrow: boolean): void {
  const client = useQueryClient();
  const mayClaim = useMay("study.claim");
  useHubEvents((event) => {
    // Somebody has it: another is likely from now on.
    if (event.type === "study.claimed" && event.payload.studyId === ahead.studyId) ahead.studyId = null;
  });
  useEffect(() => {
    if (!mayClaim) return;
    const gone = new AbortController();
    const bring = async () => {
      try {
        const { study } = await api.post(
          "/api/worklist/likely",
          LikelyAnswer,
          { besides: [current] },
          { signal: gone.signal },
        );
        if (!study || study.row.studyId === ahead.studyId) return;
        ahead.studyId = study.row.studyId;
        // Kept as older than it is: the room shows it at once and asks anew, for the claim is not in it.
        client.setQueryData(studyKey(study.row.studyId), study, { updatedAt: 1 });
        await Promise.all([prefetchTemplates(client, study.row.studyId), images(study, narrow)]);
      } catch {
        // Done beforehand or not, the study opens; it is looked for again in a while.
        ahead.studyId = null;
      }
    };
    const first = setTimeout(() => void bring(), AFTER_MS);
    const timer = setInterval(() => void bring(), AGAIN_MS);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
      gone.abort();
    };
  }, [current, narrow, mayClaim, client]);
}

/** Metadata and first frame of each series that will hang, one after the other: they share the line with what is being read. */
async function images(study: StudyDetail, narrow: boolean): Promise<void> {
  const main = mainSeries(study.series);
  for (const hung of hangingOf(study, narrow).cells) {
    if (!hung) continue;
    const sop = main?.seriesInstanceUid === hung.seriesInstanceUid ? main.middleSopInstanceUid : null;
    await prewarm(BASE, hung.studyInstanceUid, hung.seriesInstanceUid, sop ? { sop, frame: 1 } : undefined);
  }
}
