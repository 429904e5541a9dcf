import { Button, Modal, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { CriticalView, LinkView } from "@readroom/shared/contract/http/critical.js";
import { IconCopy, IconLink } from "@tabler/icons-react";
import { useState } from "react";
import { asHubError } from "../../../kernel/api";
import { toast } from "../../../ui/toast";
import { acknowledge, createLink, reached, readBack, withdraw } from "../source";
import { type Act, clock } from "../use-act";
import classes from "./critical-panel.module.css";

/** What the radiologist does while the loop is open: ring, send the link, or take it down by phone. */
export function RadiologistSide({ critical, act }: { critical: CriticalView; act: Act }) {
  const [dialog, setDialog] = useState<"phone" | "withdraw" | null>(null);
  const { current } = critical;
  return (
    <>
      <div className={classes.contact}>
        <div>
          <p>
            <strong>{current?.name ?? "No contact is known"}</strong>
          </p>
          <p className={classes.quiet}>{current ? current.role : "Ring the hospital's switchboard"}</p>
        </div>
        {current?.phone ? (
          <a className={classes.phone} href={`tel:${current.phone.replace(/[^+\d]/g, "")}`}>
            {current.phone}
          </a>
        ) : null}
      </div>
      {critical.nextEscalationAt ? (
        <p className={classes.quiet}>
          Without an acknowledgement the next contact is rung at {clock(critical.nextEscalationAt)}.
        </p>
      ) : null}
      <JoinLink critical={critical} />
      <div className={classes.row}>
        <Button variant="default" onClick={() => setDialog("phone")}>
          Done by phone
        </Button>
        <Button variant="subtle" color="gray" onClick={() => setDialog("withdraw")}>
          Withdraw
        </Button>
      </div>
      <Modal
        opened={dialog === "phone"}
        onClose={() => setDialog(null)}
        title="Read-back by phone"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <ByPhone critical={critical} act={act} onDone={() => setDialog(null)} />
      </Modal>
      <Modal
        opened={dialog === "withdraw"}
        onClose={() => setDialog(null)}
        title="Withdraw this finding"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <WithdrawForm critical={critical} act={act} onDone={() => setDialog(null)} />
      </Modal>
    </>
  );
}

/** A link for the clinician: shown once, good for an hour or one use. */
function JoinLink({ critical }: { critical: CriticalView }) {
  const [link, setLink] = useState<LinkView | null>(null);
  const [making, setMaking] = useState(false);
  const make = async (): Promise<void> => {
    setMaking(true);
    try {
      setLink(await createLink(critical.id));
    } catch (thrown) {
      toast.refused(asHubError(thrown).message);
    } finally {
      setMaking(false);
    }
  };
  if (!link) {
    return (
      <Button leftSection={<IconLink size={16} aria-hidden="true" />} loading={making} onClick={() => void make()}>
        Make a join link
      </Button>
    );
  }
  const copy = (): void =>
    void navigator.clipboard.writeText(link.url).then(
      () => toast.done("The link is copied."),
      () => toast.refused("The browser did not allow copying: select the link and copy it."),
    );
  return (
    <div>
      <div className={classes.link}>
        <TextInput
          aria-label="Join link"
          readOnly
          value={link.url}
          style={{ flex: 1 }}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button variant="default" leftSection={<IconCopy size={14} aria-hidden="true" />} onClick={copy}>
          Copy
        </Button>
      </div>
      <p className={classes.quiet}>
        For {link.guestName}. Opens once, until {clock(link.expiresAt)}; no account needed.
      </p>
    </div>
  );
}

function ByPhone({ critical, act, onDone }: { critical: CriticalView; act: Act; onDone(): void }) {
  const form = useForm({
    initialValues: { name: critical.reachedName ?? critical.current?.name ?? "", text: critical.readBackText ?? "" },
    validate: {
      name: (text) => (text.trim().length < 2 ? "Who did you speak to?" : null),
      text: (text) => (text.trim().length < 3 ? "What did they repeat?" : null),
    },
  });
  const submit = form.onSubmit(async ({ name, text }) => {
    const { id } = critical;
    const taken =
      (await act(() => reached(id, name))) &&
      (await act(() => readBack(id, text, name))) &&
      (await act(() => acknowledge(id, name), "The loop is closed; it stands in the report."));
    if (taken) onDone();
  });
  return (
    <form className={classes.panel} onSubmit={submit}>
      <TextInput label="Clinician you spoke to" {...form.getInputProps("name")} />
      <Textarea label="Read back, in their words" autosize minRows={2} {...form.getInputProps("text")} />
      <Button type="submit">They acknowledged</Button>
    </form>
  );
}

function WithdrawForm({ critical, act, onDone }: { critical: CriticalView; act: Act; onDone(): void }) {
  const form = useForm({
    initialValues: { reason: "" },
    validate: { reason: (text) => (text.trim().length < 3 ? "Say why" : null) },
  });
  return (
    <form
      className={classes.panel}
      onSubmit={form.onSubmit(async ({ reason }) => {
        if (await act(() => withdraw(critical.id, reason), "Withdrawn; the record stays.")) onDone();
      })}
    >
      <TextInput label="Why is it withdrawn?" {...form.getInputProps("reason")} />
      <Button type="submit" color="red">
        Withdraw
      </Button>
    </form>
  );
}
