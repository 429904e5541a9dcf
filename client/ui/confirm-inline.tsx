import { Button, Group } from "@mantine/core";
import { type ReactNode, useEffect, useRef, useState } from "react";

/**
 * A button that asks in its own place before it acts; Escape or losing focus takes it back. For what can't be undone without a
 * dialog in the way.
 */
export function ConfirmInline({
  label,
  question,
  confirm,
  onConfirm,
  danger = false,
  disabled = false,
}: {
  label: ReactNode;
  question: string;
  confirm: string;
  onConfirm: () => void | Promise<void>;
  danger?: boolean;
  disabled?: boolean;
}) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const yes = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (asking) yes.current?.focus();
  }, [asking]);

  if (!asking)
    return (
      <Button variant="default" disabled={disabled} onClick={() => setAsking(true)}>
        {label}
      </Button>
    );
  const act = async () => {
    setBusy(true);
    try {
      await onConfirm();
    } finally {
      setBusy(false);
      setAsking(false);
    }
  };
  return (
    <Group
      gap={8}
      wrap="nowrap"
      role="group"
      aria-label={question}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        setAsking(false);
      }}
    >
      <span style={{ fontSize: 13 }}>{question}</span>
      <Button ref={yes} color={danger ? "red" : "teal"} loading={busy} onClick={act}>
        {confirm}
      </Button>
      <Button variant="subtle" color="gray" onClick={() => setAsking(false)}>
        Keep
      </Button>
    </Group>
  );
}
