import { Button, Modal, Radio, SegmentedControl, Textarea } from "@mantine/core";
import { RETURN_REASONS, type ReturnReason } from "@readroom/shared/contract/http/worklist.js";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { asHubError, refusalWords } from "../../../kernel/api";
import { toast } from "../../../ui/toast";
import type { Line } from "../model";
import classes from "../page.module.css";
import { escalate, handOver, loadColleagues, loadEscalationPools, release, takeOver } from "../source";

export type Asked = "return" | "hand_over" | "escalate" | "take_over";

export interface AskedAbout {
  what: Asked;
  studyId: string;
  fence: number;
  /** Who has it, where it is to be taken over. */
  holder?: string;
}

/** The dialogs about a claim: return it, hand it over, ask a subspecialist, take it over. Nothing is drawn while nothing is asked. */
export function ClaimDialog({
  asked,
  onClose,
  onDone,
}: {
  asked: AskedAbout | null;
  onClose: () => void;
  onDone: (line: Line, what: Asked) => void;
}) {
  if (!asked) return null;
  const props = { asked, onClose, onDone: (line: Line) => onDone(line, asked.what) };
  switch (asked.what) {
    case "return":
      return <ReturnDialog {...props} />;
    case "hand_over":
      return <HandOverDialog {...props} />;
    case "escalate":
      return <EscalateDialog {...props} />;
    case "take_over":
      return <TakeOverDialog {...props} />;
  }
}

interface DialogProps {
  asked: AskedAbout;
  onClose: () => void;
  onDone: (line: Line) => void;
}

/** The form around each dialog: one command, its refusal said, closed when it is done. */
function Ask({
  title,
  send,
  ready,
  act,
  onClose,
  onDone,
  children,
}: {
  title: string;
  send: string;
  ready: boolean;
  act: () => Promise<Line>;
  onClose: () => void;
  onDone: (line: Line) => void;
  children: ReactNode;
}) {
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready || busy) return;
    setBusy(true);
    try {
      onDone(await act());
      onClose();
    } catch (thrown) {
      toast.refused(refusalWords(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": "Close" }}>
      <form className={classes.dialog} onSubmit={(event) => void submit(event)}>
        {children}
        <Button type="submit" disabled={!ready} loading={busy}>
          {send}
        </Button>
      </form>
    </Modal>
  );
}

const Note = ({ label, note, onNote }: { label: string; note: string; onNote: (note: string) => void }) => (
  <Textarea
    label={label}
    autosize
    minRows={2}
    maxLength={500}
    value={note}
    onChange={(event) => onNote(event.currentTarget.value)}
  />
);

function ReturnDialog({ asked, onClose, onDone }: DialogProps) {
  const [code, setCode] = useState<ReturnReason | null>(null);
  const [note, setNote] = useState("");
  return (
    <Ask
      title="Return it to its pool"
      send="Return"
      ready={code !== null && (code !== "other" || note.trim().length > 2)}
      act={() => release(asked.studyId, asked.fence, { code: code ?? "other", reason: note.trim() })}
      onClose={onClose}
      onDone={onDone}
    >
      <Radio.Group label="Why" value={code} onChange={(value) => setCode(value as ReturnReason)}>
        <div className={classes.options}>
          {Object.entries(RETURN_REASONS).map(([value, label]) => (
            <Radio key={value} value={value} label={label} data-autofocus={value === "subspecialty" || undefined} />
          ))}
        </div>
      </Radio.Group>
      <Note label={code === "other" ? "In words" : "In words, if there is more to say"} note={note} onNote={setNote} />
    </Ask>
  );
}

function HandOverDialog({ asked, onClose, onDone }: DialogProps) {
  const [to, setTo] = useState("");
  const [note, setNote] = useState("");
  return (
    <Ask
      title="Hand it over"
      send="Hand over"
      ready={to !== ""}
      act={() => handOver(asked.studyId, asked.fence, to, note.trim())}
      onClose={onClose}
      onDone={onDone}
    >
      <Colleagues studyId={asked.studyId} chosen={to} onChoose={setTo} />
      <Note label="Note for them" note={note} onNote={setNote} />
    </Ask>
  );
}

function EscalateDialog({ asked, onClose, onDone }: DialogProps) {
  const [kind, setKind] = useState("pool");
  const [pool, setPool] = useState("");
  const [person, setPerson] = useState("");
  const [note, setNote] = useState("");
  const pools = useQuery({
    queryKey: ["study", asked.studyId, "escalation-pools"],
    queryFn: ({ signal }) => loadEscalationPools(asked.studyId, signal),
  });
  const to = kind === "pool" ? { poolId: pool } : { toUserId: person };
  return (
    <Ask
      title="Ask a subspecialist"
      send="Ask"
      ready={(kind === "pool" ? pool : person) !== "" && note.trim().length > 2}
      act={() => escalate(asked.studyId, asked.fence, to, note.trim())}
      onClose={onClose}
      onDone={onDone}
    >
      <SegmentedControl
        aria-label="Whom to ask"
        value={kind}
        onChange={setKind}
        data={[
          { value: "pool", label: "A pool" },
          { value: "person", label: "A person" },
        ]}
      />
      {kind === "person" ? (
        <Colleagues studyId={asked.studyId} chosen={person} onChoose={setPerson} />
      ) : (
        <Radio.Group label="Pool" value={pool} onChange={setPool}>
          <div className={classes.people}>
            {pools.data?.pools.map((one) => (
              <Radio
                key={one.id}
                value={one.id}
                label={one.name}
                description={readersInWords(one.readersNow)}
                disabled={one.readersNow === 0}
              />
            ))}
          </div>
        </Radio.Group>
      )}
      <Note label="What is asked" note={note} onNote={setNote} />
      <p className={classes.why}>
        It goes to the head of their list and keeps its urgency and clock. Your draft stays.
      </p>
    </Ask>
  );
}

const readersInWords = (n: number): string =>
  n === 0 ? "nobody there may read it now" : `${n} ${n === 1 ? "reader" : "readers"} may read it now`;

function TakeOverDialog({ asked, onClose, onDone }: DialogProps) {
  const [note, setNote] = useState("");
  return (
    <Ask
      title="Take it over"
      send="Take over"
      ready
      act={() => takeOver(asked.studyId, note.trim())}
      onClose={onClose}
      onDone={onDone}
    >
      <p className={classes.why}>{asked.holder ?? "The holder"} loses the study; the draft goes on.</p>
      <Note label="Why, for them" note={note} onNote={setNote} />
    </Ask>
  );
}

/** Colleagues, those who may read it first; of the others why not. */
function Colleagues({
  studyId,
  chosen,
  onChoose,
}: {
  studyId: string;
  chosen: string;
  onChoose: (id: string) => void;
}) {
  const query = useQuery({
    queryKey: ["study", studyId, "colleagues"],
    queryFn: ({ signal }) => loadColleagues(studyId, signal),
  });
  if (query.error) return <p className={classes.why}>{asHubError(query.error).message}</p>;
  return (
    <Radio.Group label="Colleague" value={chosen} onChange={onChoose}>
      <div className={classes.people}>
        {query.data?.colleagues.map((one) => (
          <Radio
            key={one.id}
            value={one.id}
            disabled={!one.eligible}
            label={one.name}
            description={one.eligible ? (one.onShift ? "on shift" : "off shift") : one.reasons.join("; ")}
          />
        ))}
        {query.data?.colleagues.length === 0 ? <span className={classes.why}>You read alone tonight.</span> : null}
      </div>
    </Radio.Group>
  );
}
