import { randomUUID } from "node:crypto";
import type { World } from "../../features/worklist/testing/world.js";

/** One of each thing that belongs to a tenant without any tie to the callers, and how routes name them. */
export interface Things {
  /** Text that stands in everything foreign that can be read. */
  readonly marker: string;
  fill(parameter: string, path: string): string;
  unknown(parameter: string, path: string): string;
  /** A body that passes the route's schema, so that the handler has to look the thing up. */
  body(route: string): object | undefined;
  /** The answer without the identifiers that were asked for. */
  masked(body: string): string;
}

const MARKER = "ZZFOREIGN";
const REASON = { reason: "policy test" };
const BODIES: Readonly<Record<string, object>> = {
  release: { fence: 1 },
  hold: { fence: 1 },
  resume: { fence: 1, answer: "policy test" },
  pause: { reason: "call_back" },
  seen: {},
  escalate: { fence: 1, poolId: randomUUID(), note: "policy test" },
  "hand-over": { fence: 1, toUserId: randomUUID() },
  "take-over": {},
  urgency: { urgency: "stat", ...REASON },
  "confirm-without-order": REASON,
  match: { orderId: randomUUID() },
  reroute: {},
  resolve: { resolution: "policy test" },
  take: { resolution: "policy test" },
  invitations: { userId: randomUUID(), role: "coreader" },
  ":personId": { role: "guest" },
};

export async function foreignThings(world: World): Promise<Things> {
  const { hospital, site } = world.foreign;
  const one = async (sql: string, values: unknown[]) =>
    (await world.db.pool.query<{ id: string }>(sql, values)).rows[0]?.id ?? "";
  const study = await world.study({ at: "foreign", description: MARKER });
  const studyUid =
    (await world.db.pool.query<{ uid: string }>("SELECT study_instance_uid AS uid FROM study WHERE id = $1", [study]))
      .rows[0]?.uid ?? "";
  const patient = await one(
    "INSERT INTO patient (organisation_id, issuer, mrn, name) VALUES ($1, 'FOREIGN', $2, $3) RETURNING id",
    [...[hospital, MARKER], JSON.stringify({ alphabetic: `${MARKER}^Ada` })],
  );
  await world.db.pool.query("UPDATE study SET patient_id = $2 WHERE id = $1", [study, patient]);
  const order = await one(
    "INSERT INTO imaging_order (site_id, patient_id, accession_number, procedure_text, source) VALUES ($1, $2, $3, $3, 'form') RETURNING id",
    [site, patient, MARKER],
  );
  const message = await one(
    `INSERT INTO hl7_message (direction, organisation_id, site_id, sender, control_id, message_type, version, raw, digest, state)
     VALUES ('in', $1, $2, $3, $3, 'ORM^O01', '2.5', 'MSH', 'd', 'accepted') RETURNING id`,
    [hospital, site, MARKER],
  );
  const person = await world.person({ role: "coordinator", organisation: hospital, kind: "hospital" });
  const finding = await one(
    `INSERT INTO critical_finding (study_id, organisation_id, category, finding, raised_by, raised_by_name, due_at)
     VALUES ($1, $2, 'red', $3, $4, 'x', now()) RETURNING id`,
    [study, hospital, MARKER, person.userId],
  );
  const link = await one(
    `INSERT INTO join_link (hash, study_id, finding_id, guest_name, guest_role, created_by, expires_at) VALUES ($1, $2, $3, $4, 'x', $5, now() + interval '1 day') RETURNING id`,
    [randomUUID(), study, finding, MARKER, person.userId],
  );
  const report = await one("INSERT INTO report (study_id, document_id) VALUES ($1, 'report:foreign') RETURNING id", [
    study,
  ]);
  const delivery = await one(
    `INSERT INTO delivery (report_version_id, study_id, site_id, destination, kind, control_id, ordering_key, payload)
     VALUES (gen_random_uuid(), $1, $2, $3, 'oru', 'c', 'k', 'x') RETURNING id`,
    [study, site, MARKER],
  );
  const peer = await one(
    "INSERT INTO dicom_peer (ae_title, host, site_id, label) VALUES ($1, '10.9.9.9', $2, $1) RETURNING id",
    [MARKER, site],
  );
  const token = await one(
    "INSERT INTO api_token (hash, label, role, organisation_id) VALUES ($1, $2, 'integration', $3) RETURNING id",
    [...[randomUUID(), MARKER], hospital],
  );
  const incident = await one(
    "INSERT INTO ingest_incident (organisation_id, site_id, study_id, kind, reason, source) VALUES ($1, $2, $3, 'conflict', $4, 'CT') RETURNING id",
    [hospital, site, study, MARKER],
  );
  await world.db.pool.query("UPDATE organisation SET name = $2 WHERE id = $1", [hospital, MARKER]);
  await world.db.pool.query("UPDATE user_account SET display_name = $2 WHERE id = $1", [person.userId, MARKER]);

  const byPath: readonly (readonly [string, string])[] = [
    ["/api/studies/", study],
    ["/api/orders/", order],
    ["/api/messages/", message],
    ["/api/critical/", finding],
    ["/api/links/", link],
    ["/api/reports/", report],
    ["/api/deliveries/", delivery],
    ["/api/admin/users/", person.userId],
    ["/api/admin/peers/", peer],
    ["/api/admin/tokens/", token],
    ["/api/operations/incidents/", incident],
  ];
  const ids = byPath.map(([, id]) => id);
  const nobody = { id: randomUUID(), uid: "2.25.1234567890" };
  const uidOf = (parameter: string, uid: string) =>
    parameter === "study" ? uid : parameter === "version" || parameter === "frames" ? "1" : "2.25.1";
  const fill = (parameter: string, path: string, theirs: boolean): string => {
    if (parameter === "handler") return "routing.decide";
    if (path.startsWith("/dicomweb/")) return uidOf(parameter, theirs ? studyUid : nobody.uid);
    if (parameter === "version") return "1";
    return (theirs ? byPath.find(([prefix]) => path.startsWith(prefix))?.[1] : undefined) ?? nobody.id;
  };
  return {
    marker: MARKER,
    fill: (parameter, path) => fill(parameter, path, true),
    unknown: (parameter, path) => fill(parameter, path, false),
    body: (route) => BODIES[route.split("/").at(-1) ?? ""],
    masked: (body) => [...ids, nobody.id, studyUid, nobody.uid].reduce((text, id) => text.replaceAll(id, "*"), body),
  };
}
