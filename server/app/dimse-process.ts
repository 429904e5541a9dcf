import { join } from "node:path";
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION } from "../adapters/dimse/pdu.js";
import { DimseFailure, type StoreAnswer, type StoreSink } from "../adapters/dimse/ports.js";
import { startDimseServer } from "../adapters/dimse/server.js";
import { FilesystemStore } from "../adapters/objectstore/filesystem.js";
import { DimseQueries, IdentifierProblem } from "../features/archive/public.js";
import {
  createPipeline,
  type IngestSource,
  type Intake,
  moveDestination,
  resolvePeer,
  storeAnswer,
} from "../features/ingest/public.js";
import { ModalityWorklist } from "../features/orders/public.js";
import { systemClock } from "../kernel/clock.js";
import { openDatabase } from "../kernel/database.js";
import { type Log, makeLog } from "../kernel/log.js";
import { type TlsListener, tlsTexts } from "./config.js";
import { startWorkflow, workflowPorts } from "./dimse-workflow.js";

/** What the parent tells the DIMSE process first. */
export type DimseProcessConfig = {
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly host?: string;
  readonly port: number;
  readonly tls?: TlsListener;
  readonly aeTitle: string;
  readonly loopbackIsFirstHospital: boolean;
  readonly logLevel: string;
};

/** Messages to the parent over the IPC channel. */
export type DimseProcessMessage =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "failed"; readonly reason: string };

/** Connections of this process: one for the index commits, the others for peers, queries and conflicts. */
const POOL = 4;
const STOP_DEADLINE_MS = 5_000;

/** A process of its own: 400 instances a second take most of a core, and the rooms' event loop must not wait for them. */
async function main(config: DimseProcessConfig): Promise<void> {
  const log = makeLog(config.logLevel, "readroom-dimse");
  const db = openDatabase(config.databaseUrl, { max: POOL, applicationName: "readroom-dimse" });
  const deps = { db, clock: systemClock, log };
  const objects = FilesystemStore.at(join(config.dataDir, "archive"));
  await objects.sweep();
  const identity = { implementationClassUid: IMPLEMENTATION_CLASS_UID, implementationVersion: IMPLEMENTATION_VERSION };
  const pipeline = createPipeline(deps, objects, identity);
  const queries = new DimseQueries(deps, objects, config.aeTitle);
  const worklist = new ModalityWorklist(deps);
  const server = await startDimseServer<IngestSource>(
    {
      port: config.port,
      aeTitle: config.aeTitle,
      ...(config.host === undefined ? {} : { host: config.host }),
      ...(config.tls === undefined ? {} : { tls: tlsTexts(config.tls) }),
    },
    {
      log,
      resolvePeer: (question) => resolvePeer(deps, config, question),
      store: (peer, request) => sink(pipeline.begin(peer.source, request), log),
      find: (peer, request) => told(queries.find(peer.source, request)),
      worklist: (peer, request) => told(worklist.find(peer.source, request)),
      retrieve: (peer, request) =>
        queries.retrieve(peer.source, request).catch((error: unknown) => {
          throw refusal(error);
        }),
      destination: (peer, aeTitle) => moveDestination(deps, peer.source, aeTitle),
      ...workflowPorts(deps, objects),
    },
  );
  const stopWorkflow = startWorkflow(deps, objects, config.aeTitle);
  tell({ type: "listening", port: server.port });
  // Beside the traffic: an object that a killed predecessor left unindexed was never acknowledged, so nobody waits for it.
  const reconciling = pipeline.reconcile().then(
    (indexed) => indexed > 0 && log.warn({ indexed }, "objects indexed that were stored but not indexed"),
    (error: unknown) => log.error({ problem: String(error) }, "index and disk could not be reconciled"),
  );
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    // Where the database is gone too, waiting for it would keep an orphan alive beside its successor.
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
    await server.close();
    await stopWorkflow();
    await reconciling;
    await pipeline.stop();
    await db.close();
    process.exit(0);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  // The parent died: without it nobody restarts or configures this process.
  process.off("disconnect", leave).on("disconnect", stop);
  if (!process.connected) await stop();
}

/** An intake as the protocol adapter wants it: trouble of our own machine becomes "out of resources", which senders retry later. */
function sink(intake: Intake, log: Log): StoreSink {
  return {
    write: (piece) => intake.write(piece),
    get queuedBytes() {
      return intake.queuedBytes;
    },
    whenBelow: (level, callback) => intake.whenBelow(level, callback),
    abort: () => intake.abort(),
    finish: () =>
      intake.finish().then(storeAnswer, (error: unknown): StoreAnswer => {
        log.error({ problem: String(error) }, "instance could not be filed");
        return { status: 0xa700, comment: "the archive can't store now, send again later" };
      }),
  };
}

/** A query's fault as the protocol says it; anything else is ours and stays what it is. */
function refusal(error: unknown): unknown {
  return error instanceof IdentifierProblem ? new DimseFailure(error.status, error.message) : error;
}

/** The matches of a query, with its fault as the protocol says it. */
async function* told<Match>(matches: AsyncIterable<Match>): AsyncGenerator<Match> {
  try {
    yield* matches;
  } catch (error) {
    throw refusal(error);
  }
}

function tell(message: DimseProcessMessage): void {
  process.send?.(message);
}

const leave = (): void => process.exit(0);

process.on("disconnect", leave);
process.once("message", (config: DimseProcessConfig) => {
  main(config).catch((error: unknown) => {
    tell({ type: "failed", reason: error instanceof Error ? error.message : String(error) });
    process.exit(1);
  });
});
