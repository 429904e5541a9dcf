import { Button, SegmentedControl, Select, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { NewOrder, OrderSites, OrderTaken } from "@readroom/shared/contract/http/orders.js";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api, asHubError } from "../../kernel/api";
import { useSignedIn } from "../../kernel/session";
import { Page, Panel } from "../../ui/page";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/states";
import { toast } from "../../ui/toast";
import { EMPTY, type OrderForm, orderOf, problems } from "./model";
import classes from "./page.module.css";

const MODALITIES = ["CT", "MR", "DX", "CR", "US", "XA", "MG", "PT", "NM"];

/** Ordering a study by hand, for sites without a RIS. */
export default function OrdersPage() {
  const sites = useQuery({
    queryKey: ["order-sites"],
    queryFn: ({ signal }) => api.get("/api/orders/sites", OrderSites, { signal }),
  });
  const [taken, setTaken] = useState<OrderTaken | null>(null);
  return (
    <Page
      title="New order"
      lead="For a site without a RIS. Give the accession number to the modality: the images find the order by it."
    >
      {taken ? (
        <Taken taken={taken} onAnother={() => setTaken(null)} />
      ) : sites.data ? (
        sites.data.sites.length > 0 ? (
          <Form sites={sites.data.sites} onTaken={setTaken} />
        ) : (
          <EmptyState title="No site to order for">Ask your administrator to give you the right for a site.</EmptyState>
        )
      ) : sites.error ? (
        <ErrorState
          title="The form could not be loaded"
          error={asHubError(sites.error)}
          onRetry={() => void sites.refetch()}
        />
      ) : (
        <SkeletonRows rows={8} tracks="1fr 1fr" height={56} />
      )}
    </Page>
  );
}

function Taken({ taken, onAnother }: { taken: OrderTaken; onAnother: () => void }) {
  return (
    <Panel>
      <div className={classes.taken} role="status">
        <p className={classes.label}>Accession number</p>
        <p className={classes.accession}>{taken.accessionNumber}</p>
        <p className={classes.hint}>
          Type it into the modality. The study appears on the worklist with its first image.
        </p>
        <div className={classes.buttons}>
          <Button
            onClick={() =>
              void navigator.clipboard.writeText(taken.accessionNumber).then(
                () => toast.done("Copied"),
                () => toast.refused("This browser does not allow copying."),
              )
            }
          >
            Copy
          </Button>
          <Button variant="default" onClick={onAnother}>
            Another order
          </Button>
        </div>
      </div>
    </Panel>
  );
}

function Form({ sites, onTaken }: { sites: OrderSites["sites"]; onTaken: (taken: OrderTaken) => void }) {
  const { user, roles } = useSignedIn();
  const form = useForm<OrderForm>({
    initialValues: {
      ...EMPTY,
      // a physician who orders is, as a rule, the one who wants to know
      referringName: roles.includes("referrer") ? user.name : "",
      siteId: sites.length === 1 ? (sites[0]?.id ?? "") : "",
    },
    validate: problems,
  });
  const requestId = useMemo(() => crypto.randomUUID(), []);
  const send = useMutation({
    mutationFn: (values: OrderForm) =>
      api.post("/api/orders", OrderTaken, NewOrder.parse({ ...orderOf(values), requestId })),
    onSuccess: onTaken,
  });
  const error = send.error ? asHubError(send.error) : null;
  return (
    <form className={classes.form} noValidate onSubmit={form.onSubmit((values) => send.mutate(values))}>
      <Panel title="Patient">
        <div className={classes.fields}>
          <TextInput label="Family name" required {...form.getInputProps("family")} />
          <TextInput label="Given name" {...form.getInputProps("given")} />
          <TextInput label="Medical record number" required {...form.getInputProps("mrn")} />
          <div className={classes.born}>
            <TextInput label="Date of birth" type="date" {...form.getInputProps("birthDate")} />
            <Select
              label="Sex"
              clearable
              data={[
                { value: "F", label: "Female" },
                { value: "M", label: "Male" },
                { value: "O", label: "Other" },
              ]}
              {...form.getInputProps("sex")}
            />
          </div>
        </div>
      </Panel>
      <Panel title="Study">
        <div className={classes.fields}>
          <Select
            label="Site"
            required
            data={sites.map((site) => ({ value: site.id, label: site.name }))}
            {...form.getInputProps("siteId")}
          />
          <Select label="Modality" clearable data={MODALITIES} {...form.getInputProps("modality")} />
          <TextInput
            label="Procedure"
            required
            placeholder="CT head without contrast"
            {...form.getInputProps("procedureText")}
          />
          <TextInput label="Body part" placeholder="Head" {...form.getInputProps("bodyPart")} />
          <div>
            <span className={classes.label} id="priority">
              Priority
            </span>
            <SegmentedControl
              fullWidth
              size="sm"
              aria-labelledby="priority"
              data={[
                { value: "routine", label: "Routine" },
                { value: "urgent", label: "Urgent" },
                { value: "stat", label: "Stat" },
              ]}
              {...form.getInputProps("priority")}
            />
          </div>
          <div>
            <span className={classes.label} id="side">
              Side
            </span>
            <SegmentedControl
              fullWidth
              size="sm"
              aria-labelledby="side"
              data={[
                { value: "", label: "None" },
                { value: "L", label: "Left" },
                { value: "R", label: "Right" },
                { value: "B", label: "Both" },
              ]}
              {...form.getInputProps("laterality")}
            />
          </div>
          <Textarea
            className={classes.wide}
            label="Clinical question"
            required
            autosize
            minRows={3}
            maxRows={8}
            {...form.getInputProps("clinicalQuestion")}
          />
        </div>
      </Panel>
      <Panel title="Where, and who to call">
        <div className={classes.fields}>
          <Select
            label="Patient is"
            data={[
              { value: "E", label: "In the emergency department" },
              { value: "I", label: "An inpatient" },
              { value: "O", label: "An outpatient" },
            ]}
            clearable
            {...form.getInputProps("patientClass")}
          />
          <TextInput label="Place" placeholder="ED bay 4" {...form.getInputProps("patientLocation")} />
          <TextInput label="Referring physician" {...form.getInputProps("referringName")} />
          <TextInput label="Phone, for a critical finding" type="tel" {...form.getInputProps("referringPhone")} />
        </div>
      </Panel>
      {error ? <ErrorState title="The order was not taken" error={error} safe="What you typed is still here." /> : null}
      <div className={classes.buttons}>
        <Button size="sm" type="submit" loading={send.isPending}>
          Place the order
        </Button>
      </div>
    </form>
  );
}
