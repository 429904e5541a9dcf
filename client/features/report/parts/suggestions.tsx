import { ActionIcon, Button, Group, Tooltip } from "@mantine/core";
import { bodyOf } from "@readroom/shared/crdt/report.js";
import { type OpenSuggestion, openSuggestions } from "@readroom/shared/crdt/report-marks.js";
import { IconCheck, IconX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import type { RoomProvider } from "../../../kernel/room/provider";
import classes from "../report.module.css";

/** The suggestions that stand in the text, a moment after each change. */
export function useSuggestions(room: RoomProvider): readonly OpenSuggestion[] {
  const [list, setList] = useState<readonly OpenSuggestion[]>([]);
  const { epoch } = room.snapshot();
  // biome-ignore lint/correctness/useExhaustiveDependencies: epoch: the document was made anew
  useEffect(() => {
    const { doc } = room;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = (): void => {
      timer = undefined;
      const found = openSuggestions(bodyOf(doc));
      setList((before) => (JSON.stringify(before) === JSON.stringify(found) ? before : found));
    };
    const later = (): void => {
      timer ??= setTimeout(read, 120);
    };
    read();
    doc.on("update", later);
    return () => {
      clearTimeout(timer);
      doc.off("update", later);
    };
  }, [room, epoch]);
  return list;
}

/** The name that the room knows for a person. */
export function nameIn(room: RoomProvider, personId: string): string {
  for (const writer of room.writers.values()) if (writer.personId === personId) return writer.name;
  return room.snapshot().people.find((person) => person.personId === personId)?.name ?? "Somebody";
}

export interface SuggestionsProps {
  readonly room: RoomProvider;
  readonly list: readonly OpenSuggestion[];
  readonly mayWrite: boolean;
  readonly titleOf: (section: string) => string;
  readonly onShow: (id: string) => void;
  readonly onSettle: (ids: readonly string[], how: "accept" | "reject") => void;
}

/** Each suggestion with its words. Whoever may write accepts it, its author too: a reader who is alone wrote it to look at it once more. */
export function Suggestions({ room, list, mayWrite, titleOf, onShow, onSettle }: SuggestionsProps) {
  const me = room.snapshot().self?.personId;
  const others = list.filter(({ by }) => by !== me).map(({ id }) => id);
  if (list.length === 0) return <p className={classes.quiet}>Nothing is suggested.</p>;
  return (
    <section className={classes.strip} aria-label="Suggestions">
      {others.length > 1 && mayWrite ? (
        <Group gap="xs">
          <Button size="compact-xs" variant="default" onClick={() => onSettle(others, "accept")}>
            Accept all {others.length}
          </Button>
          <Button size="compact-xs" variant="subtle" onClick={() => onSettle(others, "reject")}>
            Reject all
          </Button>
        </Group>
      ) : null}
      <ul>
        {list.map((one) => (
          <li key={one.id}>
            <button type="button" className={classes.pointer} onClick={() => onShow(one.id)}>
              <span className={classes.quiet}>
                {nameIn(room, one.by)} · {titleOf(one.section)}
              </span>
              <span>
                {one.deleted ? <del>{one.deleted}</del> : null} {one.inserted ? <ins>{one.inserted}</ins> : null}
              </span>
            </button>
            {mayWrite ? (
              <Tooltip label={one.by === me ? "Write it so" : "Accept"}>
                <ActionIcon
                  variant="default"
                  aria-label={`Accept: ${wordsOf(one)}`}
                  onClick={() => onSettle([one.id], "accept")}
                >
                  <IconCheck size={16} />
                </ActionIcon>
              </Tooltip>
            ) : null}
            {mayWrite ? (
              <Tooltip label={one.by === me ? "Take back" : "Reject"}>
                <ActionIcon
                  variant="default"
                  aria-label={`${one.by === me ? "Take back" : "Reject"}: ${wordsOf(one)}`}
                  onClick={() => onSettle([one.id], "reject")}
                >
                  <IconX size={16} />
                </ActionIcon>
              </Tooltip>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

const wordsOf = ({ deleted, inserted }: OpenSuggestion): string =>
  [deleted && `without “${deleted}”`, inserted && `with “${inserted}”`].filter(Boolean).join(", ");
