-- Changes and cancels name an order by the placer's number alone.
CREATE INDEX "imaging_order_site_id_placer_order_number_idx" ON "imaging_order"("site_id", "placer_order_number");
