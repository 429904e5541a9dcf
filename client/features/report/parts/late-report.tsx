import { Button, CopyButton } from "@mantine/core";
import { proposeLines } from "@readroom/shared/crdt/late.js";
import { IconClockExclamation } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { asHubError } from "../../../kernel/api";
import type { RoomProvider } from "../../../kernel/room/provider";
import { useDocumentRoom, useRoomState } from "../../../kernel/room/use-room";
import { ConfirmInline } from "../../../ui/confirm-inline";
import { timeOfDay } from "../../../ui/format";
import { toast } from "../../../ui/toast";
import { type LateReport, useKeptReports, useLate } from "../use-late";
import { useBeginAddition } from "../use-report";
import classes from "./late-report.module.css";

export interface LateReportsProps {
  readonly studyId: string;
  /** The report's open document, and whether it is an addendum. */
  readonly draft: { readonly documentId: string; readonly kind: string } | null;
  readonly room: RoomProvider | null;
  readonly versions: number;
  readonly canAdd: boolean;
}

interface Proposal {
  readonly lines: readonly string[];
  settle(): Promise<void>;
}

/** Edits that came after the signature, or that the hub refused: what they say, and what can become of them. Else nothing. */
export function LateReports({ studyId, draft, room, versions, canAdd }: LateReportsProps) {
  const earlier = useKeptReports(studyId, draft?.documentId ?? null, versions);
  const add = useBeginAddition(studyId);
  const [proposal, setProposal] = useState<Proposal | null>(null);
  const state = useRoomState(room);
  const open = draft?.kind === "addendum" && state.synced && state.self?.rights.write === true && state.frozen === null;
  useEffect(() => {
    if (!proposal || !room || !open) return;
    // Kept here first, by the addendum's own document; then what was put aside may go.
    proposeLines(room.doc, proposal.lines);
    setProposal(null);
    void proposal.settle();
  }, [proposal, room, open]);
  const propose = (wanted: Proposal): void => {
    setProposal(wanted);
    if (draft?.kind === "addendum") return;
    add.mutate(
      { kind: "addendum" },
      {
        onError: (thrown) => {
          setProposal(null);
          toast.failed(asHubError(thrown).message);
        },
      },
    );
  };
  const hands = {
    busy: proposal !== null,
    propose: canAdd || draft?.kind === "addendum" ? propose : null,
  };
  return (
    <>
      {earlier.map((documentId) => (
        <Earlier key={documentId} documentId={documentId} {...hands} />
      ))}
      {room ? <LateOf room={room} {...hands} /> : null}
    </>
  );
}

interface Hands {
  readonly busy: boolean;
  /** Null: this person can't begin an addendum now. */
  readonly propose: ((proposal: Proposal) => void) | null;
}

function Earlier({ documentId, ...hands }: Hands & { documentId: string }) {
  const room = useDocumentRoom(documentId);
  return room ? <LateOf room={room} {...hands} /> : null;
}

function LateOf({ room, ...hands }: Hands & { room: RoomProvider }) {
  const state = useRoomState(room);
  const late = useLate(room, state);
  return late.map((one) => <Late key={one.entry.id} late={one} room={room} {...hands} />);
}

function Late({ late, room, busy, propose }: Hands & { late: LateReport; room: RoomProvider }) {
  const { entry, lines } = late;
  const settle = (): Promise<void> => room.settleLate(entry.id);
  const nothing = lines.length === 0;
  const { self, frozen } = useRoomState(room);
  const mayWrite = self?.rights.write === true && frozen === null;
  // Only deletions, or words that are there by now: there is nothing to decide.
  useEffect(() => {
    if (nothing) void room.settleLate(entry.id);
  }, [nothing, room, entry.id]);
  if (nothing) return null;
  const [count, verb] = lines.length === 1 ? ["A line of yours", "was"] : [`${lines.length} lines of yours`, "were"];
  return (
    <section className={classes.late} aria-label="Edits that were not taken">
      <IconClockExclamation size={18} aria-hidden="true" />
      <div className={classes.words}>
        <strong>
          {entry.code === "frozen"
            ? `${count} came after the report was signed.`
            : `${count} ${verb} not taken: ${entry.reason}`}
        </strong>{" "}
        Written until {timeOfDay(entry.at)}, kept on this machine only.
        <ul>
          {lines.map((line, nth) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same line can be there twice, and the list never changes
            <li key={nth}>{line}</li>
          ))}
        </ul>
        <div className={classes.actions}>
          {mayWrite ? (
            <Button size="compact-sm" onClick={() => void room.restoreLate(entry.id)}>
              Put it in again
            </Button>
          ) : null}
          {propose && entry.code === "frozen" ? (
            <Button size="compact-sm" loading={busy} onClick={() => propose({ lines, settle })}>
              Propose as an addendum
            </Button>
          ) : null}
          <CopyButton value={lines.join("\n")}>
            {({ copied, copy }) => (
              <Button size="compact-sm" variant="default" onClick={copy}>
                {copied ? "Copied" : "Copy"}
              </Button>
            )}
          </CopyButton>
          <ConfirmInline
            label="Discard"
            question="They are nowhere else."
            confirm="Discard them"
            onConfirm={() => void settle()}
          />
        </div>
      </div>
    </section>
  );
}
