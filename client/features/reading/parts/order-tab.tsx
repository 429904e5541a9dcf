import type { OrderView, StudyDetail } from "@readroom/shared/contract/http/worklist.js";
import { IconFileUnknown } from "@tabler/icons-react";
import { dateTime } from "../../../ui/format";
import { EmptyState } from "../../../ui/states";
import { Facts } from "./facts";
import classes from "./panels.module.css";

const PLACES: Record<string, string> = { E: "Emergency", I: "Inpatient", O: "Outpatient" };

/** What was asked, by whom, and how to reach them. */
export function OrderTab({ detail }: { detail: StudyDetail }) {
  const { order, row } = detail;
  if (!order) {
    return (
      <EmptyState icon={<IconFileUnknown size={28} stroke={1.4} />} title="No order is matched to these images">
        {row.match.reason || "The clinical question is not known."} It can be matched or confirmed from the worklist.
      </EmptyState>
    );
  }
  return (
    <div className={classes.panel}>
      <h3 className={classes.heading}>Clinical question</h3>
      <p className={classes.question}>{order.clinicalQuestion || "None was sent."}</p>
      <Facts facts={factsOf(order, row)} />
    </div>
  );
}

function factsOf(order: OrderView, row: StudyDetail["row"]): [string, string][] {
  const zone = row.site.timeZone;
  return [
    ["Referring", [order.referringName, order.referringPhone].filter(Boolean).join(" · ")],
    ["Where", [PLACES[order.patientClass] ?? order.patientClass, order.patientLocation].filter(Boolean).join(" · ")],
    ["Procedure", [order.procedure, order.procedureCode, order.laterality].filter(Boolean).join(" · ")],
    ["Priority", order.priority],
    ["Ordered", dateTime(order.orderedAt, zone)],
    ["Scheduled", order.scheduledAt ? dateTime(order.scheduledAt, zone) : ""],
    ["Accession", order.accessionNumber],
    ["Hospital", `${row.hospital.name} · ${row.site.name}`],
  ];
}
