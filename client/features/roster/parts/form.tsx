import { Alert, Button, Group, Modal, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { asHubError, type HubError } from "../../../kernel/api";
import classes from "../page.module.css";
import { useReload } from "../source";

/** A dialog with a form that sends once, stays open with the hub's words when it is refused, and loads the roster again when not. */
export function RosterForm({
  title,
  submit,
  onSubmit,
  onClose,
  wide = false,
  children,
}: {
  title: string;
  submit: string;
  onSubmit: () => Promise<unknown>;
  onClose: () => void;
  wide?: boolean;
  children: ReactNode;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<HubError | null>(null);
  const reload = useReload();
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await onSubmit();
      await reload();
      onClose();
    } catch (thrown) {
      setError(asHubError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size={wide ? "lg" : "md"}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form className={classes.form} onSubmit={(event) => void send(event)}>
        {children}
        {error ? (
          <Alert color="red" variant="light" role="alert">
            {[error.message, error.action].filter(Boolean).join(" ")}
          </Alert>
        ) : null}
        <Group justify="flex-end" gap={8}>
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            {submit}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

/** A day or a time of day, with the browser's own picker. */
export function Moment({
  label,
  type,
  value,
  onChange,
  required = true,
  description,
  min,
}: {
  label: string;
  type: "date" | "time";
  value: string;
  onChange: (value: string) => void;
  required?: boolean;
  description?: string;
  min?: string;
}) {
  return (
    <TextInput
      className={classes.half}
      label={label}
      type={type}
      required={required}
      value={value}
      {...(description ? { description } : {})}
      {...(min ? { min } : {})}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

export const READ_TYPES = [
  { value: "preliminary", label: "Preliminary" },
  { value: "final", label: "Final" },
];
export const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** Zones that somebody here uses, first; then all that the browser knows. */
export function zonesWith(first: readonly string[]): string[] {
  return [...new Set([...first, ...Intl.supportedValuesOf("timeZone"), "UTC"])];
}
