import { Button, SegmentedControl, Select, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { Category } from "@readroom/shared/domain/critical.js";
import { useState } from "react";
import { categoryChoices } from "../model";
import { raise, useContacts } from "../source";
import { useAct } from "../use-act";
import classes from "./critical-panel.module.css";

const ORDERING = "first";

/** Finding, category with its limit, and who is responsible: all that is needed to open the loop. */
export function RaiseForm({ studyId, onDone }: { studyId: string; onDone(): void }) {
  const act = useAct(studyId);
  const contacts = useContacts(studyId, true);
  const [sending, setSending] = useState(false);
  const form = useForm({
    initialValues: { finding: "", category: "red" as Category, contact: ORDERING },
    validate: { finding: (text) => (text.trim().length < 3 ? "Say in a few words what you found" : null) },
  });
  const first = contacts.data?.[0];
  const people = (contacts.data ?? []).slice(1).filter((contact) => contact.id !== null);

  return (
    <form
      className={classes.card}
      data-open="true"
      aria-label="New critical finding"
      onSubmit={form.onSubmit(async ({ finding, category, contact }) => {
        setSending(true);
        const taken = await act(
          () => raise(studyId, { finding, category, ...(contact === ORDERING ? {} : { contactId: contact }) }),
          "The loop is open: the clinician is being told.",
        );
        setSending(false);
        if (taken) onDone();
      })}
    >
      <Textarea
        label="Finding, in one sentence"
        placeholder="Acute haemorrhage in the right basal ganglia with mass effect"
        autosize
        minRows={2}
        data-autofocus
        autoFocus
        {...form.getInputProps("finding")}
      />
      <div>
        <SegmentedControl
          fullWidth
          aria-label="Category"
          data={categoryChoices.map(({ value, label, limit }) => ({ value, label: `${label}: ${limit}` }))}
          {...form.getInputProps("category")}
        />
      </div>
      <Select
        label="Responsible clinician"
        allowDeselect={false}
        data={[
          { value: ORDERING, label: first ? `${first.name}, ${first.role}` : "First contact of the site" },
          ...people.map((contact) => ({ value: contact.id ?? "", label: `${contact.name}, ${contact.role}` })),
        ]}
        {...form.getInputProps("contact")}
      />
      <div className={classes.row}>
        <Button type="submit" color="red" loading={sending}>
          Open the loop
        </Button>
        <Button variant="subtle" color="gray" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
