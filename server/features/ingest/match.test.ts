import { describe, expect, it } from "vitest";
import { matchOrder, type OrderCandidate } from "./match.js";

const study = { siteId: "s1", accessionNumber: "A1", patientId: "P1", issuer: "H", studyInstanceUid: "1.2.3" };
const order = (over: Partial<OrderCandidate> = {}): OrderCandidate => ({
  orderId: "o1",
  siteId: "s1",
  patientId: "p",
  mrn: "P1",
  issuer: "H",
  studyInstanceUid: null,
  ...over,
});

describe("matching a study to its order", () => {
  it("[IN8] matches on accession and patient within the issuer, and says why it did not", () => {
    expect(matchOrder(study, [order()])).toEqual({ state: "matched", orderId: "o1", patientId: "p" });
    const reason = (s: Partial<typeof study>, orders: OrderCandidate[]) => matchOrder({ ...study, ...s }, orders);
    expect(reason({ accessionNumber: "" }, [])).toMatchObject({ reason: "no accession number" });
    expect(reason({}, [])).toMatchObject({ reason: "no order with accession A1" });
    expect(reason({ patientId: "" }, [order()])).toMatchObject({ reason: "no patient id" });
    expect(reason({}, [order({ mrn: "P2" })])).toMatchObject({ reason: "patient id differs from the order's" });
    expect(reason({}, [order({ issuer: "X" })])).toMatchObject({
      reason: "patient id is of another issuer than the order's",
    });
  });

  it("[OR18] knows the study of the worklist again, whatever became of its accession number, if the patient agrees", () => {
    const promised = order({ orderId: "o9" });
    expect(matchOrder(study, [], promised)).toMatchObject({ state: "matched", orderId: "o9" });
    expect(matchOrder(study, [order(), order({ orderId: "o9" })], promised)).toMatchObject({ orderId: "o9" });
    expect(matchOrder({ ...study, patientId: "P2" }, [], promised)).toMatchObject({ state: "unmatched" });
  });

  it("[IN8] never guesses between orders: the one that names the study, else the only one of the site, else none", () => {
    const two = [order(), order({ orderId: "o2" })];
    expect(matchOrder(study, two)).toMatchObject({ state: "unmatched" });
    expect(matchOrder(study, [order(), order({ orderId: "o2", studyInstanceUid: "1.2.3" })])).toMatchObject({
      orderId: "o2",
    });
    expect(matchOrder(study, [order({ siteId: "s2" }), order({ orderId: "o2" })])).toMatchObject({ orderId: "o2" });
  });
});
