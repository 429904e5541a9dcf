import { Alert, Button, Code, CopyButton, Modal } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { asHubError, type HubError } from "../../../kernel/api";
import { toast } from "../../../ui/toast";
import classes from "../page.module.css";

/** A dialog with a form that sends once and stays open with the hub's words when it is refused. */
export function FormDialog({
  title,
  opened,
  onClose,
  submit,
  onSubmit,
  children,
}: {
  title: string;
  opened: boolean;
  onClose: () => void;
  submit: string;
  onSubmit: () => Promise<void>;
  children: ReactNode;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<HubError | null>(null);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await onSubmit();
      onClose();
    } catch (thrown) {
      setError(asHubError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ "aria-label": "Close" }}>
      <form className={classes.form} onSubmit={(event) => void send(event)}>
        {children}
        {error ? (
          <Alert color="red" variant="light" role="alert">
            {[error.message, error.action].filter(Boolean).join(" ")}
          </Alert>
        ) : null}
        <Button type="submit" size="sm" loading={busy}>
          {submit}
        </Button>
      </form>
    </Modal>
  );
}

/** A secret that is shown once. */
export function SecretDialog({
  title,
  secret,
  onClose,
}: {
  title: string;
  secret: string | null;
  onClose: () => void;
}) {
  return (
    <Modal
      opened={secret !== null}
      onClose={onClose}
      title={title}
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <div className={classes.form}>
        <p className={classes.note}>It is shown this once and kept nowhere. Copy it before you close this.</p>
        <Code block className={classes.secret}>
          {secret ?? ""}
        </Code>
        <CopyButton value={secret ?? ""}>
          {({ copied, copy }) => <Button onClick={copy}>{copied ? "Copied" : "Copy"}</Button>}
        </CopyButton>
      </div>
    </Modal>
  );
}

/** Does something, then loads the administration's lists again; says why when it is refused. */
export function useAdminAction() {
  const client = useQueryClient();
  return async (act: () => Promise<unknown>, done?: string) => {
    try {
      await act();
      await client.invalidateQueries({ queryKey: ["admin"] });
      if (done) toast.done(done);
    } catch (thrown) {
      const error = asHubError(thrown);
      toast.failed([error.message, error.action].filter(Boolean).join(" "));
    }
  };
}
