import { Button, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { GuestView, JoinPreview } from "@readroom/shared/contract/http/critical.js";
import { ROLE_WORDS } from "@readroom/shared/domain/room-role.js";
import { IconLinkOff, IconPhoneCall } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { asHubError, type HubError, refusalWords } from "../../../kernel/api";
import { EmptyState, SkeletonRows } from "../../../ui/states";
import { toast } from "../../../ui/toast";
import { UrgencyChip } from "../../../ui/urgency-chip";
import classes from "../page.module.css";
import { enterByLink, previewLink } from "../source";

/** Who calls, about whom (no name yet), how urgent; one field, one button. Looking does not use the link up. */
export function Doorstep({ token, onEntered }: { token: string; onEntered(guest: GuestView): void }) {
  const preview = useQuery({
    queryKey: ["join"],
    queryFn: () => previewLink(token),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (preview.isPending) return <SkeletonRows rows={4} tracks="1fr" height={40} />;
  if (preview.error) return <LinkDead error={asHubError(preview.error)} onRetry={() => void preview.refetch()} />;
  return <Invitation token={token} preview={preview.data} onEntered={onEntered} />;
}

function Invitation({
  token,
  preview,
  onEntered,
}: {
  token: string;
  preview: JoinPreview;
  onEntered(guest: GuestView): void;
}) {
  const [entering, setEntering] = useState(false);
  const form = useForm({
    initialValues: { name: preview.guestName },
    validate: { name: (text) => (text.trim().length < 2 ? "Please say who you are" : null) },
  });
  const { patient } = preview;
  const enter = form.onSubmit(async ({ name }) => {
    setEntering(true);
    try {
      onEntered(await enterByLink(token, name));
    } catch (thrown) {
      toast.refused(refusalWords(thrown));
      setEntering(false);
    }
  });
  return (
    <>
      <h1 className={classes.title}>
        {preview.category
          ? `${preview.caller} is calling you about a critical finding`
          : `${preview.caller} asks you into the reading room`}
      </h1>
      <div className={classes.card}>
        {preview.category ? (
          <UrgencyChip
            level={preview.category === "yellow" ? "urgent" : preview.category === "orange" ? "stat" : "critical"}
            label={preview.category.toUpperCase()}
          />
        ) : null}
        <dl className={classes.facts}>
          <dt>Patient</dt>
          <dd>
            {[patient.initials, patient.age ? `${patient.age} years` : "", sexInWords(patient.sex)]
              .filter(Boolean)
              .join(", ")}
          </dd>
          <dt>Examination</dt>
          <dd>{preview.procedure || "Images"}</dd>
          <dt>At</dt>
          <dd>{preview.hospital}</dd>
          <dt>From</dt>
          <dd>{[preview.caller, preview.callerTitle].filter(Boolean).join(", ")}</dd>
          {preview.category ? null : (
            <>
              <dt>You come as</dt>
              <dd>
                {ROLE_WORDS[preview.roomRole].name}: {ROLE_WORDS[preview.roomRole].may}
              </dd>
            </>
          )}
        </dl>
      </div>
      <form onSubmit={enter} style={{ display: "grid", gap: 16 }}>
        <TextInput
          size="md"
          label="You are"
          description={preview.category ? "Stands in the record of this call" : "The others see this name"}
          {...form.getInputProps("name")}
        />
        <Button
          type="submit"
          size="xl"
          fullWidth
          loading={entering}
          leftSection={<IconPhoneCall size={24} aria-hidden="true" />}
        >
          Join
        </Button>
      </form>
      <p className={classes.lead}>
        You see the images live and talk to the radiologist. Nothing is installed
        {preview.category ? "; your browser will ask for the microphone" : " and no account is needed"}.
      </p>
    </>
  );
}

export function LinkDead({ error, onRetry }: { error: HubError; onRetry?: () => void }) {
  const offline = error.code === "offline";
  return (
    <EmptyState
      icon={<IconLinkOff size={32} stroke={1.5} />}
      title={
        offline
          ? "Readroom cannot be reached"
          : error.code === "unauthenticated" || error.code === "forbidden"
            ? "Open the link that you were sent"
            : error.message
      }
      action={
        offline && onRetry ? (
          <Button size="md" onClick={onRetry}>
            Try again
          </Button>
        ) : null
      }
    >
      {offline
        ? "Check the connection of this phone."
        : (error.action ?? "Ask the radiologist for a new one, or ring the reading group.")}
    </EmptyState>
  );
}

const sexInWords = (sex: string): string => ({ F: "female", M: "male", O: "other" })[sex] ?? "";
