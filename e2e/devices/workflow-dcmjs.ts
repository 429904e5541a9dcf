import { createRequire } from "node:module";
import type { Called } from "./modality.js";

/** Elements by keyword, as dcmjs names them; sequences are arrays. */
export type Elements = Readonly<Record<string, unknown>>;

interface Answer {
  getStatus(): number;
  getCommandDataset(): { getElement(keyword: string): unknown };
}
interface Request {
  setDataset(dataset: unknown): void;
  on(event: "response" | "done", listener: (response: Answer) => void): void;
}
interface EventReport {
  getEventTypeId(): number;
  getDataset(): { getElements(): Elements };
}
interface Scp {
  nEventReportRequest(request: EventReport, callback: (response: unknown) => void): void;
}

/** The part of dcmjs-dimse that is used; it ships CommonJS. */
interface Dimse {
  readonly Client: new () => {
    addRequest(request: Request): void;
    on(event: string, listener: (...args: never[]) => void): void;
    send(host: string, port: number, callingAe: string, calledAe: string, options?: object): void;
  };
  readonly Dataset: new (elements: Elements, transferSyntax?: string) => unknown;
  readonly Scp: new (socket: unknown, options: unknown) => Scp;
  readonly Server: new (
    scp: unknown,
  ) => { listen(port: number): void; close(): void; on(event: string, listener: (error: Error) => void): void };
  readonly requests: {
    readonly NCreateRequest: new (sopClass: string, instance: string) => Request;
    readonly NSetRequest: new (sopClass: string, instance: string) => Request;
    readonly NActionRequest: new (sopClass: string, instance: string, action: number) => Request;
  };
  readonly responses: {
    readonly NEventReportResponse: { fromRequest(request: EventReport): { setStatus(status: number): void } };
  };
  readonly association: unknown;
}

const dimse = createRequire(import.meta.url)("dcmjs-dimse") as Dimse;
const STEP = "1.2.840.10008.3.1.2.3.3";
const COMMITMENT = "1.2.840.10008.1.20.1";
const COMMITMENT_INSTANCE = "1.2.840.10008.1.20.1.1";

/** The hub's status to one request on an association of its own; -1 where there was none. */
function ask(called: Called, request: Request, elements: Elements): Promise<number> {
  request.setDataset(new dimse.Dataset(elements));
  return new Promise((resolve) => {
    let status = -1;
    const client = new dimse.Client();
    request.on("response", (response) => {
      status = response.getStatus();
    });
    client.addRequest(request);
    client.on("networkError", () => resolve(status));
    client.on("closed", () => resolve(status));
    client.send(called.host ?? "127.0.0.1", called.port, called.callingAe ?? "MODALITY", called.calledAe ?? "READROOM");
  });
}

/** What a modality says when an examination begins (PS3.4 F.7.2.1). */
export const createStep = (called: Called, uid: string, elements: Elements): Promise<number> =>
  ask(called, new dimse.requests.NCreateRequest(STEP, uid), elements);

/** … and when it ends or is broken off (F.7.2.2). */
export const setStep = (called: Called, uid: string, elements: Elements): Promise<number> =>
  ask(called, new dimse.requests.NSetRequest(STEP, uid), elements);

export const requestCommitment = (called: Called, elements: Elements): Promise<number> =>
  ask(called, new dimse.requests.NActionRequest(COMMITMENT, COMMITMENT_INSTANCE, 1), elements);

/** A sender that listens for the hub's commitment reports. `next` resolves with the coming one. */
export function listenForReports(port: number): {
  next(): Promise<{ type: number; elements: Elements }>;
  close(): void;
} {
  const got: { type: number; elements: Elements }[] = [];
  let wake: (() => void) | undefined;
  const constants = dimse as unknown as {
    constants: { Status: { Success: number }; PresentationContextResult: { Accept: number } };
  };
  const { Status, PresentationContextResult } = constants.constants;
  class Listener extends dimse.Scp {
    associationRequested(association: {
      getPresentationContexts(): { id: number }[];
      getPresentationContext(id: number): {
        getTransferSyntaxUids(): string[];
        setResult(result: number, syntax?: string): void;
      };
    }): void {
      for (const { id } of association.getPresentationContexts()) {
        const context = association.getPresentationContext(id);
        context.setResult(PresentationContextResult.Accept, context.getTransferSyntaxUids()[0]);
      }
      (this as unknown as { sendAssociationAccept(): void }).sendAssociationAccept();
    }
    override nEventReportRequest(request: EventReport, callback: (response: unknown) => void): void {
      got.push({ type: request.getEventTypeId(), elements: request.getDataset().getElements() });
      wake?.();
      const response = dimse.responses.NEventReportResponse.fromRequest(request);
      response.setStatus(Status.Success);
      callback(response);
    }
    associationReleaseRequested(): void {
      (this as unknown as { sendAssociationReleaseResponse(): void }).sendAssociationReleaseResponse();
    }
  }
  const server = new dimse.Server(Listener);
  server.on("networkError", () => undefined);
  server.listen(port);
  return {
    next: async () => {
      while (got.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return got.shift() as { type: number; elements: Elements };
    },
    close: () => server.close(),
  };
}
