import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { ReportView, SignedReport } from "@readroom/shared/contract/http/report.js";
import { hashesOf } from "@readroom/shared/crdt/report.js";
import { isSecondReading, type SignKind } from "@readroom/shared/domain/report.js";
import type { Mend, SignCheck } from "@readroom/shared/domain/report-checks/checks.js";
import { useState } from "react";
import { z } from "zod";
import { asHubError, type HubError } from "../../../kernel/api";
import type { RoomProvider } from "../../../kernel/room/provider";
import { useRoomState } from "../../../kernel/room/use-room";
import { useSignedIn } from "../../../kernel/session";
import { age, dateOnly, personName } from "../../../ui/format";
import { useNow } from "../../../ui/now";
import { toast } from "../../../ui/toast";
import type { MeasurementSource } from "../editor/measurement";
import classes from "../report.module.css";
import { useSign } from "../use-report";
import { toSign, useToSign } from "../use-signing";
import { CheckList } from "./check-list";
import { Difference } from "./difference";
import { type Grading, SecondReading } from "./grading";
import { SavedMark } from "./saved-mark";
import { StepUp } from "./step-up";

const WORDS: Record<SignKind, string> = {
  preliminary: "Sign preliminary",
  final: "Sign final",
  addendum: "Sign addendum",
  corrected: "Sign correction",
};
const Unconfirmed = z.array(z.custom<SignCheck>((check) => z.object({ code: z.string() }).safeParse(check).success));

export interface SignPanelProps {
  readonly report: ReportView;
  readonly room: RoomProvider;
  readonly source: MeasurementSource;
  /** Fencing token of the person's claim on the study. */
  readonly fence: number;
  /** How many images the study had when this person opened it. */
  readonly imagesSeen: number;
  readonly onClose: () => void;
  readonly onSigned: (signed: SignedReport) => void;
  /** Takes the reader to what mends a point; the panel closes. */
  readonly onMend: (mend: Mend) => void;
}

/**
 * The patient, the checks before a signature, the signature, and what the hub says to it. What is signed is what the screen shows, by
 * its hash, for the patient that the screen shows.
 */
export function SignPanel({ report, room, source, fence, imagesSeen, onClose, onSigned, onMend }: SignPanelProps) {
  const { saved } = useRoomState(room);
  const { user } = useSignedIn();
  const now = useToSign(room, source, report, imagesSeen);
  const sign = useSign(report.studyId);
  const [fromHub, setFromHub] = useState<readonly SignCheck[]>([]);
  const [confirmed, setConfirmed] = useState<readonly string[]>([]);
  const [grading, setGrading] = useState<Grading>({ grade: null, note: "" });
  const [problem, setProblem] = useState<HubError | null>(null);
  const [asking, setAsking] = useState<SignKind | null>(null);
  const previous = report.versions[0] ?? null;
  const second = isSecondReading(previous, user.id, "final") && report.draft?.kind === "report";
  const standing = report.versions.find(({ kind }) => kind === "final" || kind === "corrected");
  const { patient } = report.facts;

  const attempt = async (kind: SignKind): Promise<void> => {
    const signed = toSign(room, source, report, imagesSeen);
    if (!signed) return;
    setProblem(null);
    try {
      const { grade, note } = grading;
      const answer = await sign.mutateAsync({
        kind,
        ...hashesOf(signed.content),
        fence,
        confirm: [...confirmed],
        patient: patient.identity,
        imagesSeen,
        ...(second && kind === "final" && grade ? { review: { grade, note } } : {}),
      });
      toast.done(`Version ${answer.version} is signed and on its way.`, `Signed ${answer.kind}`);
      onSigned(answer);
    } catch (thrown) {
      const error = asHubError(thrown);
      const unconfirmed = Unconfirmed.safeParse(error.detail.unconfirmed);
      if (error.code === "step_up_required") setAsking(kind);
      else {
        if (unconfirmed.success) setFromHub(unconfirmed.data);
        setProblem(error);
      }
    }
  };
  const here = now?.checks ?? [];
  // The hub's own list counts where it knows more; what is mended here in the meantime is asked of it again on the next try.
  const checks = [...here, ...fromHub.filter((one) => !here.some(({ code }) => code === one.code))];
  const open =
    here.some((check) => check.blocking) || checks.some((one) => !one.blocking && !confirmed.includes(one.code));
  const may = (kind: SignKind): boolean =>
    saved.state === "saved" && !open && !(second && kind === "final" && grading.grade === null);

  return (
    <Modal opened onClose={onClose} title="Sign the report" size="lg" closeButtonProps={{ "aria-label": "Close" }}>
      <Stack gap="sm">
        <Patient patient={patient} />
        {problem ? (
          <Alert color="red" title={problem.message} role="alert">
            {problem.action}
          </Alert>
        ) : null}
        <CheckList
          checks={checks}
          confirmed={confirmed}
          onConfirm={(code, on) =>
            setConfirmed((codes) => (on ? [...codes, code] : codes.filter((one) => one !== code)))
          }
          onMend={onMend}
        />
        {second && previous && now ? (
          <SecondReading before={previous} after={now.content} grading={grading} onChange={setGrading} />
        ) : null}
        {report.draft?.kind === "corrected" && standing && now ? (
          <section className={classes.second} aria-label="What is corrected">
            <h3>Changed since version {standing.version}</h3>
            <Difference before={standing.content} after={now.content} />
          </section>
        ) : null}
        <Group gap="xs" justify="space-between">
          <SavedMark saved={saved} />
          <span className={classes.hash} title={now?.hash ?? ""}>
            {now ? `text ${now.hash.slice(0, 8)}` : ""}
          </span>
        </Group>
        <Group justify="flex-end" gap="sm">
          {(report.draft?.signAs ?? []).map((kind, index, kinds) => (
            <Button
              key={kind}
              size="sm"
              variant={index === kinds.length - 1 ? "filled" : "default"}
              loading={sign.isPending}
              disabled={!may(kind)}
              data-autofocus={index === kinds.length - 1 ? true : undefined}
              onClick={() => void attempt(kind)}
            >
              {WORDS[kind]}
            </Button>
          ))}
        </Group>
        {report.draft && report.draft.signAs.length === 0 ? (
          <Text size="sm">{report.draft.whyNot ?? "Your role does not sign this report."}</Text>
        ) : null}
      </Stack>
      {asking ? (
        <StepUp
          onClose={() => setAsking(null)}
          onConfirmed={() => {
            const kind = asking;
            setAsking(null);
            void attempt(kind);
          }}
        />
      ) : null}
    </Modal>
  );
}

/** Whose report this is; the signature says that this was on screen. */
function Patient({ patient }: { patient: ReportView["facts"]["patient"] }) {
  const now = useNow();
  const { birthDate, sex, mrn } = patient;
  return (
    <p className={classes.patient}>
      <span>For</span>
      <strong>{personName(patient.name)}</strong>
      <span className="rr-num">{[age(birthDate, now), sex].filter(Boolean).join(" ")}</span>
      {birthDate ? <span className="rr-num">born {dateOnly(birthDate)}</span> : null}
      <span className="rr-num">MRN {mrn || "none"}</span>
    </p>
  );
}
