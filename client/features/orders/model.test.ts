import { NewOrder } from "@readroom/shared/contract/http/orders.js";
import { describe, expect, it } from "vitest";
import { EMPTY, orderOf, problems } from "./model";

const filled = {
  ...EMPTY,
  siteId: "site",
  mrn: "00123",
  family: "Sample",
  birthDate: "1955-03-01",
  procedureText: "CT head",
  clinicalQuestion: "Haemorrhage?",
};

describe("order form", () => {
  it("[ORF1] names every field that is missing, and nothing else", () => {
    expect(Object.keys(problems(EMPTY)).sort()).toEqual([
      "clinicalQuestion",
      "family",
      "mrn",
      "procedureText",
      "siteId",
    ]);
    expect(problems(filled)).toEqual({});
  });

  it("[ORF2] makes what the hub takes", () => {
    const order = orderOf(filled);
    expect(order.patient.birthDate).toBe("19550301");
    expect(NewOrder.safeParse(order).success).toBe(true);
    expect(NewOrder.safeParse(orderOf({ ...filled, birthDate: "" })).data?.patient.birthDate).toBeNull();
  });
});
