import { createHash } from "node:crypto";
import { rawRows, type Tx } from "../../kernel/database.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import type { Reaction } from "../../kernel/reactions.js";
import { studyTopics } from "../../kernel/topics.js";
import { renderReportPdf } from "./pdf/render.js";
import type { DeliveryPorts } from "./ports.js";
import {
  pdfInput,
  resultMessage,
  type StudyContext,
  studyContext,
  undelivered,
  type VersionRow,
  versionsOf,
} from "./store-context.js";

const SYSTEM = { kind: "system", name: "result delivery" } as const;

/** A signed version makes its deliveries, in the reaction's transaction: one per destination, with the bytes that will be sent. */
export function deliverSigned(ports: DeliveryPorts): Reaction {
  return {
    handler: "delivery.on_report_signed",
    types: ["report.signed"],
    run: async (deps, tx, event) => {
      const studyId = String(event.payload.studyId);
      const context = await studyContext(tx, studyId);
      if (!context) throw new Error("a signed report without its study");
      for (const version of await undelivered(tx, studyId)) await createDeliveries(deps, tx, ports, context, version);
    },
  };
}

async function createDeliveries(
  deps: Deps,
  tx: Tx,
  ports: DeliveryPorts,
  context: StudyContext,
  version: VersionRow,
): Promise<void> {
  const versions = await versionsOf(tx, version.reportId, version.version);
  const pdf = await renderReportPdf(pdfInput(context, versions));
  const controlId = controlIdOf(version);
  const now = deps.clock.now();
  const key = `${context.siteId}/${context.accession || context.studyId}`;
  if (context.resultHost !== null && context.resultPort !== null) {
    const payload = ports.codec.render(resultMessage(context, versions, controlId, now, context.embedPdf ? pdf : null));
    await insertDelivery(tx, {
      context,
      version,
      kind: "oru",
      destination: `mllp://${context.resultHost}:${context.resultPort}`,
      controlId,
      key: `oru/${key}`,
      payload,
      now,
      detail: {},
    });
  }
  if (context.pdfFolder) {
    const fileName = `${context.accession || context.studyInstanceUid}_v${version.version}_${version.kind}.pdf`;
    await insertDelivery(tx, {
      context,
      version,
      kind: "pdf",
      destination: `folder:${context.siteCode}`,
      controlId,
      key: `pdf/${key}`,
      payload: pdf,
      now,
      detail: { fileName },
    });
  }
}

/** MSH-10 is the version's own: the same on every attempt, another for every version; 20 characters fit every HL7 version. */
function controlIdOf(version: VersionRow): string {
  return `RR${createHash("sha256").update(version.id).digest("hex").slice(0, 16).toUpperCase()}`;
}

interface NewDelivery {
  readonly context: StudyContext;
  readonly version: VersionRow;
  readonly kind: "oru" | "pdf";
  readonly destination: string;
  readonly controlId: string;
  readonly key: string;
  readonly payload: Uint8Array;
  readonly now: number;
  readonly detail: Record<string, string>;
}

async function insertDelivery(tx: Tx, d: NewDelivery): Promise<void> {
  const at = new Date(d.now);
  const [row] = await rawRows<{ id: string }>(
    tx,
    `INSERT INTO delivery (report_version_id, study_id, site_id, destination, kind, control_id, ordering_key, payload, next_attempt_at, created_at, detail)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7, $8, $9::timestamptz, $9::timestamptz, $10::jsonb)
     ON CONFLICT (report_version_id, destination) DO NOTHING RETURNING id`,
    [
      d.version.id,
      d.context.studyId,
      d.context.siteId,
      d.destination,
      d.kind,
      d.controlId,
      d.key,
      Buffer.from(d.payload),
      at,
      JSON.stringify(d.detail),
    ],
  );
  if (!row) return;
  await appendEvents(tx, SYSTEM, [
    {
      stream: `delivery:${row.id}`,
      type: "delivery.created",
      payload: {
        deliveryId: row.id,
        studyId: d.context.studyId,
        siteId: d.context.siteId,
        hospitalId: d.context.organisationId,
        state: "waiting",
        kind: d.kind,
      },
      topics: studyTopics({
        id: d.context.studyId,
        organisationId: d.context.organisationId,
        groupId: d.context.groupId,
      }),
    },
  ]);
}
