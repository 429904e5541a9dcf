import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import { ActOnDelivery, DeliveryList, DeliveryQuery, DeliveryView } from "@readroom/shared/contract/http/delivery.js";
import { pageEnd } from "@readroom/shared/contract/http/page.js";
import { type Actor, may } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { route, sendRefusal } from "../../kernel/route.js";
import { renderReportPdf } from "./pdf/render.js";
import { lockDelivery } from "./store.js";
import { pdfInput, studyContext, versionsOf } from "./store-context.js";
import { listDeliveries } from "./store-views.js";
import { settle } from "./worker.js";

const UNKNOWN = refusal("not_found", "There is no such delivery.");
const NO_REPORT = refusal("not_found", "There is no such report version.");
const Id = z.object({ id: z.string().max(64) });
const PdfParams = z.object({ id: z.uuid(), version: z.coerce.number().int().min(1).max(10_000) });

export function deliveryRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    method: "GET",
    url: "/api/deliveries",
    action: "delivery.read",
    tag: "deliveries",
    summary: "Results on their way, newest first; open=true: those that are not settled",
    query: DeliveryQuery,
    response: DeliveryList,
    handle: async ({ actor, query }) => {
      const deliveries = await listDeliveries(deps.db.pool, actor, query);
      const last = deliveries.at(-1);
      return ok({
        deliveries,
        next: last && deliveries.length === query.limit ? pageEnd(last.createdAt, last.id) : null,
      });
    },
  });
  route(app, {
    method: "POST",
    url: "/api/deliveries/:id/act",
    action: "delivery.act",
    tag: "deliveries",
    summary: "Send again, confirm that the receiver has it, or give up",
    params: Id,
    body: ActOnDelivery,
    response: DeliveryView,
    handle: async ({ actor, params, body }) => actOnDelivery(deps, actor, params.id, body),
  });
  app.route({
    method: "GET",
    url: "/api/reports/:id/versions/:version/pdf",
    config: { action: "report.read", raw: true },
    schema: { tags: ["deliveries"], summary: "A signed report version as PDF", params: PdfParams },
    handler: async (request, reply) => {
      const params = request.params as z.output<typeof PdfParams>;
      const pdf = await reportPdf(deps, request.actor, params.id, params.version);
      if (!pdf.ok) return sendRefusal(reply, pdf.error);
      return reply
        .type("application/pdf")
        .header("content-disposition", `inline; filename="report-v${params.version}.pdf"`)
        .header("cache-control", "private, no-store")
        .send(Buffer.from(pdf.value));
    },
  });
}

/** What a person decides about a delivery that is stuck. With the same control id: a receiver that has it can tell. */
export async function actOnDelivery(
  deps: Deps,
  actor: Actor,
  id: string,
  act: { action: "send_again" | "confirm_received" | "give_up"; note: string },
): Promise<Result<DeliveryView, Refusal>> {
  const refused = await deps.db.pgTx(async (client) => {
    const row = await lockDelivery(client, id);
    if (
      !row ||
      !may(actor, "delivery.act", { hospitalId: row.organisationId, siteId: row.siteId, studyId: row.studyId })
    )
      return UNKNOWN;
    const command =
      act.action === "give_up" ? { kind: act.action, reason: act.note || "given up by hand" } : { kind: act.action };
    const why = await settle(deps, client, row, command, actor);
    if (why !== null) return refusal("conflict", `${why.charAt(0).toUpperCase()}${why.slice(1)}.`);
    await audit(client, actor, [
      {
        action: `delivery.${act.action}`,
        organisationId: row.organisationId,
        studyId: row.studyId,
        subject: row.id,
        detail: { note: act.note.length },
      },
    ]);
    return null;
  });
  if (refused) return err(refused);
  const [view] = await listDeliveries(deps.db.pool, actor, { id, limit: 1 });
  return view ? ok(view) : err(UNKNOWN);
}

/** A signed version as PDF, for those who may read the report; each look is in the audit trail. */
export async function reportPdf(
  deps: Deps,
  actor: Actor,
  reportId: string,
  version: number,
): Promise<Result<Uint8Array, Refusal>> {
  const versions = await versionsOf(deps.db.pool, reportId, version);
  const last = versions.at(-1);
  if (last?.version !== version) return err(NO_REPORT);
  const context = await studyContext(deps.db.pool, last.studyId);
  if (
    !context ||
    !may(actor, "report.read", { hospitalId: context.organisationId, siteId: context.siteId, studyId: context.studyId })
  )
    return err(NO_REPORT);
  await audit(deps.db.pool, actor, [
    { action: "report.pdf", organisationId: context.organisationId, studyId: context.studyId, subject: last.id },
  ]);
  return ok(await renderReportPdf(pdfInput(context, versions)));
}
