import { describe, expect, test } from "vitest";
import { PlainMessage } from "../../../e2e/devices/hospital.js";
import type { Answer } from "../../features/orders/ports.js";
import { acknowledge } from "./acknowledge.js";
import { bytesOf, madeOrder, realMessages } from "./test-data.js";

const AT = Date.UTC(2026, 10, 24, 8, 14);
const ACCEPT: Answer = { verdict: "accept", problem: null };
const ERROR: Answer = { verdict: "error", problem: { condition: 101, location: "PID^1^3", text: "no number | here" } };
const REJECT: Answer = {
  verdict: "reject",
  problem: { condition: 200, location: "MSH^1^9^1", text: "message type FOO is not taken here" },
};

const reply = (raw: string | Uint8Array, answer: Answer): string[] =>
  acknowledge(typeof raw === "string" ? bytesOf(raw) : raw, answer, AT, "R1").map((bytes) =>
    new TextDecoder().decode(bytes),
  );

function one(raw: string, answer: Answer): PlainMessage {
  const replies = reply(raw, answer);
  expect(replies).toHaveLength(1);
  return new PlainMessage(replies[0] ?? "");
}

describe("answers", () => {
  test("[HL30] sender and receiver change places; control id, version and processing id are echoed", () => {
    const ack = one(madeOrder({ controlId: "X&Y|1".replace("|", "\\F\\") }), ACCEPT);
    expect(ack.all("MSH")[0]?.slice(3, 7)).toEqual(["READROOM", "HUB", "RIS", "GENERAL"]);
    expect(ack.get("MSH-7")).toBe("20261124081400+0000");
    expect(ack.get("MSH-9")).toBe("ACK^O01^ACK");
    expect(ack.get("MSH-10")).toBe("R1");
    expect(ack.get("MSH-12")).toBe("2.5.1");
    expect(ack.get("MSA-1")).toBe("AA");
    // One subcomponent of MSH-10 is all that its type ST has.
    expect(ack.get("MSA-2")).toBe("X");
    expect(ack.all("ERR")).toEqual([]);
  });

  test("[HL30] [HL31] message type and ERR as each version writes them", () => {
    const old = one(madeOrder({ version: "2.3" }), ERROR);
    expect(old.get("MSH-9")).toBe("ACK^O01");
    expect(old.get("ERR-1")).toBe("PID^1^3^101&Required field missing&HL70357");
    expect(old.get("MSA-6")).toBe("101^Required field missing^HL70357");
    const middle = one(madeOrder({ version: "2.3.1" }), ERROR);
    expect(middle.get("MSH-9")).toBe("ACK^O01^ACK");
    const late = one(madeOrder({ version: "2.5.1" }), ERROR);
    expect(late.all("ERR")[0]).toEqual([
      "ERR",
      "",
      "PID^1^3",
      "101^Required field missing^HL70357",
      "E",
      "",
      "",
      "",
      "no number \\F\\ here",
    ]);
    expect(late.get("MSA-3")).toBe("no number \\F\\ here");
  });

  test("[HL32] enhanced mode", () => {
    const order = (accept: string, application: string) =>
      madeOrder({
        segments: { MSH: `MSH|^~\\&|RIS|GENERAL|READROOM|HUB|20261124||ORM^O01|1|P|2.5.1|||${accept}|${application}` },
      });
    const given = (accept: string, application: string, answer: Answer) =>
      reply(order(accept, application), answer).map((text) => new PlainMessage(text).get("MSA-1"));
    expect(given("AL", "NE", ACCEPT)).toEqual(["CA"]);
    expect(given("AL", "NE", ERROR)).toEqual(["CE"]);
    expect(given("AL", "", REJECT)).toEqual(["CR"]);
    expect(given("AL", "AL", ACCEPT)).toEqual(["CA", "AA"]);
    expect(given("AL", "AL", ERROR)).toEqual(["CA", "AE"]);
    expect(given("AL", "AL", REJECT)).toEqual(["CR"]);
    expect(given("NE", "AL", ACCEPT)).toEqual(["AA"]);
    expect(given("ER", "SU", ACCEPT)).toEqual(["AA"]);
    expect(given("ER", "SU", ERROR)).toEqual(["CE"]);
    expect(given("NE", "ER", ACCEPT)).toEqual([]);
    expect(given("NE", "NE", ERROR)).toEqual([]);
  });

  test("[HL31] what can't be read is rejected with its control id where there is one", () => {
    expect(new PlainMessage(reply("hello", REJECT)[0] ?? "").get("MSA-1")).toBe("AR");
    expect(new PlainMessage(reply("hello", REJECT)[0] ?? "").get("MSA-2")).toBe("");
    const broken = "junk MSH|^^^^|A|B|C|D|2026||ORM^O01|77|P|2.5.1\rPID";
    expect(new PlainMessage(reply(broken, REJECT)[0] ?? "").get("MSA-2")).toBe("77");
  });

  test.runIf(realMessages().length > 0)(
    "[HL30] every real message can be answered, and another parser reads the answer",
    async () => {
      const { Message } = await import("node-hl7-client");
      for (const { name, bytes } of realMessages()) {
        for (const text of reply(bytes, ERROR)) {
          const ack = new Message({ text: text.trimEnd() });
          const control = new TextDecoder().decode(bytes).split("|")[9];
          expect(ack.get("MSA.2").toString(), name).toBe(control);
          if (ack.get("MSA.1").toString() !== "CA") expect(ack.get("ERR").toString(), name).toContain("101");
        }
      }
    },
  );
});
