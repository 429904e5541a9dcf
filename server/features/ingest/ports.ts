import type { Actor } from "@readroom/shared/domain/access.js";

/** What ingest and archive need of an object store. */
export type IncomingObject = {
  /** Never waits and never throws; trouble is told by `commit`. */
  write(piece: Buffer): void;
  readonly size: number;
  readonly queuedBytes: number;
  whenBelow(level: number, callback: () => void): void;
  /** Reads back what was written. Shorter at the end. */
  read(offset: number, length: number): Promise<Buffer>;
  /** No byte comes any more: the disk may begin while the header is read. */
  seal(): void;
  /** Takes the final path, not durable yet; "exists": another object has it already, nothing was changed. */
  place(path: string): Promise<"stored" | "exists">;
  /** Bytes and name are on the disk when it resolves. */
  durable(path: string): Promise<void>;
  /** place and durable. */
  commit(path: string): Promise<"stored" | "exists">;
  dispose(options?: { keep: boolean }): Promise<void>;
};

export type StoredObject = {
  readonly size: number;
  /** Exactly `length` bytes; RangeError where the object is shorter. */
  read(offset: number, length: number): Promise<Buffer>;
  stream(offset?: number, length?: number): AsyncIterable<Buffer>;
  close(): Promise<void>;
};

export type ObjectStore = {
  create(): IncomingObject;
  open(path: string): Promise<StoredObject>;
  list(under?: string): AsyncIterable<{ path: string; size: number; modifiedMs: number }>;
  freeBytes(): Promise<number>;
};

/** Where instances come from: decides the tenant, and who stands in the audit trail. */
export type IngestSource = {
  readonly organisationId: string;
  readonly siteId: string;
  readonly actor: Actor;
  /** "CT1@10.1.2.3", "stow:PACS bridge", "upload", "import": shown in the queue, kept on the instance. Never patient data. */
  readonly label: string;
  /** Sender's AE title, for Source Application Entity Title (0002,0016). */
  readonly callingAe?: string;
  readonly isDemo?: boolean;
  /**
   * The hub made the object itself of what it has (a signed report, its marks). Its study must be there; the object is served like any
   * other, but is no image that came: it raises no counts of the study, starts and ends nothing, and is told to nobody.
   */
  readonly madeHere?: boolean;
};

/** What a sender announced before the dataset came (C-STORE). */
export type Announced = {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
};

export type Filed = {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
};

export type IntakeOutcome =
  /** Durable and indexed. `flags`: oddities that people should know. */
  | ({ readonly kind: "stored"; readonly flags: readonly string[]; readonly studyId: string } & Filed)
  /** The same object, byte for byte, was there already. */
  | ({ readonly kind: "duplicate"; readonly studyId: string } & Filed)
  /** Another object has this SOP Instance UID: the first stays, this one is kept beside it and shown in the queue. */
  | ({ readonly kind: "conflict"; readonly studyId: string; readonly incidentId: string } & Filed)
  /** A medium's directory, not an object of a patient. */
  | { readonly kind: "skipped"; readonly reason: string }
  /** Not kept. `status` as C-STORE answers it (PS3.4 §B.2.3). */
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly reason: string;
      readonly sopClassUid?: string;
      readonly sopInstanceUid?: string;
    };

/** One object on its way in. */
export type Intake = {
  write(piece: Buffer): void;
  readonly queuedBytes: number;
  whenBelow(level: number, callback: () => void): void;
  finish(): Promise<IntakeOutcome>;
  abort(): void;
};
