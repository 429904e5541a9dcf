import {
  isStorageSopClass,
  MODALITY_PERFORMED_PROCEDURE_STEP,
  MODALITY_WORKLIST_FIND,
  PATIENT_ROOT_FIND,
  PATIENT_ROOT_GET,
  PATIENT_ROOT_MOVE,
  STORAGE_COMMITMENT,
  STUDY_ROOT_FIND,
  STUDY_ROOT_GET,
  STUDY_ROOT_MOVE,
  VERIFICATION,
} from "@readroom/shared/dicom/sop-classes.js";
import {
  EXPLICIT_VR_LITTLE_ENDIAN,
  IMPLICIT_VR_LITTLE_ENDIAN,
  transferSyntax,
} from "@readroom/shared/dicom/transfer-syntaxes.js";
import type { AssociateRequest, ContextResult, ProposedContext } from "./pdu.js";

export type Services = {
  readonly find: boolean;
  readonly move: boolean;
  readonly get: boolean;
  /** Modality Worklist, Modality Performed Procedure Step, and Storage Commitment Push Model; left out: not offered. */
  readonly worklist?: boolean;
  readonly step?: boolean;
  readonly commitment?: boolean;
};

const FIND = new Set([STUDY_ROOT_FIND, PATIENT_ROOT_FIND]);
const MOVE = new Set([STUDY_ROOT_MOVE, PATIENT_ROOT_MOVE]);
const GET = new Set([STUDY_ROOT_GET, PATIENT_ROOT_GET]);
const DATASET_SYNTAXES = [EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN];

/** Why the peer asked for an operation, as the association dispatches it. */
export type Service = "verification" | "store" | "find" | "worklist" | "move" | "get" | "step" | "commitment";

/** A presentation context as accepted. */
export type Context = { readonly abstractSyntax: string; readonly service: Service; readonly transferSyntax: string };

export function serviceOf(abstractSyntax: string): Service | undefined {
  if (abstractSyntax === VERIFICATION) return "verification";
  if (FIND.has(abstractSyntax)) return "find";
  if (abstractSyntax === MODALITY_WORKLIST_FIND) return "worklist";
  if (MOVE.has(abstractSyntax)) return "move";
  if (GET.has(abstractSyntax)) return "get";
  if (abstractSyntax === MODALITY_PERFORMED_PROCEDURE_STEP) return "step";
  if (abstractSyntax === STORAGE_COMMITMENT) return "commitment";
  return isStorageSopClass(abstractSyntax) ? "store" : undefined;
}

function offered(service: Service | undefined, services: Services): boolean {
  return service !== undefined && (service === "verification" || service === "store" || services[service] === true);
}

/**
 * Storage: the sender's first proposed transfer syntax that an object can be kept in, since that is the one it holds the object in;
 * preferring uncompressed would make it decompress first. Other services: the sender's first of the two that datasets are written in.
 */
function chooseSyntax(service: Service, context: ProposedContext): string | undefined {
  return service === "store"
    ? context.transferSyntaxes.find((uid) => transferSyntax(uid) !== undefined)
    : context.transferSyntaxes.find((uid) => DATASET_SYNTAXES.includes(uid));
}

/** The answer to each proposed presentation context (PS3.8 §9.3.3.2). */
export function negotiateContexts(request: AssociateRequest, services: Services): ContextResult[] {
  return request.contexts.map((context): ContextResult => {
    const service = serviceOf(context.abstractSyntax);
    if (service === undefined || !offered(service, services))
      return { id: context.id, result: "abstract syntax not supported" };
    const transferSyntax = chooseSyntax(service, context);
    return transferSyntax === undefined
      ? { id: context.id, result: "transfer syntaxes not supported" }
      : { id: context.id, result: "accepted", transferSyntax };
  });
}

/** Roles as accepted: storage both ways (C-GET needs the requestor as storage SCP), everything else as the default has it. */
export function negotiateRoles(request: AssociateRequest, services: Services): AssociateRequest["roles"] {
  return request.roles.map((role) => {
    const storage = serviceOf(role.sopClass) === "store";
    return { sopClass: role.sopClass, scu: role.scu, scp: role.scp && storage && services.get };
  });
}
