import { Checkbox } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { NoticeSettings } from "@readroom/shared/contract/http/notices.js";
import { CHANNELS, type Channel, type NoticeKind } from "@readroom/shared/domain/notices.js";
import { CHANNEL_WORDS, KIND_WORDS } from "../model";
import classes from "./notices.module.css";

interface MatrixProps {
  settings: NoticeSettings;
  save(channels: NoticeSettings["channels"]): void;
}

/** Kinds down, ways across; each tick is saved at once. On a phone each kind is a card. */
export function Matrix({ settings, save }: MatrixProps) {
  const phone = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false });
  const box = (kind: NoticeKind, channel: Channel, label?: string) => (
    <Tick key={channel} settings={settings} save={save} kind={kind} channel={channel} {...(label ? { label } : {})} />
  );
  if (phone)
    return (
      <>
        {settings.kinds.map((kind) => (
          <fieldset key={kind} className={classes.card}>
            <legend>
              <Kind kind={kind} />
            </legend>
            <div className={classes.chips}>{CHANNELS.map((channel) => box(kind, channel, CHANNEL_WORDS[channel]))}</div>
          </fieldset>
        ))}
      </>
    );
  return (
    <table className={classes.matrix} aria-label="What you hear of, and how">
      <thead>
        <tr>
          <th scope="col">Of what</th>
          {CHANNELS.map((channel) => (
            <th key={channel} scope="col">
              {CHANNEL_WORDS[channel]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {settings.kinds.map((kind) => (
          <tr key={kind}>
            <th scope="row">
              <Kind kind={kind} />
            </th>
            {CHANNELS.map((channel) => (
              <td key={channel}>{box(kind, channel)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Kind({ kind }: { kind: NoticeKind }) {
  const { name, when } = KIND_WORDS[kind];
  return (
    <>
      <span className={classes.kind}>{name}</span>
      <span className={classes.kindWhen}>{when}</span>
    </>
  );
}

function Tick({
  settings,
  save,
  kind,
  channel,
  label,
}: MatrixProps & { kind: NoticeKind; channel: Channel; label?: string }) {
  const chosen = settings.channels[kind] ?? [];
  const fixed = channel === "app" && settings.always.includes(kind);
  const missing = channel === "mail" && !settings.available.mail;
  const toggle = (on: boolean) =>
    save({ ...settings.channels, [kind]: on ? [...chosen, channel] : chosen.filter((one) => one !== channel) });
  const hint = fixed
    ? "Somebody waits for you: this always shows in the bell"
    : missing
      ? "This hub sends no mail"
      : undefined;
  return (
    <Checkbox
      checked={chosen.includes(channel) && !missing}
      disabled={fixed || missing}
      {...(label ? { label } : {})}
      {...(hint ? { title: hint } : {})}
      aria-label={`${KIND_WORDS[kind].name}: ${CHANNEL_WORDS[channel]}`}
      onChange={(event) => toggle(event.currentTarget.checked)}
    />
  );
}
