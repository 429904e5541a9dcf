import { Alert, Button, Modal } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import classes from "./form-dialog.module.css";

/** A dialog with a form that sends once and stays open with the hub's words when it is refused. */
export function FormDialog({
  title,
  opened,
  onClose,
  submit,
  onSubmit,
  words,
  children,
}: {
  title: string;
  opened: boolean;
  onClose: () => void;
  submit: string;
  onSubmit: () => Promise<void>;
  /** What is shown of what onSubmit threw. */
  words: (thrown: unknown) => string;
  children: ReactNode;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await onSubmit();
      onClose();
    } catch (thrown) {
      setError(words(thrown));
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
            {error}
          </Alert>
        ) : null}
        <Button type="submit" size="sm" loading={busy}>
          {submit}
        </Button>
      </form>
    </Modal>
  );
}
