import type { ResultCodec } from "../../features/delivery/ports.js";
import type { Hl7Engine } from "../../features/orders/ports.js";
import { acknowledge } from "./acknowledge.js";
import { decodeMessage } from "./charset.js";
import { readHeader } from "./header.js";
import { interpret } from "./interpret.js";
import { renderOru } from "./oru.js";
import { readAcknowledgement } from "./reply.js";

/** The HL7 v2 engine that the orders feature is given by the composition root. */
export const hl7Engine: Hl7Engine = {
  header: readHeader,
  interpret,
  acknowledge,
  toLines: (raw) =>
    decodeMessage(raw)
      .text.split(/[\r\n]+/)
      .filter((line) => line !== ""),
};

/** The result codec that the delivery feature is given. */
export const hl7ResultCodec: ResultCodec = { render: renderOru, acknowledgement: readAcknowledgement };
