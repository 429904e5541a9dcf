import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { NewOrder } from "@readroom/shared/contract/http/orders.js";
import { type Actor, may, type UserActor } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { Deps } from "../../kernel/deps.js";
import { applyMessage } from "./apply.js";
import type { Interpreted, OrderContent, OrderControl, PatientFacts } from "./ports.js";
import { nextAccession, ordersByPlacer, physicianNumberOf, type SiteRow, siteById } from "./store.js";

type Orders = Extract<Interpreted, { kind: "orders" }>;

/** An order entered by form, for a site without a RIS: the same way in as an HL7 order, with numbers of our own. */
export async function enterOrder(
  deps: Deps,
  actor: Actor,
  entered: NewOrder,
): Promise<Result<{ orderId: string; accessionNumber: string }, Refusal>> {
  const site = await siteById(deps.db.pool, entered.siteId);
  if (!site || !may(actor, "order.write", { hospitalId: site.organisationId, siteId: site.id })) {
    return err(refusal("not_found", "There is no such site."));
  }
  return deps.db.pgTx(async (client) => {
    const placer = entered.requestId ? `FORM-${entered.requestId}` : "";
    if (placer !== "") await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 7273))", [placer]);
    const [earlier] = await ordersByPlacer(client, site.id, placer);
    if (earlier) return ok({ orderId: earlier.id, accessionNumber: earlier.accessionNumber });
    const accessionNumber = await nextAccession(client);
    const referringNumber = ordersForSelf(actor, entered.referringName)
      ? await physicianNumberOf(client, actor.userId)
      : "";
    const work = { client, actor, site, at: new Date(deps.clock.now()), source: "form" } as const;
    const applied = await applyMessage(
      work,
      asMessage(
        { ...entered, referringNumber },
        site,
        placer || `FORM-${accessionNumber}`,
        accessionNumber,
        deps.clock.now(),
      ),
    );
    const orderId = applied.ok ? applied.value.orderIds[0] : undefined;
    if (!applied.ok || orderId === undefined)
      return err(refusal("conflict", applied.ok ? "The order was not taken." : sentence(applied.error.text)));
    return ok({ orderId, accessionNumber });
  });
}

/** A physician who orders in their own name is the one to be rung. */
const ordersForSelf = (actor: Actor, referringName: string): actor is UserActor =>
  actor.kind === "user" && actor.roles.includes("referrer") && referringName.trim() === actor.name;

function asMessage(
  entered: NewOrder & { readonly referringNumber: string },
  site: SiteRow,
  placerOrderNumber: string,
  accessionNumber: string,
  now: number,
): Orders {
  const patient: PatientFacts = {
    mrn: entered.patient.mrn,
    issuer: site.patientIdIssuer,
    name: { alphabetic: [entered.patient.family, entered.patient.given].map(namePart).join("^").replace(/\^$/, "") },
    birthDate: entered.patient.birthDate,
    sex: entered.patient.sex,
    otherIds: [],
  };
  const content: OrderContent = {
    ...EMPTY_CONTENT,
    accessionNumber,
    placerOrderNumber,
    procedureText: entered.procedureText,
    modality: entered.modality,
    bodyPart: entered.bodyPart,
    laterality: entered.laterality,
    priority: entered.priority,
    patientClass: entered.patientClass,
    patientLocation: entered.patientLocation,
    clinicalQuestion: entered.clinicalQuestion,
    referringName: entered.referringName,
    referringNumber: entered.referringNumber,
    referringPhone: entered.referringPhone,
    scheduledAt: entered.scheduledAt,
    orderedAt: now,
  };
  return { kind: "orders", patient, groups: [{ position: 1, control: { kind: "new" }, content }], warnings: [] };
}

const EMPTY_CONTENT: OrderContent = {
  accessionNumber: "",
  accessionFrom: "",
  placerOrderNumber: "",
  fillerOrderNumber: "",
  procedureCode: "",
  procedureCodingSystem: "",
  procedureText: "",
  modality: "",
  bodyPart: "",
  laterality: "",
  priority: "",
  patientClass: "",
  patientLocation: "",
  clinicalQuestion: "",
  studyInstanceUid: "",
  referringName: "",
  referringNumber: "",
  referringPhone: "",
  visitNumber: "",
  scheduledAt: null,
  orderedAt: null,
  remarks: [],
  cleared: [],
};

/** "^", "=" and "\" carry structure in a DICOM person name (PS3.5 §6.2.1). */
function namePart(text: string): string {
  return text.replace(/[\^=\\]+/g, " ").trim();
}

/** Cancels an order that has no images yet, by hand. */
export async function cancelOrder(deps: Deps, actor: Actor, orderId: string): Promise<Result<undefined, Refusal>> {
  return deps.db.pgTx(async (client) => {
    const { rows } = await client.query<{
      siteId: string;
      hospitalId: string;
      accessionNumber: string;
      placerOrderNumber: string;
      mrn: string;
      issuer: string;
    }>(
      `SELECT o.site_id AS "siteId", s.organisation_id AS "hospitalId", o.accession_number AS "accessionNumber", o.placer_order_number AS "placerOrderNumber",
         p.mrn, p.issuer FROM imaging_order o JOIN site s ON s.id = o.site_id JOIN patient p ON p.id = o.patient_id WHERE o.id::text = $1`,
      [orderId],
    );
    const order = rows[0];
    const site = order && (await siteById(client, order.siteId));
    if (!site || !may(actor, "order.write", { hospitalId: order.hospitalId, siteId: order.siteId }))
      return err(refusal("not_found", "There is no such order."));
    const control: OrderControl = { kind: "cancel", reason: "cancelled" };
    const content: OrderContent = {
      ...EMPTY_CONTENT,
      accessionNumber: order.accessionNumber,
      placerOrderNumber: order.placerOrderNumber,
    };
    const patient: PatientFacts = {
      mrn: order.mrn,
      issuer: order.issuer,
      name: { alphabetic: "" },
      birthDate: null,
      sex: null,
      otherIds: [],
    };
    const work = { client, actor, site, at: new Date(deps.clock.now()), source: "form" } as const;
    const applied = await applyMessage(work, {
      kind: "orders",
      patient,
      groups: [{ position: 1, control, content }],
      warnings: [],
    });
    return applied.ok ? ok(undefined) : err(refusal("conflict", sentence(applied.error.text)));
  });
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
