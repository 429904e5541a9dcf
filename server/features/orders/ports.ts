import type { Result } from "@readroom/shared/kernel/result.js";

/** HL7 table 0357 (message error condition codes), those that orders and their carrier use. */
export type ErrorCondition = 0 | 100 | 101 | 102 | 103 | 200 | 201 | 202 | 203 | 204 | 205 | 206 | 207;

/** Why a message was not taken, or taken with a remark: the ERR segment in words (HL7 v2.5.1 §2.15.5). */
export interface MessageProblem {
  readonly condition: ErrorCondition;
  /** "PID^1^3": segment, its sequence, field (ERR-2); "" where no place can be named. */
  readonly location: string;
  /** One sentence for the person who runs the sending interface. Holds no patient data: it is logged. */
  readonly text: string;
}

/** Who sent which message: the MSH segment (HL7 v2.5.1 §2.15.9). */
export interface MessageHeader {
  readonly sendingApplication: string;
  readonly sendingFacility: string;
  /** All identifying parts of MSH-3 and MSH-4 (namespace, universal id), for finding the site. */
  readonly facilityNames: readonly string[];
  readonly controlId: string;
  /** "ORM^O01". */
  readonly messageType: string;
  readonly version: string;
  readonly processingId: string;
  /** MSH-15 and MSH-16: both empty means original mode (HL7 v2.5.1 §2.9.2). */
  readonly acceptAck: string;
  readonly applicationAck: string;
  /** SHA-256 of the message without MSH-7: a resend that only carries a new time stamp is the same message. */
  readonly digest: string;
}

export interface PatientName {
  readonly alphabetic: string;
  readonly ideographic?: string;
  readonly phonetic?: string;
}

export interface PatientIdentifier {
  readonly mrn: string;
  readonly issuer: string;
}

export interface PatientFacts extends PatientIdentifier {
  readonly name: PatientName;
  /** YYYY, YYYYMM or YYYYMMDD as far as it is known. */
  readonly birthDate: string | null;
  readonly sex: "M" | "F" | "O" | null;
  /** Every other identifier of PID-3, kept for later look-up. */
  readonly otherIds: readonly { readonly id: string; readonly issuer: string; readonly type: string }[];
}

export type OrderPriority = "stat" | "urgent" | "routine";

/** What an order asks for, by plain names. "" : the message does not say. */
export interface OrderContent {
  readonly accessionNumber: string;
  /** Where the accession number was found, e.g. "OBR-18": shown beside it. */
  readonly accessionFrom: string;
  readonly placerOrderNumber: string;
  readonly fillerOrderNumber: string;
  readonly procedureCode: string;
  readonly procedureCodingSystem: string;
  readonly procedureText: string;
  readonly modality: string;
  readonly bodyPart: string;
  readonly laterality: string;
  readonly priority: OrderPriority | "";
  readonly patientClass: string;
  readonly patientLocation: string;
  readonly clinicalQuestion: string;
  readonly studyInstanceUid: string;
  readonly referringName: string;
  /** The ordering physician's number at the hospital (XCN.1); it goes with the name. */
  readonly referringNumber: string;
  readonly referringPhone: string;
  readonly visitNumber: string;
  /** Milliseconds since 1970, or null. */
  readonly scheduledAt: number | null;
  readonly orderedAt: number | null;
  /** Segments that came with the order and have no field of their own (weight, allergies, diagnoses), as label and text. */
  readonly remarks: readonly { readonly label: string; readonly text: string }[];
  /** Fields that the sender explicitly deleted (HL7 null): a change clears them. */
  readonly cleared: readonly string[];
}

/** ORC-1 (HL7 table 0119) as what is to be done. */
export type OrderControl =
  | { readonly kind: "new" }
  | { readonly kind: "change" }
  | { readonly kind: "cancel"; readonly reason: "cancelled" | "discontinued" | "replaced" }
  | { readonly kind: "status"; readonly state: "scheduled" | "in_progress" | "completed" | "cancelled" }
  | { readonly kind: "hold"; readonly held: boolean };

export interface OrderGroup {
  /** Position in the message from 1, for error texts and locations. */
  readonly position: number;
  readonly control: OrderControl;
  readonly content: OrderContent;
}

export type Interpreted =
  | {
      readonly kind: "orders";
      readonly patient: PatientFacts;
      readonly groups: readonly OrderGroup[];
      readonly warnings: readonly string[];
    }
  | { readonly kind: "patient_update"; readonly patient: PatientFacts; readonly warnings: readonly string[] }
  | {
      readonly kind: "patient_merge";
      readonly patient: PatientFacts;
      readonly prior: PatientIdentifier;
      readonly warnings: readonly string[];
    }
  /** Understood, and not acceptable: AE. */
  | { readonly kind: "unacceptable"; readonly problem: MessageProblem }
  /** A kind of message that this listener does not take: AR. */
  | { readonly kind: "unsupported"; readonly problem: MessageProblem };

/** How one site's sender writes its orders. */
export interface SenderProfile {
  readonly patientIdIssuer: string;
  /** IANA zone of times that carry no offset. */
  readonly timeZone: string;
  /** Field to read the accession number from first; null: by the IHE profile of the message type. */
  readonly accessionFrom: "OBR-18" | "OBR-3" | "OBR-2" | "IPC-1" | null;
}

/** What is answered, before it is known in which of the acknowledgement modes. */
export type Answer =
  | { readonly verdict: "accept"; readonly problem: MessageProblem | null }
  | { readonly verdict: "error"; readonly problem: MessageProblem }
  | { readonly verdict: "reject"; readonly problem: MessageProblem };

/** The HL7 v2 engine that orders talk through; adapters/hl7 has it. Pure: no clock, no I/O. */
export interface Hl7Engine {
  /** The header, or why the bytes are no message at all (answered AR). */
  header(raw: Uint8Array): Result<MessageHeader, MessageProblem>;
  interpret(raw: Uint8Array, profile: SenderProfile): Interpreted;
  /**
   * Replies to a message in the mode that its header asks for: none, one, or (enhanced mode, both asked for) two.
   * `raw` may be unparseable: then a bare AR is made.
   */
  acknowledge(raw: Uint8Array, answer: Answer, at: number, replyId: string): Uint8Array[];
  /** The message as readable lines for the message log. */
  toLines(raw: Uint8Array): string[];
}
