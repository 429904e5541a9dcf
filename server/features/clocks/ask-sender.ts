import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { studyTopics } from "../../kernel/topics.js";
import { encodeIdentifier } from "../archive/public.js";
import { parseIdentifier } from "../ingest/public.js";
import { type Attributes, text } from "./device-time.js";
import { studyOf, toBeAsked } from "./store-commitment.js";
import { saveExpectation } from "./store-images.js";

const LEVEL = "00080052";
const STUDY_UID = "0020000D";
const INSTANCES = "00201208";
const IMPLICIT = "1.2.840.10008.1.2";

/** A question to the archive that a study came from: how many images has it there? identifier: of a C-FIND at study level. */
export interface Question {
  readonly studyId: string;
  readonly aeTitle: string;
  readonly host: string;
  readonly port: number;
  identifier(transferSyntaxUid: string): Buffer;
}

export async function askedStudies(deps: Deps): Promise<Question[]> {
  const studies = await toBeAsked(deps.db.pool, deps.clock.now());
  return studies.map(({ studyInstanceUid, ...peer }) => ({
    ...peer,
    identifier: (syntax) =>
      encodeIdentifier(
        {
          [LEVEL]: { vr: "CS", Value: ["STUDY"] },
          [STUDY_UID]: { vr: "UI", Value: [studyInstanceUid] },
          [INSTANCES]: { vr: "IS" },
        },
        syntax !== IMPLICIT,
      ),
  }));
}

/**
 * The archive's answers, encoded; none where it did not answer. Asked once a study: a modality that keeps no database is not asked again and
 * again. A count below what has come is no count: the archive is still taking the study in itself.
 */
export async function expectedByQuery(
  deps: Deps,
  studyId: string,
  answers: readonly Buffer[],
  transferSyntaxUid: string,
): Promise<void> {
  const found = await Promise.all(answers.map((answer) => parseIdentifier(answer, transferSyntaxUid)));
  const instances = Math.max(0, ...found.map((one) => Number.parseInt(text(one as Attributes, INSTANCES), 10) || 0));
  await deps.db.pgTx(async (tx) => {
    await saveExpectation(tx, studyId, {
      source: "query",
      instances,
      series: {},
      final: instances > 0,
      at: deps.clock.now(),
    });
    const study = await studyOf(tx, studyId);
    if (!study || instances === 0) return;
    const payload = { studyId, organisationId: study.organisationId, source: "query", instances };
    await appendEvents(tx, { kind: "system", name: "clocks" }, [
      { stream: `study:${studyId}`, type: "study.expected", payload, topics: studyTopics(study) },
    ]);
  });
}
