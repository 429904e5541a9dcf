import { createHash, randomUUID } from "node:crypto";

/** Hashes, never UIDs, are path parts: a UID is text from outside, and hashes spread directories evenly. */
const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);

/**
 * Path of an instance: hospital / study / instance. No series level: the index knows an instance by (study, SOP Instance UID), and with
 * the path made of the same two the file system itself decides which of two concurrent senders was first.
 */
export function instancePath(organisationId: string, studyInstanceUid: string, sopInstanceUid: string): string {
  const study = hash(studyInstanceUid);
  return `${organisationId}/${study.slice(0, 2)}/${study}/${hash(sopInstanceUid)}.dcm`;
}

/** Path of an object whose SOP Instance UID was taken by another one: kept for a person to decide. */
export function conflictPath(organisationId: string, sopInstanceUid: string): string {
  return `${organisationId}/conflicts/${hash(sopInstanceUid)}-${randomUUID()}.dcm`;
}

export function isConflictPath(path: string): boolean {
  return path.split("/")[1] === "conflicts";
}

export function organisationOf(path: string): string {
  return path.split("/")[0] ?? "";
}
