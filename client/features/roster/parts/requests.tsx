import type { RequestView } from "@readroom/shared/contract/http/roster.js";
import { spanInWords } from "@readroom/shared/domain/roster/zone.js";
import { List } from "../../../ui/list";
import { Panel } from "../../../ui/page";

/** Requests for cover and swaps that wait for a colleague's answer; an operator sees them and may assign the shift. */
export function Requests({ requests }: { requests: readonly RequestView[] }) {
  if (requests.length === 0) return null;
  return (
    <Panel title={`Waiting for cover or a swap: ${requests.length}`} flush>
      <List
        label="Requests for cover"
        loaded={{ data: requests, error: null, refetch: () => undefined }}
        rowId={(one) => one.id}
        columns={[
          { header: "Who asks", render: (one) => one.fromName },
          { header: "Shift", wide: true, render: (one) => spanInWords(one.shift, one.shift.timeZone) },
          { header: "Asked", render: (one) => one.toName ?? "anybody" },
          { header: "For", render: (one) => (one.other ? spanInWords(one.other, one.other.timeZone) : "cover") },
          { header: "Note", render: (one) => one.note || "–" },
        ]}
        empty={null}
      />
    </Panel>
  );
}
