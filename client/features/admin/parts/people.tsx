import { Button, Group, Select, TextInput } from "@mantine/core";
import type { UserView } from "@readroom/shared/contract/http/admin.js";
import type { Role } from "@readroom/shared/domain/access.js";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { refusalWords } from "../../../kernel/api";
import { useMay } from "../../../kernel/session";
import { ConfirmInline } from "../../../ui/confirm-inline";
import { FormDialog } from "../../../ui/form-dialog";
import { ago } from "../../../ui/format";
import { List } from "../../../ui/list";
import { mapLoaded } from "../../../ui/loaded";
import { useNow } from "../../../ui/now";
import { Panel } from "../../../ui/page";
import { EmptyState } from "../../../ui/states";
import { Tone } from "../../../ui/tone";
import classes from "../page.module.css";
import { addUser, changeUser, disableUser, newPassword, useScope, useUsers } from "../source";
import { SecretDialog, useAdminAction } from "./form";

const ROLE_WORDS: Record<Exclude<Role, "integration">, string> = {
  radiologist: "Radiologist",
  resident: "Resident",
  referrer: "Referring physician",
  coordinator: "Hospital coordinator",
  operator: "Operator",
  administrator: "Administrator",
};

/** People, their roles and whether they may log in. */
export function People() {
  const query = useUsers();
  const may = useMay("people.write");
  const now = useNow();
  const [adding, setAdding] = useState(false);
  const [changing, setChanging] = useState<UserView | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const run = useAdminAction();
  return (
    <Panel title="People" flush aside={may ? <Button onClick={() => setAdding(true)}>Add a person</Button> : null}>
      <List
        label="People"
        loaded={mapLoaded(query, (list) => list.users)}
        rowId={(user) => user.id}
        columns={[
          {
            header: "Name",
            wide: true,
            render: (user) => (
              <>
                {user.name} <span className={classes.soft}>{user.title}</span>
              </>
            ),
          },
          { header: "Log-in", render: (user) => user.email },
          { header: "Organisation", render: (user) => user.organisation.name },
          {
            header: "Roles",
            render: (user) => (
              <>
                {rolesOf(user)}
                {user.physicianNumber ? <span className={classes.soft}> no. {user.physicianNumber}</span> : null}
              </>
            ),
          },
          { header: "Reads", wide: true, render: (user) => user.subspecialties.join(", ") || "–" },
          { header: "Last here", render: (user) => (user.lastSeenAt ? ago(user.lastSeenAt, now) : "never") },
          {
            header: "State",
            render: (user) => (user.disabledAt ? <Tone tone="bad">shut out</Tone> : <Tone tone="ok">active</Tone>),
          },
          ...(may
            ? [
                {
                  header: "Do",
                  render: (user: UserView) => (
                    <Group gap={8} wrap="nowrap">
                      <Button variant="subtle" color="gray" onClick={() => setChanging(user)}>
                        Change
                      </Button>
                      {user.disabledAt ? (
                        <Button variant="default" onClick={() => void run(() => disableUser(user.id, false))}>
                          Let in again
                        </Button>
                      ) : (
                        <ConfirmInline
                          label="Shut out"
                          question="End all sessions?"
                          confirm="Shut out"
                          danger
                          onConfirm={() => run(() => disableUser(user.id, true), `${user.name} is shut out.`)}
                        />
                      )}
                      <Button
                        variant="subtle"
                        color="gray"
                        onClick={() => void run(async () => setSecret((await newPassword(user.id)).password))}
                      >
                        New password
                      </Button>
                    </Group>
                  ),
                },
              ]
            : []),
        ]}
        empty={
          <EmptyState title="Nobody yet">Add the first person; the hub makes a password and shows it once.</EmptyState>
        }
      />
      {changing ? <ChangePerson user={changing} onClose={() => setChanging(null)} /> : null}
      {adding ? <AddPerson onClose={() => setAdding(false)} onSecret={setSecret} /> : null}
      <SecretDialog title="Password" secret={secret} onClose={() => setSecret(null)} />
    </Panel>
  );
}

const rolesOf = (user: UserView): string =>
  [...new Set(user.roles.map(({ role }) => (role === "integration" ? "Machine" : ROLE_WORDS[role])))].join(", ");

function AddPerson({ onClose, onSecret }: { onClose: () => void; onSecret: (secret: string | null) => void }) {
  const scope = useScope();
  const client = useQueryClient();
  const [person, setPerson] = useState({
    name: "",
    email: "",
    title: "",
    organisationId: "",
    role: "",
    physicianNumber: "",
  });
  const set = (field: keyof typeof person) => (value: string | null) =>
    setPerson((was) => ({ ...was, [field]: value ?? "" }));
  return (
    <FormDialog
      words={refusalWords}
      title="Add a person"
      opened
      onClose={onClose}
      submit="Add"
      onSubmit={async () => {
        const made = await addUser({
          organisationId: person.organisationId,
          name: person.name,
          email: person.email,
          title: person.title,
          ...(person.role === "referrer" && person.physicianNumber ? { physicianNumber: person.physicianNumber } : {}),
          roles: [{ role: person.role as Role }],
        });
        await client.invalidateQueries({ queryKey: ["admin", "users"] });
        onSecret(made.password);
      }}
    >
      <TextInput
        label="Name"
        required
        value={person.name}
        onChange={(event) => set("name")(event.currentTarget.value)}
      />
      <TextInput
        label="E-mail, for logging in"
        type="email"
        required
        value={person.email}
        onChange={(event) => set("email")(event.currentTarget.value)}
      />
      <TextInput label="Title" value={person.title} onChange={(event) => set("title")(event.currentTarget.value)} />
      <Select
        label="Organisation"
        required
        data={(scope.data?.organisations ?? []).map((one) => ({ value: one.id, label: one.name }))}
        value={person.organisationId || null}
        onChange={set("organisationId")}
      />
      <Select
        label="Role"
        required
        data={Object.entries(ROLE_WORDS).map(([value, label]) => ({ value, label }))}
        value={person.role || null}
        onChange={set("role")}
      />
      {person.role === "referrer" ? (
        <PhysicianNumber value={person.physicianNumber} set={set("physicianNumber")} />
      ) : null}
    </FormDialog>
  );
}

const PhysicianNumber = ({ value, set }: { value: string; set: (value: string) => void }) => (
  <TextInput
    label="Number at the hospital"
    description="As its orders name who ordered. Critical findings on their patients then ring on their screen."
    maxLength={40}
    value={value}
    onChange={(event) => set(event.currentTarget.value)}
  />
);

function ChangePerson({ user, onClose }: { user: UserView; onClose: () => void }) {
  const client = useQueryClient();
  const [person, setPerson] = useState({ name: user.name, title: user.title, number: user.physicianNumber ?? "" });
  const refers = user.roles.some(({ role }) => role === "referrer");
  return (
    <FormDialog
      words={refusalWords}
      title={`Change ${user.name}`}
      opened
      onClose={onClose}
      submit="Save"
      onSubmit={async () => {
        const { name, title, number } = person;
        await changeUser(user.id, { name, title, ...(refers ? { physicianNumber: number.trim() || null } : {}) });
        await client.invalidateQueries({ queryKey: ["admin", "users"] });
      }}
    >
      <TextInput
        label="Name"
        required
        maxLength={120}
        value={person.name}
        onChange={(event) => setPerson({ ...person, name: event.currentTarget.value })}
      />
      <TextInput
        label="Title"
        maxLength={120}
        value={person.title}
        onChange={(event) => setPerson({ ...person, title: event.currentTarget.value })}
      />
      {refers ? <PhysicianNumber value={person.number} set={(number) => setPerson({ ...person, number })} /> : null}
    </FormDialog>
  );
}
