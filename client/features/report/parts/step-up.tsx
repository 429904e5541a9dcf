import { Button, Modal, PasswordInput, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { asHubError } from "../../../kernel/api";
import { stepUp } from "../use-report";

/** Asks for the password once more; `onConfirmed` when it was right. */
export function StepUp({ onConfirmed, onClose }: { onConfirmed: () => void; onClose: () => void }) {
  const [password, setPassword] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      await stepUp(password);
      onConfirmed();
    } catch (thrown) {
      setError(asHubError(thrown).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title="Confirm that it is you who signs">
      <form onSubmit={submit}>
        <Text size="sm" c="dimmed" mb="sm">
          Your last password is more than 15 minutes ago.
        </Text>
        <PasswordInput
          label="Password"
          data-autofocus
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={error}
        />
        <Button type="submit" mt="md" fullWidth loading={busy} disabled={password === ""}>
          Confirm and sign
        </Button>
      </form>
    </Modal>
  );
}
