import { transferSyntax } from "@readroom/shared/dicom/transfer-syntaxes.js";
import { DatasetReader, type Element, NeedMoreBytes, NotADataset } from "./dataset.js";
import { type DicomJson, toDicomJson } from "./dicom-json.js";

/** A dataset that came with a command, as DICOM JSON. What can't be read is left out. */
export async function parseIdentifier(bytes: Buffer, transferSyntaxUid: string): Promise<DicomJson> {
  return (await readIdentifier(bytes, transferSyntaxUid)).json;
}

/** The same; whole: it could be read to its end. What is left out of a query would narrow it: without it, everything would be found. */
export async function readIdentifier(
  bytes: Buffer,
  transferSyntaxUid: string,
): Promise<{ readonly json: DicomJson; readonly whole: boolean }> {
  const encoding = { explicit: transferSyntax(transferSyntaxUid)?.vr !== "implicit", bigEndian: false };
  const partial = new Map<number, Element>();
  let whole = true;
  try {
    new DatasetReader(bytes).read(0, encoding, partial);
  } catch (error) {
    if (!(error instanceof NeedMoreBytes) && !(error instanceof NotADataset)) throw error;
    whole = false;
  }
  return { json: toDicomJson(partial, bytes, encoding, "").json, whole };
}
