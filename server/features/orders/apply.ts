import type { Actor } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import { appendEvents } from "../../kernel/outbox.js";
import { topics } from "../../kernel/topics.js";
import type { Interpreted, MessageProblem, OrderContent, OrderControl, OrderGroup, PatientFacts } from "./ports.js";
import {
  type Client,
  changeOrder,
  insertOrder,
  lockOrderKeys,
  mergePatient,
  type OrderRow,
  ordersByAccession,
  ordersByPlacer,
  patientByIdentifier,
  type SiteRow,
  setOrderState,
  upsertPatient,
} from "./store.js";

/** One message at work: its transaction, who sent it, and when. */
export interface Work {
  readonly client: Client;
  readonly actor: Actor;
  readonly site: SiteRow;
  readonly at: Date;
  readonly source: "hl7" | "form" | "fhir";
}

type Applied = Result<{ orderIds: string[] }, MessageProblem>;

/**
 * Carries out what a message says, in the caller's transaction: orders, audit and events together. The first group that can't be
 * carried out refuses the whole message (the caller rolls back): a sender that is told AE must be able to send the same again.
 */
export async function applyMessage(
  work: Work,
  message: Extract<Interpreted, { patient: PatientFacts }>,
): Promise<Applied> {
  if (message.kind === "patient_merge") return applyMerge(work, message);
  if (message.kind === "patient_update") {
    await takePatient(work, message.patient);
    return ok({ orderIds: [] });
  }
  const keys = message.groups.flatMap(({ content }) => [
    `a:${accessionOf(content)}`,
    content.placerOrderNumber && `p:${content.placerOrderNumber}`,
  ]);
  await lockOrderKeys(work.client, work.site.id, keys);
  const patientId = await takePatient(work, message.patient);
  const orderIds: string[] = [];
  for (const group of message.groups) {
    const applied = await applyGroup(work, patientId, group);
    if (!applied.ok) return applied;
    orderIds.push(applied.value);
  }
  return ok({ orderIds });
}

async function takePatient(work: Work, facts: PatientFacts): Promise<string> {
  const { client, site, actor } = work;
  const { id, changed } = await upsertPatient(client, site.organisationId, facts, work.at);
  if (changed) {
    await appendEvents(client, actor, [
      {
        stream: `patient:${id}`,
        type: "patient.updated",
        payload: { patientId: id, hospitalId: site.organisationId },
        topics: [topics.hospital(site.organisationId)],
      },
    ]);
  }
  return id;
}

async function applyMerge(work: Work, message: Extract<Interpreted, { kind: "patient_merge" }>): Promise<Applied> {
  const { client, site, actor } = work;
  const survivor = await takePatient(work, message.patient);
  const prior = await patientByIdentifier(client, site.organisationId, message.prior);
  // A prior patient that the hub never heard of has nothing to move, and the next message names the survivor.
  if (prior === undefined || prior === survivor) return ok({ orderIds: [] });
  const studyIds = await mergePatient(client, prior, survivor, work.at);
  await appendEvents(client, actor, [
    {
      stream: `patient:${survivor}`,
      type: "patient.merged",
      payload: { patientId: survivor, priorPatientId: prior, hospitalId: site.organisationId, studyIds },
      topics: [topics.hospital(site.organisationId), ...studyIds.map((id) => topics.study(id))],
    },
  ]);
  await audit(client, actor, [
    {
      action: "patient.merge",
      organisationId: site.organisationId,
      patientId: survivor,
      subject: prior,
      detail: { studies: studyIds.length },
    },
  ]);
  return ok({ orderIds: [] });
}

async function applyGroup(work: Work, patientId: string, group: OrderGroup): Promise<Result<string, MessageProblem>> {
  const { content, control } = group;
  const byAccession = await ordersByAccession(work.client, work.site.id, content.accessionNumber);
  const byPlacer = await ordersByPlacer(work.client, work.site.id, content.placerOrderNumber);
  const existing = findOrder(content, byAccession, byPlacer);
  if (control.kind !== "new" && control.kind !== "change") {
    if (!existing)
      return err({
        condition: 204,
        location: `ORC^${group.position}^2`,
        text: "no order with these numbers is known here",
      });
    if (existing.patientId !== patientId) return err(foreignPatient(group));
    return settle(work, existing, control, group);
  }
  if (byAccession.some((order) => order.patientId !== patientId) || (existing && existing.patientId !== patientId))
    return err(foreignPatient(group));
  if (!existing) {
    const accessionNumber = accessionOf(content);
    const sameName = content.accessionNumber
      ? byAccession
      : await ordersByAccession(work.client, work.site.id, accessionNumber);
    if (sameName.some((order) => order.patientId !== patientId)) return err(foreignPatient(group));
    return ok(await create(work, patientId, { ...content, accessionNumber }));
  }
  if (existing.state === "cancelled") {
    return err({
      condition: 205,
      location: `ORC^${group.position}^2`,
      text: "an order with these numbers was cancelled before; a new order needs numbers of its own",
    });
  }
  return ok(await change(work, existing, content));
}

/**
 * Whoever has no system that gives accession numbers puts the order's own number on its images. Only at first: a message that names an
 * order by its placer number alone says nothing about the accession number that it got meanwhile.
 */
const accessionOf = (content: OrderContent): string => content.accessionNumber || content.placerOrderNumber;

const foreignPatient = (group: OrderGroup): MessageProblem => ({
  condition: 205,
  location: `OBR^${group.position}^18`,
  text: "this accession or order number belongs to another patient",
});

/** Accession and placer number together, then the placer number alone, then an accession that one order alone has. */
function findOrder(
  content: OrderContent,
  byAccession: readonly OrderRow[],
  byPlacer: readonly OrderRow[],
): OrderRow | undefined {
  const both = byAccession.find((order) => order.placerOrderNumber === content.placerOrderNumber);
  if (both) return both;
  if (byPlacer.length === 1) return byPlacer[0];
  return content.placerOrderNumber === "" && byAccession.length === 1 ? byAccession[0] : undefined;
}

async function create(work: Work, patientId: string, content: OrderContent): Promise<string> {
  const id = await insertOrder(work.client, {
    siteId: work.site.id,
    patientId,
    source: work.source,
    at: work.at,
    content,
  });
  await tell(work, "order.created", id, patientId, {
    accessionNumber: content.accessionNumber,
    priority: content.priority || "routine",
  });
  return id;
}

async function change(work: Work, order: OrderRow, content: OrderContent): Promise<string> {
  const changed = await changeOrder(work.client, order.id, content, work.at);
  // A resent order that changes nothing is no event: screens would flash for it.
  if (changed.length > 0)
    await tell(work, "order.changed", order.id, order.patientId, {
      changed,
      accessionNumber: content.accessionNumber || order.accessionNumber,
    });
  return order.id;
}

async function settle(
  work: Work,
  order: OrderRow,
  control: Exclude<OrderControl, { kind: "new" | "change" }>,
  group: OrderGroup,
): Promise<Result<string, MessageProblem>> {
  if (control.kind === "hold") {
    await setOrderState(work.client, order.id, order.state, { held: control.held }, work.at);
    await tell(work, "order.changed", order.id, order.patientId, {
      changed: ["held"],
      accessionNumber: order.accessionNumber,
    });
    return ok(order.id);
  }
  const state = control.kind === "cancel" ? "cancelled" : control.state;
  if (state === order.state) return ok(order.id);
  if (state === "cancelled" && order.studies > 0) {
    return err({
      condition: 206,
      location: `ORC^${group.position}^1`,
      text: "images of this order have arrived already; it can no longer be cancelled",
    });
  }
  await setOrderState(
    work.client,
    order.id,
    state,
    control.kind === "cancel" ? { cancelled: control.reason } : {},
    work.at,
  );
  const type = state === "cancelled" ? "order.cancelled" : "order.changed";
  await tell(work, type, order.id, order.patientId, {
    changed: ["state"],
    state,
    accessionNumber: order.accessionNumber,
  });
  return ok(order.id);
}

async function tell(
  work: Work,
  type: string,
  orderId: string,
  patientId: string,
  more: Record<string, unknown>,
): Promise<void> {
  const { client, actor, site } = work;
  const payload = { orderId, patientId, siteId: site.id, organisationId: site.organisationId, ...more };
  await appendEvents(client, actor, [
    { stream: `order:${orderId}`, type, payload, topics: [topics.hospital(site.organisationId)] },
  ]);
  await audit(client, actor, [
    { action: type, organisationId: site.organisationId, patientId, subject: orderId, detail: { source: work.source } },
  ]);
}
