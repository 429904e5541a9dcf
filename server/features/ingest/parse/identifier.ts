import { transferSyntax } from "@readroom/shared/dicom/transfer-syntaxes.js";
import { DatasetReader, type Element, NeedMoreBytes, NotADataset } from "./dataset.js";
import { type DicomJson, toDicomJson } from "./dicom-json.js";

/** A dataset that came with a query, as DICOM JSON. What can't be read is left out. */
export async function parseIdentifier(bytes: Buffer, transferSyntaxUid: string): Promise<DicomJson> {
  const encoding = { explicit: transferSyntax(transferSyntaxUid)?.vr !== "implicit", bigEndian: false };
  const partial = new Map<number, Element>();
  try {
    new DatasetReader(bytes).read(0, encoding, partial);
  } catch (error) {
    if (!(error instanceof NeedMoreBytes) && !(error instanceof NotADataset)) throw error;
  }
  return toDicomJson(partial, bytes, encoding, "").json;
}
