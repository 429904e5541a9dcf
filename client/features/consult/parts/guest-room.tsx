import type { CriticalView, GuestView } from "@readroom/shared/contract/http/critical.js";
import { IconCircleCheck } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { refusalWords } from "../../../kernel/api";
import { useHubEvents } from "../../../kernel/socket";
import { PatientBanner } from "../../../ui/patient-banner";
import { toast } from "../../../ui/toast";
import classes from "../page.module.css";
import { guestRoom } from "../source";
import { clock } from "../use-act";
import { CallStrip } from "./call-strip";
import { ClinicianSide } from "./clinician-side";

// The viewer's code is large: the doorstep must not wait for it on a phone.
const LiveImage = lazy(() => import("./live-image"));

/** The room as a clinician has it on a phone: the live image, the voice, the finding, read back, acknowledge. */
export function GuestRoom({ first, autoJoin }: { first: GuestView; autoJoin: boolean }) {
  const client = useQueryClient();
  const { data: guest } = useQuery({ queryKey: ["guest"], queryFn: guestRoom, initialData: first, staleTime: 60_000 });
  useHubEvents((event) => {
    if (event.type.startsWith("critical.")) void client.invalidateQueries({ queryKey: ["guest"] });
  });
  const act = async (work: () => Promise<CriticalView>, done?: string): Promise<boolean> => {
    try {
      const critical = await work();
      client.setQueryData<GuestView>(["guest"], (was) => (was ? { ...was, critical } : was));
      if (done) toast.done(done);
      return true;
    } catch (thrown) {
      toast.refused(refusalWords(thrown));
      return false;
    }
  };

  return (
    <div className={classes.room}>
      <PatientBanner
        name={guest.patientName}
        birthDate={guest.patientBirthDate}
        sex={guest.patientSex}
        mrn={guest.patientMrn}
        facts={[guest.procedure, guest.hospital]}
      />
      <main className={classes.image} aria-label="Live images">
        <Suspense fallback={null}>
          <LiveImage studyId={guest.studyId} studyInstanceUid={guest.studyInstanceUid} />
        </Suspense>
      </main>
      <aside className={classes.sheet} aria-label="Call and finding">
        <CallStrip studyId={guest.studyId} size="phone" autoJoin={autoJoin} />
        {guest.critical ? <Finding critical={guest.critical} act={act} /> : null}
      </aside>
    </div>
  );
}

function Finding({
  critical,
  act,
}: {
  critical: CriticalView;
  act: (work: () => Promise<CriticalView>, done?: string) => Promise<boolean>;
}) {
  const acknowledged = critical.acknowledgedAt;
  return (
    <>
      <p className={classes.finding}>{critical.finding}</p>
      {critical.state === "closed" ? (
        <p className={classes.done}>
          <IconCircleCheck size={22} aria-hidden="true" />
          {acknowledged
            ? `Acknowledged at ${clock(acknowledged)}. It stands in the report.`
            : "The radiologist has withdrawn this finding."}
        </p>
      ) : (
        <ClinicianSide critical={critical} act={act} />
      )}
    </>
  );
}
