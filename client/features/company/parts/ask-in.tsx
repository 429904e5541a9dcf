import { Button, Modal, NativeSelect, SegmentedControl, Select, TextInput } from "@mantine/core";
import type { LinkView } from "@readroom/shared/contract/http/critical.js";
import {
  GIVEN_ROLES,
  type GivenRole,
  LINK_ROLES,
  type LinkRole,
  noMoreThan,
  ROLE_WORDS,
  type RoomRole,
} from "@readroom/shared/domain/room-role.js";
import { IconCopy } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { refusalWords } from "../../../kernel/api";
import { dateTime } from "../../../ui/format";
import { toast } from "../../../ui/toast";
import classes from "../company.module.css";
import { invite, makeLink, useInvitable } from "../source";

interface AskInProps {
  studyId: string;
  /** What the caller is in the room: nobody gives more than that. */
  own: RoomRole;
  opened: boolean;
  onClose(): void;
}

/** Asks somebody in: a person of the group or the hospital, or whoever has the link. */
export function AskIn({ studyId, own, opened, onClose }: AskInProps) {
  const [by, setBy] = useState<"person" | "link">("person");
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Ask somebody into this room"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <SegmentedControl
        fullWidth
        value={by}
        aria-label="How"
        onChange={(value) => setBy(value as "person" | "link")}
        data={[
          { value: "person", label: "A person" },
          { value: "link", label: "By link" },
        ]}
      />
      {by === "person" ? (
        <Person studyId={studyId} own={own} onDone={onClose} />
      ) : (
        <ByLink studyId={studyId} own={own} />
      )}
    </Modal>
  );
}

const options = <R extends GivenRole>(roles: readonly R[], own: RoomRole) =>
  roles
    .filter((role) => noMoreThan(role, own))
    .map((role) => ({ value: role, label: `${ROLE_WORDS[role].name}: ${ROLE_WORDS[role].may}` }));

function Person({ studyId, own, onDone }: { studyId: string; own: RoomRole; onDone(): void }) {
  const people = useInvitable(studyId, true);
  const [userId, setUserId] = useState<string | null>(null);
  const [role, setRole] = useState<GivenRole>("coreader");
  const [busy, setBusy] = useState(false);
  const choose = (id: string | null) => {
    setUserId(id);
    const fits = people.data?.find((one) => one.userId === id)?.role;
    if (fits && fits !== "reader") setRole(fits);
  };
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (!userId) return;
    setBusy(true);
    try {
      await invite(studyId, { userId, role });
      toast.done("They are told on their screens.");
      onDone();
    } catch (thrown) {
      toast.refused(refusalWords(thrown));
      setBusy(false);
    }
  };
  return (
    <form className={classes.form} onSubmit={(event) => void send(event)}>
      <Select
        label="Who"
        searchable
        data-autofocus
        nothingFoundMessage="Nobody of that name"
        placeholder={people.isPending ? "…" : "Name"}
        data={(people.data ?? []).map(({ userId: value, name, organisation }) => ({
          value,
          label: `${name} · ${organisation}`,
        }))}
        value={userId}
        onChange={choose}
        error={people.error ? refusalWords(people.error) : undefined}
      />
      <NativeSelect
        label="As"
        data={options(GIVEN_ROLES, own)}
        value={role}
        onChange={(event) => setRole(event.currentTarget.value as GivenRole)}
      />
      <Button type="submit" loading={busy} disabled={!userId}>
        Ask in
      </Button>
    </form>
  );
}

const LASTING = [
  { value: "15", label: "15 minutes" },
  { value: "60", label: "1 hour" },
  { value: "480", label: "8 hours" },
  { value: "1440", label: "1 day" },
  { value: "10080", label: "7 days" },
];

function ByLink({ studyId, own }: { studyId: string; own: RoomRole }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<LinkRole>("referrer");
  const [minutes, setMinutes] = useState("60");
  const [busy, setBusy] = useState(false);
  const [link, setLink] = useState<LinkView | null>(null);
  const make = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      setLink(await makeLink(studyId, { name: name.trim(), roomRole: role, minutes: Number(minutes) }));
    } catch (thrown) {
      toast.refused(refusalWords(thrown));
    } finally {
      setBusy(false);
    }
  };
  if (link) return <Made link={link} another={() => setLink(null)} />;
  return (
    <form className={classes.form} onSubmit={(event) => void make(event)}>
      <TextInput
        label="For whom"
        required
        minLength={2}
        maxLength={120}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <NativeSelect
        label="As"
        data={options(LINK_ROLES, own)}
        value={role}
        onChange={(event) => setRole(event.currentTarget.value as LinkRole)}
        description={role === "coreader" ? "Without an account nobody writes in the report." : undefined}
      />
      <NativeSelect
        label="Opens for"
        data={LASTING}
        value={minutes}
        onChange={(event) => setMinutes(event.currentTarget.value)}
      />
      <Button type="submit" loading={busy}>
        Make the link
      </Button>
    </form>
  );
}

function Made({ link, another }: { link: LinkView; another(): void }) {
  const copy = (): void =>
    void navigator.clipboard.writeText(link.url).then(
      () => toast.done("The link is copied."),
      () => toast.refused("The browser did not allow copying: select the link and copy it."),
    );
  return (
    <div className={classes.form}>
      <div className={classes.link}>
        <TextInput aria-label="Join link" readOnly value={link.url} onFocus={(event) => event.currentTarget.select()} />
        <Button variant="default" leftSection={<IconCopy size={14} aria-hidden="true" />} onClick={copy}>
          Copy
        </Button>
      </div>
      <p className={classes.soft}>
        For {link.guestName}: opens this study once, until {dateTime(link.expiresAt)}. It is shown this once; take it
        back in the list.
      </p>
      <Button variant="default" onClick={another}>
        Another link
      </Button>
    </div>
  );
}
