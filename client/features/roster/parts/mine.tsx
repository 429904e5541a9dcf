import { Button, Group, Select, Textarea } from "@mantine/core";
import type { MyRoster, RequestView, ShiftView } from "@readroom/shared/contract/http/roster.js";
import { spanInWords } from "@readroom/shared/domain/roster/zone.js";
import { useState } from "react";
import { serverClock } from "../../../kernel/clock";
import { useSignedIn } from "../../../kernel/session";
import { List } from "../../../ui/list";
import { asShown } from "../../../ui/loaded";
import { Panel } from "../../../ui/page";
import { EmptyState, ErrorState, OfflineState, SkeletonRows } from "../../../ui/states";
import { Tone } from "../../../ui/tone";
import classes from "../page.module.css";
import { offerShift, settle, useMine, useRosterAction } from "../source";
import { Expiry } from "./expiry";
import { RosterForm } from "./form";
import { spanLabel } from "./words";

/** A reader's own shifts, what colleagues ask, and until when one's credentials hold. */
export function Mine() {
  const shown = asShown(useMine());
  switch (shown.state) {
    case "loading":
      return <SkeletonRows rows={6} tracks="2fr 1fr 1fr" height={36} />;
    case "error":
      return <ErrorState title="Your shifts could not be loaded" error={shown.error} onRetry={shown.retry} />;
    case "offline":
      return <OfflineState onRetry={shown.retry}>Your shifts hold all the same.</OfflineState>;
    case "ready":
      return <Sections mine={shown.value} />;
  }
}

function Sections({ mine }: { mine: MyRoster }) {
  const [offering, setOffering] = useState<ShiftView | null>(null);
  return (
    <div className={classes.sections}>
      <Asked mine={mine} />
      <OwnShifts mine={mine} onOffer={setOffering} />
      <Credentials mine={mine} />
      {offering ? <OfferForm shift={offering} mine={mine} onClose={() => setOffering(null)} /> : null}
    </div>
  );
}

function Asked({ mine }: { mine: MyRoster }) {
  const run = useRosterAction();
  const me = useSignedIn().user.id;
  const toMe = mine.requests.filter((one) => one.fromUserId !== me);
  if (toMe.length === 0) return null;
  return (
    <Panel title={`Colleagues ask you: ${toMe.length}`} flush>
      <List
        label="Colleagues ask"
        loaded={{ data: toMe, error: null, refetch: () => undefined }}
        rowId={(one) => one.id}
        columns={[
          { header: "Who", render: (one) => one.fromName },
          { header: "You would take", wide: true, render: (one) => spanInWords(one.shift, mine.timeZone) },
          { header: "And give", render: (one) => (one.other ? spanInWords(one.other, mine.timeZone) : "nothing") },
          { header: "Note", render: (one) => one.note || "–" },
          {
            header: "Do",
            render: (one: RequestView) => (
              <Group gap={8} wrap="nowrap">
                <Button onClick={() => void run(() => settle(one.id, "accept"), "The shift is yours.")}>Accept</Button>
                {one.toUserId === me ? (
                  <Button variant="default" onClick={() => void run(() => settle(one.id, "decline"))}>
                    Decline
                  </Button>
                ) : null}
              </Group>
            ),
          },
        ]}
        empty={null}
      />
    </Panel>
  );
}

function OwnShifts({ mine, onOffer }: { mine: MyRoster; onOffer: (shift: ShiftView) => void }) {
  const run = useRosterAction();
  const now = serverClock.now();
  const asked = (shift: ShiftView) =>
    mine.requests.find((one) => one.shift.id === shift.id && one.fromUserId === shift.userId);
  return (
    <Panel title={`My shifts, five weeks ahead (${mine.timeZone})`} flush>
      <List
        label="My shifts"
        loaded={{ data: mine.shifts, error: null, refetch: () => undefined }}
        rowId={(shift) => shift.id}
        columns={[
          { header: "When", wide: true, render: (shift) => spanLabel(shift, shift.timeZone, mine.timeZone) },
          {
            header: "Kind",
            render: (shift) =>
              shift.kind === "on_call" ? <Tone tone="wait">on call</Tone> : <Tone tone="ok">on shift</Tone>,
          },
          {
            header: "State",
            render: (shift) => {
              const request = asked(shift);
              if (request) return <Tone tone="wait">{`asked ${request.toName ?? "anybody"}`}</Tone>;
              return shift.startsAt <= now ? <Tone tone="ok">now</Tone> : "–";
            },
          },
          {
            header: "Do",
            render: (shift) => {
              const request = asked(shift);
              if (request)
                return (
                  <Button variant="default" onClick={() => void run(() => settle(request.id, "withdraw"))}>
                    Take back
                  </Button>
                );
              return shift.startsAt > now ? (
                <Button variant="default" onClick={() => onOffer(shift)}>
                  Offer or swap
                </Button>
              ) : (
                "–"
              );
            },
          },
        ]}
        empty={<EmptyState title="No shifts in the coming weeks">Your operator lays them out.</EmptyState>}
      />
    </Panel>
  );
}

function OfferForm({ shift, mine, onClose }: { shift: ShiftView; mine: MyRoster; onClose: () => void }) {
  const [to, setTo] = useState<string | null>(null);
  const [other, setOther] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const theirs = mine.colleagueShifts.filter(({ userId }) => userId === to);
  return (
    <RosterForm
      title="Offer a shift"
      submit="Ask"
      onClose={onClose}
      onSubmit={() => offerShift(shift.id, { toUserId: to, otherShiftId: other, note })}
    >
      <p className={classes.note}>{spanInWords(shift, mine.timeZone)}</p>
      <Select
        label="Ask"
        placeholder="Whoever of the group takes it"
        clearable
        searchable
        data={mine.colleagues.map((one) => ({ value: one.userId, label: one.name }))}
        value={to}
        onChange={(value) => {
          setTo(value);
          setOther(null);
        }}
      />
      {to ? (
        <Select
          label="For a shift of theirs"
          placeholder={theirs.length > 0 ? "None: I only ask for cover" : "They have none in the coming weeks"}
          clearable
          disabled={theirs.length === 0}
          data={theirs.map((one) => ({ value: one.id, label: spanInWords(one, mine.timeZone) }))}
          value={other}
          onChange={setOther}
        />
      ) : null}
      <Textarea label="Note" maxLength={300} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      <p className={classes.note}>It stays yours until somebody accepts.</p>
    </RosterForm>
  );
}

function Credentials({ mine }: { mine: MyRoster }) {
  const { me } = mine;
  const rows = [
    ...me.licences.map((one) => ({ ...one, what: "Licence", where: `${one.jurisdiction} · ${one.number}` })),
    ...me.privileges.map((one) => ({
      ...one,
      what: "Privileges",
      where: `${one.siteName} · ${one.readTypes.join(", ")}`,
    })),
  ];
  return (
    <Panel title="What I may read" flush>
      <div className={classes.mineProfile}>
        {me.profile
          ? `${me.profile.subspecialties.join(", ")}; in ${mine.pools.map(({ name }) => name).join(", ") || "no pool"}`
          : "Your reader’s profile has not been made yet."}
      </div>
      <List
        label="My credentials"
        loaded={{ data: rows, error: null, refetch: () => undefined }}
        rowId={(one) => one.id}
        columns={[
          { header: "What", render: (one) => one.what },
          { header: "Where", wide: true, render: (one) => one.where },
          { header: "Valid", render: (one) => <Expiry credential={one} /> },
        ]}
        empty={<EmptyState title="No licences or privileges yet">Your administrator enters them.</EmptyState>}
      />
    </Panel>
  );
}
