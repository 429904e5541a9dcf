import { Alert, Button, Checkbox, Group, Modal, Stack, Text } from "@mantine/core";
import type { ReportView, SignedReport } from "@readroom/shared/contract/http/report.js";
import { hashesOf } from "@readroom/shared/crdt/report.js";
import type { SignKind, SignWarning } from "@readroom/shared/domain/report.js";
import { useState } from "react";
import { z } from "zod";
import { asHubError, type HubError } from "../../../kernel/api";
import type { RoomProvider } from "../../../kernel/room/provider";
import { useRoomState } from "../../../kernel/room/use-room";
import { toast } from "../../../ui/toast";
import type { MeasurementSource } from "../editor/measurement";
import classes from "../report.module.css";
import { contentOf, useContentHash, useSign } from "../use-report";
import { SavedMark } from "./saved-mark";
import { StepUp } from "./step-up";

const WORDS: Record<SignKind, string> = {
  preliminary: "Sign preliminary",
  final: "Sign final",
  addendum: "Sign addendum",
  corrected: "Sign correction",
};
const Unconfirmed = z.array(z.object({ code: z.string(), message: z.string() }));

export interface SignPanelProps {
  readonly report: ReportView;
  readonly room: RoomProvider;
  readonly source: MeasurementSource;
  /** Fencing token of the person's claim on the study. */
  readonly fence: number;
  readonly onClose: () => void;
  readonly onSigned: (signed: SignedReport) => void;
}

/** The checks before a signature, the signature, and what the hub says to it. What is signed is what the screen shows, by its hash. */
export function SignPanel({ report, room, source, fence, onClose, onSigned }: SignPanelProps) {
  const { saved } = useRoomState(room);
  const hash = useContentHash(room, source, report.communications);
  const sign = useSign(report.studyId);
  const [warnings, setWarnings] = useState<readonly SignWarning[]>([]);
  const [confirmed, setConfirmed] = useState<readonly string[]>([]);
  const [problem, setProblem] = useState<HubError | null>(null);
  const [asking, setAsking] = useState<SignKind | null>(null);

  const attempt = async (kind: SignKind): Promise<void> => {
    const content = contentOf(room, source, report.communications);
    if (!content) return;
    setProblem(null);
    try {
      const signed = await sign.mutateAsync({ kind, ...hashesOf(content), fence, confirm: [...confirmed] });
      toast.done(`Version ${signed.version} is signed and on its way.`, `Signed ${signed.kind}`);
      onSigned(signed);
    } catch (thrown) {
      const error = asHubError(thrown);
      const unconfirmed = Unconfirmed.safeParse(error.detail.unconfirmed);
      if (error.code === "step_up_required") setAsking(kind);
      else if (unconfirmed.success)
        setWarnings((known) => [
          ...known.filter((one) => !unconfirmed.data.some((other) => other.code === one.code)),
          ...unconfirmed.data,
        ]);
      else setProblem(error);
    }
  };
  const open = warnings.some((warning) => !confirmed.includes(warning.code));

  return (
    <Modal opened onClose={onClose} title="Sign the report" size="md">
      <Stack gap="sm">
        {problem ? (
          <Alert color="red" title={problem.message} role="alert">
            {problem.action}
          </Alert>
        ) : null}
        {warnings.length > 0 ? (
          <Stack gap="xs" role="group" aria-label="Points to confirm">
            <Text size="sm">Before you sign, confirm that you have seen:</Text>
            {warnings.map(({ code, message }) => (
              <Checkbox
                key={code}
                label={message}
                checked={confirmed.includes(code)}
                onChange={(event) => {
                  const on = event.currentTarget.checked;
                  setConfirmed((codes) => (on ? [...codes, code] : codes.filter((one) => one !== code)));
                }}
              />
            ))}
          </Stack>
        ) : null}
        <Group gap="xs" justify="space-between">
          <SavedMark saved={saved} />
          <span className={classes.hash} title={hash ?? ""}>
            {hash ? `text ${hash.slice(0, 8)}` : ""}
          </span>
        </Group>
        <Group justify="flex-end" gap="sm">
          {(report.draft?.signAs ?? []).map((kind, index, kinds) => (
            <Button
              key={kind}
              size="sm"
              variant={index === kinds.length - 1 ? "filled" : "default"}
              loading={sign.isPending}
              disabled={saved.state !== "saved" || open}
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
