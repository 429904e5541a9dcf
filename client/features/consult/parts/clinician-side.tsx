import { Button, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { CriticalView } from "@readroom/shared/contract/http/critical.js";
import { IconCheck } from "@tabler/icons-react";
import { useState } from "react";
import { acknowledge, readBack } from "../source";
import type { Act } from "../use-act";
import classes from "./critical-panel.module.css";

/** What the clinician does: repeat the finding in their own words, then take it over. */
export function ClinicianSide({ critical, act }: { critical: CriticalView; act: Act }) {
  const [sending, setSending] = useState(false);
  const form = useForm({
    initialValues: { text: "" },
    validate: { text: (text) => (text.trim().length < 3 ? "Repeat the finding in your own words" : null) },
  });
  const send = async (work: () => Promise<CriticalView>, done?: string): Promise<void> => {
    setSending(true);
    await act(work, done);
    setSending(false);
  };
  if (critical.state === "read_back" || critical.category === "yellow") {
    return (
      <Button
        size="lg"
        fullWidth
        loading={sending}
        leftSection={<IconCheck size={20} aria-hidden="true" />}
        onClick={() => void send(() => acknowledge(critical.id))}
      >
        Acknowledge
      </Button>
    );
  }
  return (
    <form
      className={classes.panel}
      aria-label="Read back"
      onSubmit={form.onSubmit(({ text }) => void send(() => readBack(critical.id, text)))}
    >
      <Textarea
        label="Read back: repeat the finding in your own words"
        autosize
        minRows={2}
        size="md"
        {...form.getInputProps("text")}
      />
      <Button type="submit" size="lg" fullWidth loading={sending}>
        Read back
      </Button>
    </form>
  );
}
