import { crc32 } from "node:zlib";
import { MEDIA_STORAGE_DIRECTORY } from "@readroom/shared/dicom/sop-classes.js";
import { transferSyntax } from "@readroom/shared/dicom/transfer-syntaxes.js";
import { DatasetReader, type Element } from "./parse/dataset.js";
import { encodeFileHead, META_BYTES, readFileHead } from "./parse/file-meta.js";
import { type ParsedInstance, parseInstance, Unreadable } from "./parse/instance.js";
import type { Announced, IncomingObject, IngestSource, Intake, IntakeOutcome } from "./ports.js";

/** What the bytes turned out to be, with everything filing needs. */
export type Received = {
  readonly file: IncomingObject;
  readonly source: IngestSource;
  readonly parsed: ParsedInstance;
  readonly size: number;
  /** Of the dataset alone: file meta differs by sender. `crc32:<hex>:<bytes>`. Equal ones are compared byte by byte before they count as the same. */
  readonly digest: string;
  readonly datasetOffset: number;
};

export type IntakeDeps = {
  createFile(): IncomingObject;
  file(received: Received): Promise<IntakeOutcome>;
  refused(source: IngestSource, outcome: Extract<IntakeOutcome, { kind: "refused" }>): Promise<void>;
  readonly implementationClassUid: string;
  readonly implementationVersion: string;
  readonly webRoot: string;
};

const HEAD_BYTES = 65_536;
const OUT_OF_RESOURCES = 0xa700;
const MISMATCH = 0xa900;

class Skipped extends Error {}

/**
 * One object while it arrives, from whatever door. Writes go straight to a temporary file; the first 64 KB are kept for the header.
 * What can't be filed is refused only at the end, since a sender must be let to finish its message.
 */
export class ObjectIntake implements Intake {
  readonly #file: IncomingObject;
  #head: Buffer[] = [];
  #headLength = 0;
  /** Bytes held until it is known what they are; undefined once they went into the file. */
  #undecided: Buffer[] | undefined = [];
  #undecidedLength = 0;
  #datasetOffset = 0;
  #transferSyntaxUid = "";
  #crc = 0;
  #problem: Error | undefined;
  #generatedHead = false;
  #ended = false;

  constructor(
    private readonly deps: IntakeDeps,
    private readonly source: IngestSource,
    private readonly announced: Announced | undefined,
    private readonly study: string | undefined = undefined,
  ) {
    this.#file = deps.createFile();
    if (announced !== undefined) this.#beginDataset(announced);
  }

  get queuedBytes(): number {
    return this.#file.queuedBytes;
  }

  whenBelow(level: number, callback: () => void): void {
    this.#file.whenBelow(level, callback);
  }

  write(piece: Buffer): void {
    if (this.#problem !== undefined || this.#ended) return;
    if (this.#undecided === undefined) {
      this.#crc = crc32(piece, this.#crc);
      this.#put(piece);
      return;
    }
    this.#undecided.push(piece);
    this.#undecidedLength += piece.length;
    if (this.#undecidedLength >= META_BYTES) this.#decide();
  }

  #put(piece: Buffer): void {
    if (this.#headLength < HEAD_BYTES) {
      this.#head.push(piece);
      this.#headLength += piece.length;
    }
    this.#file.write(piece);
  }

  /** A dataset without file meta information, as C-STORE sends it. */
  #beginDataset(of: Announced): void {
    this.#undecided = undefined;
    this.#transferSyntaxUid = of.transferSyntaxUid;
    this.#generatedHead = true;
    const head = encodeFileHead({
      ...of,
      implementationClassUid: this.deps.implementationClassUid,
      implementationVersion: this.deps.implementationVersion,
      ...(this.source.callingAe === undefined ? {} : { sourceAe: this.source.callingAe }),
    });
    this.#datasetOffset = head.length;
    this.#put(head);
  }

  /** A file, with or without preamble and meta: the dataset goes on unchanged, a missing head is made. */
  #decide(): void {
    const bytes = Buffer.concat(this.#undecided ?? []);
    const head = readFileHead(bytes);
    if (head.kind === "not-dicom") {
      this.#undecided = undefined;
      this.#problem = new Unreadable("not a DICOM file");
      return;
    }
    if (head.kind === "part10") {
      this.#undecided = undefined;
      if (head.sopClassUid === MEDIA_STORAGE_DIRECTORY) {
        this.#problem = new Skipped("directory of a medium");
        return;
      }
      this.#transferSyntaxUid = head.transferSyntaxUid;
      this.#datasetOffset = head.datasetOffset;
      this.#put(bytes);
      this.#crc = crc32(bytes.subarray(head.datasetOffset));
      return;
    }
    this.#beginDataset({ ...bareUids(bytes, head.transferSyntaxUid), transferSyntaxUid: head.transferSyntaxUid });
    this.#crc = crc32(bytes, this.#crc);
    this.#put(bytes);
  }

  async finish(): Promise<IntakeOutcome> {
    this.#ended = true;
    const outcome = await this.#finish().catch(async (error: unknown): Promise<IntakeOutcome> => {
      if (error instanceof Skipped) return { kind: "skipped", reason: error.message };
      if (error instanceof Unreadable)
        return { kind: "refused", status: error.status, reason: error.message, ...this.#announcedUids() };
      if (isOutOfSpace(error))
        return {
          kind: "refused",
          status: OUT_OF_RESOURCES,
          reason: "the archive's disk is full",
          ...this.#announcedUids(),
        };
      await this.#file.dispose({ keep: false });
      throw error;
    });
    // The sender's answer does not wait for a descriptor to close.
    void this.#file.dispose({ keep: outcome.kind === "stored" || outcome.kind === "conflict" });
    // A full disk is not the object's fault, and the queue could not be written either.
    if (outcome.kind === "refused" && outcome.status !== OUT_OF_RESOURCES)
      await this.deps.refused(this.source, outcome);
    return outcome;
  }

  #announcedUids(): { sopClassUid?: string; sopInstanceUid?: string } {
    const { announced } = this;
    return announced === undefined
      ? {}
      : { sopClassUid: announced.sopClassUid, sopInstanceUid: announced.sopInstanceUid };
  }

  async #finish(): Promise<IntakeOutcome> {
    if (this.#undecided !== undefined) this.#decide();
    if (this.#problem !== undefined) throw this.#problem;
    // Most objects can be filed: the disk syncs while the header is read.
    this.#file.seal();
    const head = this.#head.length === 1 ? (this.#head[0] as Buffer) : Buffer.concat(this.#head);
    this.#head = [];
    const parsed = await parseInstance({
      head,
      size: this.#file.size,
      datasetOffset: this.#datasetOffset,
      transferSyntaxUid: this.#transferSyntaxUid,
      webRoot: this.deps.webRoot,
      read: (offset, length) =>
        offset + length <= head.length
          ? Promise.resolve(head.subarray(offset, offset + length))
          : this.#file.read(offset, length),
    });
    this.#compareWithAnnounced(parsed);
    const datasetBytes = this.#file.size - this.#datasetOffset;
    const flagged =
      this.#generatedHead && this.announced === undefined
        ? { ...parsed, flags: [...parsed.flags, "file came without meta information"] }
        : parsed;
    return this.deps.file({
      file: this.#file,
      source: this.source,
      parsed: flagged,
      size: this.#file.size,
      digest: `crc32:${this.#crc.toString(16).padStart(8, "0")}:${datasetBytes}`,
      datasetOffset: this.#datasetOffset,
    });
  }

  /** What the command said and what the dataset says must agree (PS3.4 §B.2.3, A900): filing under either would be a guess. */
  #compareWithAnnounced(parsed: ParsedInstance): void {
    const { announced, study } = this;
    if (study !== undefined && parsed.studyInstanceUid !== study)
      throw new Unreadable("belongs to another study than the one addressed", MISMATCH);
    if (announced === undefined) return;
    if (announced.sopClassUid !== parsed.sopClassUid)
      throw new Unreadable("SOP class of the dataset differs from the command's", MISMATCH);
    if (announced.sopInstanceUid !== parsed.sopInstanceUid)
      throw new Unreadable("SOP instance of the dataset differs from the command's", MISMATCH);
  }

  abort(): void {
    this.#ended = true;
    this.#undecided = undefined;
    this.#head = [];
    void this.#file.dispose({ keep: false });
  }
}

function bareUids(bytes: Buffer, transferSyntaxUid: string): { sopClassUid: string; sopInstanceUid: string } {
  const syntax = transferSyntax(transferSyntaxUid);
  const partial = new Map<number, Element>();
  try {
    new DatasetReader(bytes).read(
      0,
      { explicit: syntax?.vr !== "implicit", bigEndian: syntax?.endian === "big" },
      partial,
    );
  } catch {
    // What was read up to the cut is what is asked for; a file whose UIDs are missing is refused by parseInstance with its reason.
  }
  const text = (tag: number) => {
    const element = partial.get(tag);
    return element === undefined
      ? ""
      : bytes.toString("latin1", element.offset, element.offset + element.length).replace(/[\0 ]+$/, "");
  };
  return { sopClassUid: text(0x00080016), sopInstanceUid: text(0x00080018) };
}

function isOutOfSpace(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG";
}
