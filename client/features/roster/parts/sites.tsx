import { ActionIcon, Button, NumberInput, TextInput } from "@mantine/core";
import type { SiteSettings } from "@readroom/shared/contract/http/roster.js";
import { IconArrowDown, IconArrowUp, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { asShown } from "../../../ui/loaded";
import { Facts, Panel } from "../../../ui/page";
import { EmptyState, ErrorState, OfflineState, SkeletonRows } from "../../../ui/states";
import classes from "../page.module.css";
import { changeSite, useSites } from "../source";
import { RosterForm } from "./form";

/** Each site's settings, and who is rung when a critical finding is there and nobody answers. */
export function Sites() {
  const shown = asShown(useSites());
  switch (shown.state) {
    case "loading":
      return <SkeletonRows rows={6} tracks="1fr 3fr" height={36} />;
    case "error":
      return <ErrorState title="The sites could not be loaded" error={shown.error} onRetry={shown.retry} />;
    case "offline":
      return <OfflineState onRetry={shown.retry}>Ladders and settings hold all the same.</OfflineState>;
    case "ready":
      return shown.value.sites.length === 0 ? (
        <EmptyState title="No site yet">
          Whoever runs the hub adds hospitals and their sites on its command line: <code>readroom site add</code>.
        </EmptyState>
      ) : (
        <div className={classes.sections}>
          {shown.value.sites.map((site) => (
            <Site key={site.id} site={site} />
          ))}
        </div>
      );
  }
}

function Site({ site }: { site: SiteSettings }) {
  const [editing, setEditing] = useState<"settings" | "ladder" | null>(null);
  return (
    <Panel
      title={`${site.name}, ${site.hospitalName}`}
      aside={
        site.mayChange ? (
          <div className={classes.tools}>
            <Button variant="default" onClick={() => setEditing("settings")}>
              Change settings
            </Button>
            <Button variant="default" onClick={() => setEditing("ladder")}>
              Change ladder
            </Button>
          </div>
        ) : null
      }
    >
      <div className={classes.twoColumns}>
        <Facts
          facts={[
            ["Code", site.code],
            ["Time zone", site.timeZone],
            ["Jurisdiction", site.jurisdiction],
            ["Phone", site.phone || "–"],
            ["Complete after", `${site.quietSeconds} s without an image`],
            [
              "Results go to",
              site.resultHost ? `${site.resultHost}:${site.resultPort ?? ""}` : "nowhere yet: they stay in the hub",
            ],
          ]}
        />
        <div>
          <h3 className={classes.subTitle}>Rung about critical findings, in this order</h3>
          {site.ladder.length === 0 ? (
            <p className={classes.note}>Nobody yet: a critical finding could be passed on by phone only.</p>
          ) : (
            <ol className={classes.ladder}>
              {site.ladder.map((rung, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a rung is its place on the ladder
                <li key={at}>
                  <strong>{rung.name}</strong> {rung.role}
                  <span className={classes.soft}>{[rung.phone, rung.email].filter(Boolean).join(" · ")}</span>
                </li>
              ))}
            </ol>
          )}
        </div>
      </div>
      {editing === "settings" ? <SettingsForm site={site} onClose={() => setEditing(null)} /> : null}
      {editing === "ladder" ? <LadderForm site={site} onClose={() => setEditing(null)} /> : null}
    </Panel>
  );
}

function SettingsForm({ site, onClose }: { site: SiteSettings; onClose: () => void }) {
  const [phone, setPhone] = useState(site.phone);
  const [quiet, setQuiet] = useState<number | string>(site.quietSeconds);
  const [host, setHost] = useState(site.resultHost);
  const [port, setPort] = useState<number | string>(site.resultPort ?? "");
  return (
    <RosterForm
      title={site.name}
      submit="Save"
      onClose={onClose}
      onSubmit={() =>
        changeSite(site.id, {
          ...{ phone, resultHost: host.trim(), quietSeconds: Number(quiet) || site.quietSeconds },
          resultPort: typeof port === "number" ? port : null,
        })
      }
    >
      <TextInput label="Phone" value={phone} onChange={(event) => setPhone(event.currentTarget.value)} />
      <NumberInput
        label="Quiet seconds"
        description="A study counts as complete when no image has come for so long"
        min={1}
        max={3600}
        value={quiet}
        onChange={setQuiet}
      />
      <div className={classes.row}>
        <TextInput
          className={classes.half}
          label="Results go to (MLLP host)"
          value={host}
          onChange={(event) => setHost(event.currentTarget.value)}
        />
        <NumberInput
          className={classes.half}
          label="Port"
          min={1}
          max={65_535}
          hideControls
          value={port}
          onChange={setPort}
        />
      </div>
    </RosterForm>
  );
}

type Rung = SiteSettings["ladder"][number] & { key: number };

function LadderForm({ site, onClose }: { site: SiteSettings; onClose: () => void }) {
  const [rungs, setRungs] = useState<Rung[]>(() => site.ladder.map((rung, key) => ({ ...rung, key })));
  const next = Math.max(0, ...rungs.map(({ key }) => key)) + 1;
  const set = (key: number, change: Partial<Rung>) =>
    setRungs((was) => was.map((rung) => (rung.key === key ? { ...rung, ...change } : rung)));
  const move = (at: number, by: number) =>
    setRungs((was) => {
      const moved = [...was];
      const [rung] = moved.splice(at, 1);
      if (rung) moved.splice(at + by, 0, rung);
      return moved;
    });
  return (
    <RosterForm
      title={`Who is rung for ${site.name}`}
      submit="Save"
      wide
      onClose={onClose}
      onSubmit={() => changeSite(site.id, { ladder: rungs.map(({ key: _key, ...rung }) => rung) })}
    >
      {rungs.map((rung, at) => (
        <fieldset key={rung.key} className={classes.rung}>
          <legend>{at + 1}</legend>
          <div className={classes.row}>
            {(["name", "role", "phone", "email"] as const).map((field) => (
              <TextInput
                key={field}
                className={classes.half}
                label={FIELD[field]}
                required={field === "name"}
                type={field === "email" ? "email" : "text"}
                value={rung[field]}
                onChange={(event) => set(rung.key, { [field]: event.currentTarget.value })}
              />
            ))}
          </div>
          <div className={classes.tools}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={28}
              disabled={at === 0}
              aria-label={`Ring ${rung.name} earlier`}
              onClick={() => move(at, -1)}
            >
              <IconArrowUp size={16} aria-hidden="true" />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={28}
              disabled={at === rungs.length - 1}
              aria-label={`Ring ${rung.name} later`}
              onClick={() => move(at, 1)}
            >
              <IconArrowDown size={16} aria-hidden="true" />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={28}
              aria-label={`Take ${rung.name} out`}
              onClick={() => setRungs((was) => was.filter(({ key }) => key !== rung.key))}
            >
              <IconTrash size={16} aria-hidden="true" />
            </ActionIcon>
          </div>
        </fieldset>
      ))}
      <Button
        variant="default"
        disabled={rungs.length >= 12}
        onClick={() =>
          setRungs((was) => [...was, { key: next, name: "", role: "", phone: "", email: "", userId: null }])
        }
      >
        Add somebody
      </Button>
    </RosterForm>
  );
}

const FIELD = { name: "Name", role: "Role", phone: "Phone", email: "E-mail" } as const;
