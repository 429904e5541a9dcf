import { ActionIcon, SegmentedControl, Slider, Tooltip } from "@mantine/core";
import type { HistoryLine, HistoryMoment, HistoryPerson } from "@readroom/shared/contract/http/history.js";
import {
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerTrackNextFilled,
  IconPlayerTrackPrevFilled,
} from "@tabler/icons-react";
import type { CSSProperties } from "react";
import { absoluteTime } from "../../../ui/format";
import { KeyHint, useKeys } from "../../../ui/keys";
import classes from "../history.module.css";
import { type Axis, cutsOf, momentInWords, placeOf, timeAt } from "../model";
import { type Playback, SPEEDS, type Speed } from "../use-playback";

interface TimeLineProps {
  line: HistoryLine;
  axis: Axis;
  playback: Playback;
  here: readonly string[];
  chosen: string | null;
  onChoose(personId: string | null): void;
}

/** Who was there and what they did, over the time that something happened in; played, or dragged through. */
export function TimeLine({ line, axis, playback, here, chosen, onChoose }: TimeLineProps) {
  const { place, playing } = playback;
  const places = line.moments.map((moment) => placeOf(axis, moment.at));
  const next = () => playback.go(places.find((one) => one > place + 1) ?? axis.length);
  const previous = () => playback.go(places.findLast((one) => one < place - 1) ?? 0);
  useKeys([
    {
      id: "history.play",
      keys: ["Space"],
      label: "Play or pause",
      group: "Time travel",
      run: () => playback.play(!playing),
    },
    { id: "history.next", keys: ["N"], label: "Next moment", group: "Time travel", run: next },
    { id: "history.previous", keys: ["P"], label: "Moment before", group: "Time travel", run: previous },
  ]);
  const share = (at: number) => `${(100 * placeOf(axis, at)) / axis.length}%`;
  return (
    <section className={classes.timeLine} aria-label="Time line">
      <div className={classes.controls}>
        <Tooltip
          label={
            <>
              Moment before <KeyHint combo="P" />
            </>
          }
        >
          <ActionIcon size={32} aria-label="Moment before" onClick={previous}>
            <IconPlayerTrackPrevFilled size={16} />
          </ActionIcon>
        </Tooltip>
        <Tooltip
          label={
            <>
              {playing ? "Pause" : "Play"} <KeyHint combo="Space" />
            </>
          }
        >
          <ActionIcon
            size={36}
            variant="filled"
            aria-label={playing ? "Pause" : "Play"}
            onClick={() => playback.play(!playing)}
          >
            {playing ? <IconPlayerPauseFilled size={18} /> : <IconPlayerPlayFilled size={18} />}
          </ActionIcon>
        </Tooltip>
        <Tooltip
          label={
            <>
              Next moment <KeyHint combo="N" />
            </>
          }
        >
          <ActionIcon size={32} aria-label="Next moment" onClick={next}>
            <IconPlayerTrackNextFilled size={16} />
          </ActionIcon>
        </Tooltip>
        <SegmentedControl
          size="xs"
          aria-label="Speed"
          value={String(playback.speed)}
          onChange={(value) => playback.setSpeed(Number(value) as Speed)}
          data={SPEEDS.map((speed) => ({ value: String(speed), label: `${speed}×` }))}
        />
        <output className={classes.clock}>{absoluteTime(playback.at)}</output>
      </div>
      <div className={classes.lanes} style={{ "--at": `${(100 * place) / axis.length}%` } as CSSProperties}>
        {line.people.map((person) => (
          <Lane
            key={person.personId}
            person={person}
            moments={line.moments.filter((moment) => moment.personId === person.personId)}
            share={share}
            here={here.includes(person.personId)}
            chosen={chosen === person.personId}
            onChoose={() => onChoose(chosen === person.personId ? null : person.personId)}
          />
        ))}
        <div className={classes.scrub}>
          <span />
          <div className={classes.track}>
            {cutsOf(axis).map((cut) => (
              <span
                key={cut}
                className={classes.cut}
                style={{ left: `${(100 * cut) / axis.length}%` }}
                title="Nothing happened for a while"
              />
            ))}
            <Slider
              thumbLabel="Instant"
              min={0}
              max={axis.length}
              step={250}
              value={place}
              label={null}
              onChange={playback.go}
              thumbProps={{ "aria-valuetext": absoluteTime(timeAt(axis, place)) }}
            />
          </div>
        </div>
      </div>
    </section>
  );
}

function Lane({
  person,
  moments,
  share,
  here,
  chosen,
  onChoose,
}: {
  person: HistoryPerson;
  moments: readonly HistoryMoment[];
  share(at: number): string;
  here: boolean;
  chosen: boolean;
  onChoose(): void;
}) {
  return (
    <div className={classes.lane} data-here={here} style={{ "--person": person.colour } as CSSProperties}>
      <button
        type="button"
        className={classes.who}
        aria-pressed={chosen}
        onClick={onChoose}
        title={`Show the screen of ${person.name}`}
      >
        <span className={classes.dot} aria-hidden="true" />
        {person.name}
      </button>
      <div className={classes.track} aria-hidden="true">
        {person.stays.map((stay) => (
          <span
            key={stay.from}
            className={classes.stay}
            style={{ left: share(stay.from), width: `max(3px, calc(${share(stay.until)} - ${share(stay.from)}))` }}
          />
        ))}
        {person.looks.map((at) => (
          <span key={at} className={classes.look} style={{ left: share(at) }} />
        ))}
        {moments.map((moment) => (
          <span
            key={`${moment.kind} ${moment.at}`}
            className={classes.moment}
            data-kind={moment.kind}
            style={{ left: share(moment.at) }}
            title={`${absoluteTime(moment.at)}: ${momentInWords(moment)}`}
          />
        ))}
      </div>
    </div>
  );
}
