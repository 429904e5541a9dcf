import { Button, SegmentedControl, Select, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { Category } from "@readroom/shared/domain/critical.js";
import { useState } from "react";
import { categoryChoices } from "../model";
import { raise, useContacts } from "../source";
import { useAct } from "../use-act";
import classes from "./critical-panel.module.css";

const ORDERING = "first";

interface Draft {
  finding: string;
  category: Category;
  contact: string;
}
/** What was written and not raised yet, by study: looking at another tab loses nothing. Gone with the page. */
const drafts = new Map<string, Draft>();
export const hasDraft = (studyId: string): boolean => drafts.has(studyId);

/** Finding, category with its limit, and who is responsible: all that is needed to tell the clinician. */
export function RaiseForm({ studyId, onDone }: { studyId: string; onDone(): void }) {
  const act = useAct(studyId);
  const contacts = useContacts(studyId, true);
  const [sending, setSending] = useState(false);
  const form = useForm<Draft>({
    initialValues: drafts.get(studyId) ?? { finding: "", category: "red", contact: ORDERING },
    onValuesChange: (values) => void drafts.set(studyId, values),
    validate: { finding: (text) => (text.trim().length < 3 ? "Say in a few words what you found" : null) },
  });
  const leave = (): void => {
    drafts.delete(studyId);
    onDone();
  };
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
        if (taken) leave();
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
          Raise it
        </Button>
        <Button variant="subtle" color="gray" onClick={leave}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
