import { STORAGE_COMMITMENT, STUDY_ROOT_FIND } from "@readroom/shared/dicom/sop-classes.js";
import { CommandField, Status } from "../adapters/dimse/command.js";
import type { CommitmentAnswer, DimsePorts } from "../adapters/dimse/ports.js";
import { requestOnce } from "../adapters/dimse/request-scu.js";
import { eventReport } from "../adapters/dimse/workflow.js";
import {
  askedStudies,
  dueReports,
  expectedByQuery,
  performStep,
  reportOf,
  settleReport,
  takeCommitment,
} from "../features/clocks/public.js";
import type { IngestSource, ObjectStore } from "../features/ingest/public.js";
import type { Deps } from "../kernel/deps.js";

const SYNTAXES = ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"];
const EVERY_MS = 5_000;

/** Performed procedure steps and storage commitment as the association asks for them. */
export function workflowPorts(
  deps: Deps,
  objects: ObjectStore,
): Pick<DimsePorts<IngestSource>, "performed" | "commit"> {
  return {
    performed: (peer, request) => performStep(deps, peer.source, request),
    commit: async (peer, request): Promise<CommitmentAnswer> => {
      const taken = await takeCommitment(deps, peer.source, request);
      if (!("requestId" in taken)) return taken;
      // A peer that can be reached is called back, as most expect; one that can't hears it on this association or never.
      const report = taken.callBack ? null : await reportOf(deps, objects, taken.requestId);
      if (!report) return { status: 0 };
      const dataset = report.encode(request.transferSyntaxUid);
      const reported = (status: number | null) => settleReport(deps, taken.requestId, problemOf(status));
      return { status: 0, report: { eventTypeId: report.eventTypeId, dataset, reported } };
    },
  };
}

const problemOf = (status: number | null): string | null =>
  status === Status.success ? null : status === null ? "the association ended" : `status ${status.toString(16)}`;

/** Calls peers back with what was committed, and asks senders how many images a study has. */
export function startWorkflow(deps: Deps, objects: ObjectStore, aeTitle: string): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  const turn = async () => {
    for (const due of await dueReports(deps)) await report(deps, objects, aeTitle, due);
    for (const question of await askedStudies(deps)) await ask(deps, aeTitle, question);
  };
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = turn()
      .catch((error: unknown) => deps.log.warn({ problem: String(error) }, "peers could not be called"))
      .finally(() => {
        busy = false;
      });
  }, EVERY_MS);
  return async () => {
    clearInterval(timer);
    await running;
  };
}

async function report(
  deps: Deps,
  objects: ObjectStore,
  callingAe: string,
  due: Awaited<ReturnType<typeof dueReports>>[number],
): Promise<void> {
  const made = await reportOf(deps, objects, due.requestId);
  if (!made) return;
  const wanted = {
    ...{ host: due.host, port: due.port, calledAe: due.aeTitle, callingAe },
    abstractSyntax: STORAGE_COMMITMENT,
    transferSyntaxes: SYNTAXES,
    // We call, but are the provider of this service (PS3.4 J.3.3, PS3.7 D.3.3.4).
    roles: [{ sopClass: STORAGE_COMMITMENT, scu: false, scp: true }],
  };
  const problem = await requestOnce(wanted, (syntax) => ({
    command: eventReport(made.eventTypeId, 1),
    dataset: made.encode(syntax),
  })).then(
    (answers) => problemOf(answers[answers.length - 1]?.status ?? null),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  await settleReport(deps, due.requestId, problem);
}

async function ask(
  deps: Deps,
  callingAe: string,
  question: Awaited<ReturnType<typeof askedStudies>>[number],
): Promise<void> {
  const { host, port, aeTitle: calledAe, studyId } = question;
  let syntax = "";
  const answers = await requestOnce(
    { host, port, calledAe, callingAe, abstractSyntax: STUDY_ROOT_FIND, transferSyntaxes: SYNTAXES },
    (accepted) => {
      syntax = accepted;
      const command = {
        affectedSopClassUid: STUDY_ROOT_FIND,
        commandField: CommandField.cFindRq,
        messageId: 1,
        priority: 0,
      };
      return { command, dataset: question.identifier(accepted) };
    },
  ).catch((error: unknown) => {
    deps.log.info({ peer: calledAe, problem: String(error) }, "sender does not say how many images it has");
    return [];
  });
  await expectedByQuery(
    deps,
    studyId,
    answers.flatMap(({ dataset }) => dataset ?? []),
    syntax,
  );
}
