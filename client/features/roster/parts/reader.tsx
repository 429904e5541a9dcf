import { Button, Group } from "@mantine/core";
import type { LicenceView, PrivilegeView, ReaderView } from "@readroom/shared/contract/http/roster.js";
import { IconArrowLeft } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { useMay } from "../../../kernel/session";
import { ConfirmInline } from "../../../ui/confirm-inline";
import { List } from "../../../ui/list";
import { asShown } from "../../../ui/loaded";
import { Facts, Panel } from "../../../ui/page";
import { EmptyState, ErrorState, OfflineState, SkeletonRows } from "../../../ui/states";
import classes from "../page.module.css";
import { usePools, useReader, useRosterAction, withdraw } from "../source";
import { Expiry } from "./expiry";
import { LicenceForm, PrivilegeForm, ProfileForm } from "./reader-forms";

/** One reader: profile and limits, licences, privileges. */
export function Reader({ id }: { id: string }) {
  const query = useReader(id);
  const shown = asShown(query);
  return (
    <div className={classes.sections}>
      <Link to="/roster/people" className={classes.back}>
        <IconArrowLeft size={14} aria-hidden="true" /> All readers
      </Link>
      {shown.state === "loading" ? <SkeletonRows rows={6} tracks="1fr 3fr" height={36} /> : null}
      {shown.state === "error" ? (
        <ErrorState title="This reader could not be loaded" error={shown.error} onRetry={shown.retry} />
      ) : null}
      {shown.state === "offline" ? (
        <OfflineState onRetry={shown.retry}>Credentials can be changed once it is back.</OfflineState>
      ) : null}
      {shown.state === "ready" ? <Sections reader={shown.value} /> : null}
    </div>
  );
}

function Sections({ reader }: { reader: ReaderView }) {
  const may = useMay("roster.write");
  return (
    <>
      <Profile reader={reader} may={may} />
      <Licences reader={reader} may={may} />
      <Privileges reader={reader} may={may} />
    </>
  );
}

function Profile({ reader, may }: { reader: ReaderView; may: boolean }) {
  const [editing, setEditing] = useState(false);
  const pools = usePools();
  const { profile } = reader;
  const member = pools.data?.pools.filter((pool) => reader.poolIds.includes(pool.id)).map(({ name }) => name) ?? [];
  return (
    <Panel
      title={reader.name}
      aside={may ? <Button onClick={() => setEditing(true)}>{profile ? "Change" : "Make a profile"}</Button> : null}
    >
      {profile ? (
        <Facts
          facts={[
            ["Title", reader.title || "–"],
            ["Reads", profile.subspecialties.join(", ")],
            ["As", profile.readTypes.join(", ")],
            ["Pools", member.join(", ") || "none: studies reach readers through pools"],
            ["Pace", `${profile.rvuPerHour} RVU an hour`],
            ["Most hours in 24", profile.maxHoursInDay ?? "no limit"],
            ["Most RVU in a shift", profile.maxRvuPerShift ?? "no limit"],
          ]}
        />
      ) : (
        <EmptyState title="No reader’s profile">
          Without one, this person may read nothing. Say what they read and in which pools.
        </EmptyState>
      )}
      {editing ? <ProfileForm reader={reader} onClose={() => setEditing(false)} /> : null}
    </Panel>
  );
}

function Licences({ reader, may }: { reader: ReaderView; may: boolean }) {
  const [editing, setEditing] = useState<LicenceView | "new" | null>(null);
  const run = useRosterAction();
  return (
    <Panel title="Licences" flush aside={may ? <Button onClick={() => setEditing("new")}>Add a licence</Button> : null}>
      <List
        label="Licences"
        loaded={{ data: reader.licences, error: null, refetch: () => undefined }}
        rowId={(one) => one.id}
        columns={[
          { header: "Jurisdiction", render: (one) => one.jurisdiction },
          { header: "Number", render: (one) => one.number },
          { header: "Valid", wide: true, render: (one) => <Expiry credential={one} /> },
          { header: "Days counted in", render: (one) => one.timeZone },
          ...(may
            ? [
                {
                  header: "Do",
                  render: (one: LicenceView) => (
                    <Doing
                      onChange={() => setEditing(one)}
                      onRemove={() => run(() => withdraw("licences", one.id), "The licence is withdrawn.")}
                    />
                  ),
                },
              ]
            : []),
        ]}
        empty={
          <EmptyState title="No licence">
            A reader needs one in the jurisdiction where the patient is, valid on the day.
          </EmptyState>
        }
      />
      {editing ? (
        <LicenceForm
          userId={reader.userId}
          licence={editing === "new" ? null : editing}
          onClose={() => setEditing(null)}
        />
      ) : null}
    </Panel>
  );
}

function Privileges({ reader, may }: { reader: ReaderView; may: boolean }) {
  const [editing, setEditing] = useState<PrivilegeView | "new" | null>(null);
  const run = useRosterAction();
  return (
    <Panel
      title="Privileges"
      flush
      aside={may ? <Button onClick={() => setEditing("new")}>Add privileges</Button> : null}
    >
      <List
        label="Privileges"
        loaded={{ data: reader.privileges, error: null, refetch: () => undefined }}
        rowId={(one) => one.id}
        columns={[
          { header: "Site", render: (one) => one.siteName },
          { header: "Reads", render: (one) => one.readTypes.join(", ") },
          { header: "Valid", wide: true, render: (one) => <Expiry credential={one} /> },
          { header: "Days counted in", render: (one) => one.timeZone },
          ...(may
            ? [
                {
                  header: "Do",
                  render: (one: PrivilegeView) => (
                    <Doing
                      onChange={() => setEditing(one)}
                      onRemove={() => run(() => withdraw("privileges", one.id), "The privileges are withdrawn.")}
                    />
                  ),
                },
              ]
            : []),
        ]}
        empty={<EmptyState title="No privileges">A reader needs them at each site whose studies they read.</EmptyState>}
      />
      {editing ? (
        <PrivilegeForm
          userId={reader.userId}
          privilege={editing === "new" ? null : editing}
          onClose={() => setEditing(null)}
        />
      ) : null}
    </Panel>
  );
}

function Doing({ onChange, onRemove }: { onChange: () => void; onRemove: () => Promise<void> }) {
  return (
    <Group gap={8} wrap="nowrap">
      <Button variant="default" onClick={onChange}>
        Change
      </Button>
      <ConfirmInline label="Withdraw" question="It ends at once." confirm="Withdraw" danger onConfirm={onRemove} />
    </Group>
  );
}
