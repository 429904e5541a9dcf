/** What the DIMSE adapter asks of the hub. It knows the protocol only; who may send and what becomes of an object is decided behind these. */

/** A peer that was let in. `id` is opaque here; `label` goes into logs (AE title and address, never patient data). */
export type Peer<Source> = { readonly source: Source; readonly label: string };

export type PeerQuestion = { readonly calledAe: string; readonly callingAe: string; readonly address: string };

export type PeerAnswer<Source> =
  | { readonly ok: true; readonly peer: Peer<Source> }
  | { readonly ok: false; readonly refusal: "called AE title not recognized" | "calling AE title not recognized" };

export type StoreRequest = {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  readonly callingAe: string;
};

/** Status and Error Comment of a C-STORE-RSP (PS3.4 §B.2.3). */
export type StoreAnswer = { readonly status: number; readonly comment?: string };

/** Takes one dataset as it streams in. Nothing throws: trouble is remembered and told by `finish`. */
export type StoreSink = {
  write(piece: Buffer): void;
  /** Bytes taken but not yet handed to the disk. */
  readonly queuedBytes: number;
  /** Called once, when `queuedBytes` has fallen below `level`. */
  whenBelow(level: number, callback: () => void): void;
  /** Resolves when the object is durable and indexed, or with the reason why not. */
  finish(): Promise<StoreAnswer>;
  /** The association ended in the middle: leave nothing behind. */
  abort(): void;
};

/** One match of a C-FIND as an encoded identifier; `unsupportedKeys` makes it FF01 instead of FF00. */
export type FindMatch = { readonly identifier: Buffer; readonly unsupportedKeys?: boolean };

export type FindRequest = {
  readonly sopClassUid: string;
  readonly transferSyntaxUid: string;
  readonly identifier: Buffer;
  readonly cancelled: () => boolean;
};

/** An object to be sent by C-MOVE or C-GET, exactly as stored. */
export type RetrievedObject = {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  /** The dataset without preamble and file meta. */
  read(): AsyncIterable<Buffer>;
};

export type RetrieveRequest = Omit<FindRequest, "cancelled">;

/** N-CREATE or N-SET of a Modality Performed Procedure Step (PS3.4 F.7.2). sopInstanceUid "" where the modality leaves it to us. */
export type StepRequest = {
  readonly verb: "create" | "set";
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  readonly dataset: Buffer;
  readonly callingAe: string;
};
/** errorId: (0000,0903), e.g. A710 for a step that may no longer be changed. */
export type StepAnswer = {
  readonly status: number;
  readonly comment?: string;
  readonly errorId?: number;
  readonly sopInstanceUid?: string;
};

export type CommitmentRequest = {
  readonly actionTypeId: number;
  readonly transferSyntaxUid: string;
  readonly dataset: Buffer;
  readonly callingAe: string;
};
/**
 * Answer to N-ACTION. report: what goes out on the same association right after it, in the request's transfer syntax; without one the report
 * follows on an association of ours. reported: told how the peer answered, null where the line was gone.
 */
export type CommitmentAnswer = {
  readonly status: number;
  readonly comment?: string;
  readonly report?: {
    readonly eventTypeId: number;
    readonly dataset: Buffer;
    reported(status: number | null): Promise<void>;
  };
};

export class DimseFailure extends Error {
  constructor(
    readonly status: number,
    comment: string,
  ) {
    super(comment);
  }
}

export type DimsePorts<Source> = {
  resolvePeer(question: PeerQuestion): Promise<PeerAnswer<Source>>;
  store(peer: Peer<Source>, request: StoreRequest): StoreSink;
  /** Absent: the service is not offered and its contexts are refused. Throws {@link DimseFailure} for an identifier it can't take. */
  find?(peer: Peer<Source>, request: FindRequest): AsyncIterable<FindMatch>;
  /** The same for the Modality Worklist Information Model (PS3.4 Annex K). */
  worklist?(peer: Peer<Source>, request: FindRequest): AsyncIterable<FindMatch>;
  retrieve?(peer: Peer<Source>, request: RetrieveRequest): Promise<RetrievedObject[]>;
  /** Where an AE title that C-MOVE names is reached; undefined: unknown to this peer's site (A801). */
  destination?(peer: Peer<Source>, aeTitle: string): Promise<{ host: string; port: number } | undefined>;
  performed?(peer: Peer<Source>, request: StepRequest): Promise<StepAnswer>;
  commit?(peer: Peer<Source>, request: CommitmentRequest): Promise<CommitmentAnswer>;
  log: {
    info(fields: Record<string, unknown>, message: string): void;
    warn(fields: Record<string, unknown>, message: string): void;
  };
};
