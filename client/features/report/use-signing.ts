import type { ReportView } from "@readroom/shared/contract/http/report.js";
import {
  DELETED_MEASUREMENT,
  hashesOf,
  type ReportContent,
  readReportSpec,
  renderReport,
} from "@readroom/shared/crdt/report.js";
import { type SignCheck, signChecks } from "@readroom/shared/domain/report-checks/checks.js";
import { useEffect, useState } from "react";
import type { RoomProvider } from "../../kernel/room/provider";
import type { MeasurementSource } from "./editor/measurement";

/** What would be signed at this moment, by the hub's own rules. */
export interface ToSign {
  readonly content: ReportContent;
  readonly hash: string;
  readonly checks: readonly SignCheck[];
}

/** What is on the screen as it would be signed, and what stands against it; null while the document has not arrived. */
export function toSign(
  room: RoomProvider,
  source: MeasurementSource,
  report: ReportView,
  imagesSeen: number,
): ToSign | null {
  const spec = readReportSpec(room.doc);
  if (!spec) return null;
  const { content, open } = renderReport(room.doc, spec, source.text, report.communications);
  const { facts } = report;
  const checks = signChecks({
    sections: spec.sections.map((section) => ({
      ...section,
      text: content.sections.find(({ key }) => key === section.key)?.text ?? "",
    })),
    emptyFields: open.emptyFields,
    openSuggestions: open.openSuggestions,
    deletedMeasurements: content.measurements.filter(({ text }) => text === DELETED_MEASUREMENT).length,
    criticalOpen: facts.criticalOpen,
    criticalRaised: facts.criticalRaised,
    imagesArriving: facts.imagesArriving,
    lateImages: Math.max(0, facts.instances - imagesSeen),
    matched: facts.matched,
    order: facts.order,
    sex: facts.patient.sex,
  });
  return { content, hash: hashesOf(content).hash, checks };
}

/** `toSign`, a moment after each change of the text, the measurements or what the hub knows. */
export function useToSign(
  room: RoomProvider,
  source: MeasurementSource,
  report: ReportView,
  imagesSeen: number,
): ToSign | null {
  const [now, setNow] = useState<ToSign | null>(null);
  const { epoch } = room.snapshot();
  // biome-ignore lint/correctness/useExhaustiveDependencies: epoch: the document was made anew
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const compute = (): void => {
      timer = undefined;
      setNow(toSign(room, source, report, imagesSeen));
    };
    const later = (): void => {
      timer ??= setTimeout(compute, 250);
    };
    compute();
    const { doc } = room;
    doc.on("update", later);
    const stop = source.subscribe(later);
    return () => {
      clearTimeout(timer);
      doc.off("update", later);
      stop();
    };
  }, [room, source, report, imagesSeen, epoch]);
  return now;
}
