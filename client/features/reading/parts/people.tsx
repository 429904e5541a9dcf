import { Tooltip } from "@mantine/core";
import type { RoomPerson, SharedView } from "@readroom/shared/contract/room.js";
import type { CSSProperties } from "react";
import { dateOnly, initials } from "../../../ui/format";
import type { Presence } from "../use-presence";
import type { WallSeries } from "../wall";
import classes from "./people.module.css";

/** Who else is in the room; a click follows that person, a second one stops it. */
export function People({ presence, series }: { presence: Presence; series: readonly WallSeries[] }) {
  if (presence.others.length === 0) return null;
  return (
    <ul className={classes.people} aria-label="In the room">
      {presence.others.map((person) => (
        <li key={person.key}>
          <Avatar person={person} presence={presence} series={series} />
        </li>
      ))}
    </ul>
  );
}

function Avatar({
  person,
  presence,
  series,
}: {
  person: RoomPerson;
  presence: Presence;
  series: readonly WallSeries[];
}) {
  const followed = presence.follow.state === "following" && presence.follow.key === person.key;
  return (
    <Tooltip label={<Looking person={person} presence={presence} series={series} />}>
      <button
        type="button"
        className={classes.avatar}
        style={{ "--person": person.colour } as CSSProperties}
        aria-pressed={followed}
        aria-label={followed ? `Stop following ${person.name}` : `Follow ${person.name}`}
        onClick={() => (followed ? presence.stop() : presence.followPerson(person.key))}
        data-initials={initials(person.name)}
      />
    </Tooltip>
  );
}

function Looking({
  person,
  presence,
  series,
}: {
  person: RoomPerson;
  presence: Presence;
  series: readonly WallSeries[];
}) {
  return (
    <>
      {person.name}
      {person.guest ? ", guest" : ""} · {lookingAt(presence.viewOf(person.key), series)}
    </>
  );
}

/** What a person looks at, in words: "looking at Axial 1 mm", "looking at the prior of 12 Mar 2025". */
export function lookingAt(
  view: SharedView | undefined,
  series: readonly WallSeries[],
  imageNumber: (view: SharedView) => number | undefined = () => undefined,
): string {
  if (!view) return "has not moved yet";
  const found = series.find((one) => one.seriesInstanceUid === view.seriesInstanceUid);
  if (!found) return "looking at another study";
  const image = imageNumber(view);
  const name = `${found.description || `${found.modality} ${found.number ?? ""}`.trim()}${image ? `, image ${image}` : ""}`;
  if (!found.prior) return `looking at ${name}`;
  return `looking at ${name} of the prior${found.prior.day ? ` of ${dateOnly(found.prior.day)}` : ""}`;
}
