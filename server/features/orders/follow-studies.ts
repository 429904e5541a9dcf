import { rawRows, type Tx } from "../../kernel/database.js";
import type { Reaction } from "../../kernel/reactions.js";

/**
 * Images arrived for an order, or it was read: the order's own state follows its study. Which study is whose is decided by ingest alone,
 * also when the order comes after its images.
 */
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
