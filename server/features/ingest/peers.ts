import type { Deps } from "../../kernel/deps.js";
import { hostMatches } from "../../kernel/peer-address.js";
import type { IngestSource, IntakeOutcome } from "./ports.js";
import { type PeerRow, peersByAe, sitesOf, touchPeer } from "./store-peers.js";

export type PeerPolicy = {
  readonly aeTitle: string;
  /** Demo world: loopback peers are let in under any AE title, as the first hospital's. */
  readonly loopbackIsFirstHospital: boolean;
};

export type PeerVerdict =
  | { readonly ok: true; readonly peer: { readonly source: IngestSource; readonly label: string } }
  | { readonly ok: false; readonly refusal: "called AE title not recognized" | "calling AE title not recognized" };

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}

async function registered(rows: readonly PeerRow[], address: string): Promise<PeerRow | undefined> {
  for (const row of rows) if (await hostMatches(row.host, address)) return row;
  return undefined;
}

/** Who is calling: decides the tenant of everything that the association sends (DICOM peers are known by AE title and address). */
export async function resolvePeer(
  deps: Deps,
  policy: PeerPolicy,
  question: { calledAe: string; callingAe: string; address: string },
): Promise<PeerVerdict> {
  const { calledAe, callingAe, address } = question;
  if (calledAe !== policy.aeTitle) return { ok: false, refusal: "called AE title not recognized" };
  const row = await registered(await peersByAe(deps.db, callingAe), address);
  if (row !== undefined) {
    await touchPeer(deps.db, row.aeTitle, row.host, deps.clock.now());
    return { ok: true, peer: peer(row, callingAe, address) };
  }
  if (!policy.loopbackIsFirstHospital || !isLoopback(address))
    return { ok: false, refusal: "calling AE title not recognized" };
  const [site] = await sitesOf(deps.db, null);
  return site === undefined
    ? { ok: false, refusal: "calling AE title not recognized" }
    : { ok: true, peer: peer(site, callingAe, address) };
}

function peer(site: { siteId: string; organisationId: string }, callingAe: string, address: string) {
  const label = `${callingAe}@${address}`;
  const actor = {
    kind: "device",
    name: label,
    siteId: site.siteId,
    hospitalIds: [site.organisationId],
    address,
  } as const;
  return { label, source: { organisationId: site.organisationId, siteId: site.siteId, actor, label, callingAe } };
}

/** Where C-MOVE may send to: only a peer that belongs to the same hospital. */
export async function moveDestination(
  deps: Deps,
  source: IngestSource,
  aeTitle: string,
): Promise<{ host: string; port: number } | undefined> {
  const rows = await peersByAe(deps.db, aeTitle);
  const row = rows.find(
    (candidate) =>
      candidate.organisationId === source.organisationId && candidate.port !== null && !/[*/]/.test(candidate.host),
  );
  return row === undefined || row.port === null ? undefined : { host: row.host, port: row.port };
}

/** What a C-STORE-RSP says of an outcome (PS3.4 §B.2.3). A conflict is a success: the object is durable and a person will see it. */
export function storeAnswer(outcome: IntakeOutcome): { status: number; comment?: string } {
  switch (outcome.kind) {
    case "stored":
    case "duplicate":
    case "conflict":
      return { status: 0 };
    case "skipped":
      return { status: 0xa900, comment: outcome.reason };
    case "refused":
      return { status: outcome.status, comment: outcome.reason };
  }
}
