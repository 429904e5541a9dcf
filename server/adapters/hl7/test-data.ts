import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of real test data: READROOM_TEST_DATA, else beside the repository; undefined in a clone without it. */
export function testDataFolder(): string | undefined {
  const folder = process.env.READROOM_TEST_DATA ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url));
  return existsSync(join(folder, "hl7")) ? join(folder, "hl7") : undefined;
}

export interface RealMessage {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Every real HL7 message, or none in a clone without them. */
export function realMessages(): RealMessage[] {
  const folder = testDataFolder();
  if (!folder) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".hl7"))
    .sort()
    .map((name) => ({ name: name.split("/").at(-1) ?? name, bytes: new Uint8Array(readFileSync(join(folder, name))) }));
}

export function realMessage(name: string): Uint8Array {
  const found = realMessages().find((message) => message.name === name);
  if (!found) throw new Error(`no real message ${name}`);
  return found.bytes;
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An imaging order of our own making, in the manner of IHE RAD-3; fields can be replaced by segment. */
export function madeOrder(
  change: { type?: string; version?: string; controlId?: string; segments?: Record<string, string> } = {},
): string {
  const type = change.type ?? "ORM^O01^ORM_O01";
  const segments: Record<string, string> = {
    MSH: `MSH|^~\\&|RIS|GENERAL|READROOM|HUB|20261124091400||${type}|${change.controlId ?? "MSG1"}|P|${change.version ?? "2.5.1"}`,
    PID: "PID|1||4711^^^GENERAL^MR~99^^^SSA^SS||Müller^Anna^Maria^^Dr^^L||19610509|F",
    PV1: "PV1|1|E|ED^12^1^GENERAL|||||^House^Gregory|||||||||||V100",
    ORC: "ORC|NW|P100|F100||SC||^^^20261124093000^^S||20261124091000|||77^Cuddy^Lisa^^^Dr||^WPN^PH^^1^555^1234567",
    OBR: "OBR|1|P100|F100|CTHEAD^CT Head without contrast^L|||||||||Sudden headache\\.br\\GCS 14||^^^T-D1100&Head&SRT|||A100||||||CT|||||||^Exclude haemorrhage",
    ZDS: "ZDS|1.2.3.4.5^100^Application^DICOM",
    ...change.segments,
  };
  return `${Object.values(segments)
    .filter((segment) => segment !== "")
    .join("\r")}\r`;
}
