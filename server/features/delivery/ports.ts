export type SendOutcome =
  /** No byte of the message left: safe to try again. */
  | { readonly kind: "not_sent"; readonly reason: string }
  | { readonly kind: "replied"; readonly reply: Uint8Array }
  /** Bytes left, no whole reply came: the receiver may have it. */
  | { readonly kind: "ambiguous"; readonly reason: string };

/**
 * Carries one result message to a receiver; adapters/hl7 has MLLP. Never rejects. `leaving` is called when the connection stands; only
 * once it has resolved does a byte of the message leave, and none does where it rejects.
 */
export interface ResultTransport {
  send(
    destination: { readonly host: string; readonly port: number },
    message: Uint8Array,
    leaving: () => Promise<void>,
  ): Promise<SendOutcome>;
}

/** A reply as its MSA and ERR segments say it. */
export type Acknowledgement =
  | {
      readonly kind: "acknowledgement";
      readonly code: "AA" | "AE" | "AR" | "CA" | "CE" | "CR";
      readonly controlId: string;
      readonly condition: number | null;
      readonly text: string;
    }
  | { readonly kind: "unreadable"; readonly text: string };

export interface ResultPerson {
  /** DICOM order: Family^Given^Middle^Prefix^Suffix (PS3.5 §6.2.1). */
  readonly name: string;
  readonly id: string;
}

export interface ResultObservation {
  readonly key: string;
  readonly title: string;
  readonly loinc: string;
  readonly text: string;
}

export interface ResultConcept {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

/** A field of a structured template that carries codes: its own, or those of what was chosen. */
export interface ResultField {
  readonly key: string;
  readonly label: string;
  readonly code: ResultConcept | null;
  readonly value:
    | {
        readonly kind: "choices";
        readonly answers: readonly { readonly text: string; readonly code: ResultConcept | null }[];
      }
    | { readonly kind: "number"; readonly text: string; readonly unit: string }
    | { readonly kind: "date" | "text"; readonly text: string };
}

export interface ResultCommunication {
  readonly category: string;
  readonly finding: string;
  readonly person: string;
  readonly at: number;
  readonly via: string;
  readonly readBack: string;
  readonly acknowledgedAt: number | null;
}

/** Everything an ORU^R01 says, as plain values; times in milliseconds since 1970. */
export interface ResultMessage {
  readonly controlId: string;
  readonly createdAt: number;
  readonly hl7Version: string;
  readonly timeZone: string;
  readonly receivingApplication: string;
  readonly receivingFacility: string;
  readonly sendingFacility: string;
  /** "P" production, "T" training. */
  readonly processingId: "P" | "T";
  readonly patient: {
    readonly mrn: string;
    readonly issuer: string;
    readonly name: {
      readonly alphabetic: string;
      readonly ideographic?: string | undefined;
      readonly phonetic?: string | undefined;
    };
    readonly birthDate: string | null;
    readonly sex: string | null;
  };
  readonly visit: {
    readonly patientClass: string;
    readonly location: string;
    readonly referring: string;
    readonly number: string;
  };
  readonly order: {
    readonly placer: string;
    readonly filler: string;
    readonly accession: string;
    readonly procedureCode: string;
    readonly procedureText: string;
    readonly procedureCodingSystem: string;
    readonly modality: string;
    readonly reason: string;
  };
  readonly study: { readonly uid: string; readonly at: number | null };
  readonly report: {
    readonly kind: "preliminary" | "final" | "addendum" | "corrected";
    readonly version: number;
    readonly signedAt: number;
    readonly signer: ResultPerson;
    readonly sections: readonly ResultObservation[];
    /** Of this version alone. */
    readonly fields: readonly ResultField[];
    readonly communications: readonly ResultCommunication[];
    /** For an addendum: the sections of the report that it adds to, sent again as they stand. */
    readonly previousSections: readonly ResultObservation[];
  };
  readonly pdf: Uint8Array | null;
}

/** Writes and reads result messages; adapters/hl7 has HL7 v2. Pure. */
export interface ResultCodec {
  render(message: ResultMessage): Uint8Array;
  acknowledgement(reply: Uint8Array): Acknowledgement;
}

/** Puts a file where a site fetches its results; durable when it returns. The same file again replaces itself. */
export interface ResultFolder {
  put(siteCode: string, fileName: string, bytes: Uint8Array): Promise<void>;
}

export interface DeliveryPorts {
  readonly transport: ResultTransport;
  readonly codec: ResultCodec;
  readonly folder: ResultFolder;
}
