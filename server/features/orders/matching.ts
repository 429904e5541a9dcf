import { actorStamp } from "@readroom/shared/domain/access.js";
import { rawRows, type Tx } from "../../kernel/database.js";
import { appendEvents } from "../../kernel/outbox.js";
import type { Reaction } from "../../kernel/reactions.js";
import { studyTopics } from "../../kernel/topics.js";

const SYSTEM = { kind: "system", name: "order matching" } as const;

interface Found {
  readonly id: string;
  readonly organisationId: string;
  readonly groupId: string | null;
}

/**
 * Images that came before their order: when an order arrives or changes, waiting unmatched studies of its hospital that carry its
 * accession number and its patient's number become its studies. The same rule as on arrival of images (IHE RAD SWF): accession and
 * patient id both agree, and the issuer where both name one; two orders that fit equally well match none.
 */
export const matchWaitingStudies: Reaction = {
  handler: "orders.match_waiting_studies",
  types: ["order.created", "order.changed"],
  run: async (_deps, tx, event) => {
    const orderId = String(event.payload.orderId);
    const matched = await rawRows<Found>(
      tx,
      `UPDATE study y SET order_id = o.id, patient_id = o.patient_id, match_state = 'matched', match_reason = 'order arrived after the images', version = y.version + 1
       FROM imaging_order o JOIN site s ON s.id = o.site_id JOIN patient p ON p.id = o.patient_id
       WHERE o.id = $1::uuid AND o.state <> 'cancelled' AND y.match_state = 'unmatched' AND y.organisation_id = s.organisation_id
         AND o.accession_number <> '' AND upper(trim(y.accession_number)) = upper(trim(o.accession_number))
         AND upper(trim(y.dicom_patient_id)) = upper(trim(p.mrn))
         AND (y.dicom_issuer = '' OR upper(trim(y.dicom_issuer)) = upper(trim(p.issuer)))
         AND (o.study_instance_uid IS NOT DISTINCT FROM y.study_instance_uid OR NOT EXISTS (
           SELECT 1 FROM imaging_order x WHERE x.id <> o.id AND x.site_id = o.site_id AND x.accession_number = o.accession_number AND x.state <> 'cancelled'))
       RETURNING y.id, y.organisation_id AS "organisationId", y.group_id AS "groupId"`,
      [orderId],
    );
    if (matched.length === 0) return;
    await startOrder(tx, orderId);
    await appendEvents(
      tx,
      SYSTEM,
      matched.map((study) => ({
        stream: `study:${study.id}`,
        type: "study.matched",
        payload: { studyId: study.id, orderId, hospitalId: study.organisationId, by: actorStamp(SYSTEM).name },
        topics: studyTopics(study),
      })),
    );
  },
};

/** Images arrived for an order, or it was read: the order's own state follows its study. */
export const followStudies: Reaction = {
  handler: "orders.follow_studies",
  types: ["study.matched", "study.created", "report.signed"],
  run: async (_deps, tx, event) => {
    const studyId = String(event.payload.studyId ?? "");
    const { orderId } =
      (
        await rawRows<{ orderId: string | null }>(tx, `SELECT order_id AS "orderId" FROM study WHERE id::text = $1`, [
          studyId,
        ])
      )[0] ?? {};
    if (!orderId) return;
    if (event.type === "report.signed" && event.payload.kind !== "preliminary") {
      await rawRows(
        tx,
        "UPDATE imaging_order SET state = 'completed', updated_at = now() WHERE id = $1::uuid AND state <> 'cancelled' RETURNING id",
        [orderId],
      );
      return;
    }
    await startOrder(tx, orderId);
  },
};

async function startOrder(tx: Tx, orderId: string): Promise<void> {
  await rawRows(
    tx,
    "UPDATE imaging_order SET state = 'in_progress', updated_at = now() WHERE id = $1::uuid AND state = 'scheduled' RETURNING id",
    [orderId],
  );
}
