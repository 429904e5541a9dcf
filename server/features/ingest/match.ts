/** An order as matching sees it. */
export type OrderCandidate = {
  readonly orderId: string;
  readonly siteId: string;
  readonly patientId: string;
  readonly mrn: string;
  readonly issuer: string;
  readonly studyInstanceUid: string | null;
};

export type StudyIdentity = {
  readonly siteId: string;
  readonly accessionNumber: string;
  readonly patientId: string;
  /** (0010,0021), else the site's own issuer. */
  readonly issuer: string;
  readonly studyInstanceUid: string;
};

export type Match =
  | { readonly state: "matched"; readonly orderId: string; readonly patientId: string }
  | { readonly state: "unmatched"; readonly reason: string };

/** Identifiers as devices pad and case them: leading zeros stay, they mean something. */
const same = (a: string, b: string): boolean => a.trim().toUpperCase() === b.trim().toUpperCase();

const issuersAgree = (order: OrderCandidate, study: StudyIdentity): boolean =>
  order.issuer === "" || study.issuer === "" || same(order.issuer, study.issuer);

/**
 * Which order a study answers (IHE RAD SWF: accession number and patient identity must agree). `candidates`: the hospital's orders with
 * this accession number. Never guesses: two orders that fit equally well match none. The reason is what the queue shows.
 * @param promised the order for which the modality worklist gave out this Study Instance UID: it is the one, whatever the console made
 *   of the accession number, if the patient agrees
 */
export function matchOrder(
  study: StudyIdentity,
  candidates: readonly OrderCandidate[],
  promised: OrderCandidate | null = null,
): Match {
  if (promised && study.patientId !== "" && same(promised.mrn, study.patientId) && issuersAgree(promised, study))
    return { state: "matched", orderId: promised.orderId, patientId: promised.patientId };
  if (study.accessionNumber === "") return unmatched("no accession number");
  if (candidates.length === 0) return unmatched(`no order with accession ${study.accessionNumber}`);
  if (study.patientId === "") return unmatched("no patient id");
  const ofPatient = candidates.filter((order) => same(order.mrn, study.patientId));
  if (ofPatient.length === 0) return unmatched("patient id differs from the order's");
  const ofIssuer = ofPatient.filter((order) => issuersAgree(order, study));
  if (ofIssuer.length === 0) return unmatched("patient id is of another issuer than the order's");
  const [only, second] = narrow(study, ofIssuer);
  if (only === undefined || second !== undefined)
    return unmatched(`${ofIssuer.length} orders with accession ${study.accessionNumber}`);
  return { state: "matched", orderId: only.orderId, patientId: only.patientId };
}

/** Several orders share an accession (one study, two procedures): prefer the one that names this study, then the sender's own site. */
function narrow(study: StudyIdentity, orders: readonly OrderCandidate[]): readonly OrderCandidate[] {
  const named = orders.filter((order) => order.studyInstanceUid === study.studyInstanceUid);
  if (named.length > 0) return named;
  const here = orders.filter((order) => order.siteId === study.siteId);
  return here.length > 0 ? here : orders;
}

function unmatched(reason: string): Match {
  return { state: "unmatched", reason };
}
