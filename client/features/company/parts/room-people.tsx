import { ActionIcon, Button, Menu } from "@mantine/core";
import type { RoomListed } from "@readroom/shared/contract/http/room.js";
import type { RoomPerson } from "@readroom/shared/contract/room.js";
import {
  GIVEN_ROLES,
  type GivenRole,
  LINK_ROLES,
  noMoreThan,
  ROLE_WORDS,
  type RoomRole,
} from "@readroom/shared/domain/room-role.js";
import { IconCheck, IconDoorExit, IconDots, IconUserPlus } from "@tabler/icons-react";
import { type CSSProperties, useState } from "react";
import { refusalWords } from "../../../kernel/api";
import { dateTime, timeOfDay } from "../../../ui/format";
import { toast } from "../../../ui/toast";
import classes from "../company.module.css";
import { changeRole, sendOut, useRoomList } from "../source";
import { AskIn } from "./ask-in";

export interface RoomPeopleProps {
  studyId: string;
  /** Everybody in the room now, oneself left out. */
  others: readonly RoomPerson[];
  /** What that person looks at, in words. */
  lookingAt(person: RoomPerson): string;
  followed(person: RoomPerson): boolean;
  onFollow(person: RoomPerson, on: boolean): void;
}

/** Who is in the room and as what, who was asked in, and what the one who runs it may do about it. */
export function RoomPeople({ studyId, others, lookingAt, followed, onFollow }: RoomPeopleProps) {
  const list = useRoomList(studyId, others.map((person) => person.key).join(" "));
  const [asking, setAsking] = useState(false);
  const { role: own = "guest", runs = false, invites = false, people = [] } = list.data ?? {};
  const here = new Set(others.map((person) => person.personId));
  const absent = people.filter((one) => !here.has(one.personId) && !one.here);
  return (
    <>
      {others.length === 0 ? <p className={classes.soft}>Nobody else is here.</p> : null}
      <ul className={classes.people} aria-label="Here now">
        {others.map((person) => (
          <li key={person.key} className={classes.person} style={{ "--person": person.colour } as CSSProperties}>
            <span className={classes.dot} aria-hidden="true" />
            <span className={classes.who}>
              <span>{person.name}</span>
              <span className={classes.soft}>
                {ROLE_WORDS[person.roomRole].name}
                {person.guest ? ", by link" : ""} ·{" "}
                {person.hidden ? "does not show what they look at" : lookingAt(person)}
              </span>
            </span>
            <Button size="compact-xs" variant="default" onClick={() => onFollow(person, !followed(person))}>
              {followed(person) ? "Let go" : "Follow"}
            </Button>
            {runs && person.roomRole !== "reader" ? (
              <RoleMenu studyId={studyId} person={{ ...person, role: person.roomRole, out: false }} own={own} />
            ) : null}
          </li>
        ))}
      </ul>
      {absent.length > 0 ? (
        <ul className={classes.people} aria-label="Asked in and gone">
          {absent.map((one) => (
            <li key={one.personId} className={classes.person} data-out={one.state === "out"}>
              <span className={classes.dot} aria-hidden="true" />
              <span className={classes.who}>
                <span>{one.name}</span>
                <span className={classes.soft}>
                  {ROLE_WORDS[one.role].name} · {stateInWords(one)}
                </span>
              </span>
              {(runs || (invites && one.guest)) && one.role !== "reader" && !(one.guest && one.state === "out") ? (
                <RoleMenu
                  studyId={studyId}
                  person={{ ...one, out: one.state === "out" }}
                  own={own}
                  {...(runs ? {} : { onlyOut: true })}
                />
              ) : null}
            </li>
          ))}
        </ul>
      ) : null}
      {list.error ? <p className={classes.soft}>{refusalWords(list.error)}</p> : null}
      {invites ? (
        <>
          <Button
            variant="default"
            className={classes.ask}
            leftSection={<IconUserPlus size={16} aria-hidden="true" />}
            onClick={() => setAsking(true)}
          >
            Ask somebody in
          </Button>
          <AskIn studyId={studyId} own={own} opened={asking} onClose={() => setAsking(false)} />
        </>
      ) : null}
    </>
  );
}

function stateInWords(one: RoomListed): string {
  switch (one.state) {
    case "invited":
      return one.expiresAt
        ? `has a link until ${dateTime(one.expiresAt)}`
        : `asked in by ${one.invitedByName || "a colleague"}, has not come yet`;
    case "entered":
      return one.enteredAt ? `was here, came ${timeOfDay(one.enteredAt)}` : "was here";
    case "out":
      return one.guest ? "the link is over" : "sent out";
  }
}

interface Ruled {
  personId: string;
  name: string;
  guest: boolean;
  role: RoomRole;
  out: boolean;
}

function RoleMenu({
  studyId,
  person,
  own,
  onlyOut = false,
}: {
  studyId: string;
  person: Ruled;
  own: RoomRole;
  onlyOut?: boolean;
}) {
  const act = (work: Promise<unknown>, done: string): void =>
    void work.then(
      () => toast.done(done),
      (thrown: unknown) => toast.refused(refusalWords(thrown)),
    );
  const roles: readonly GivenRole[] = (person.guest ? LINK_ROLES : GIVEN_ROLES).filter((role) => noMoreThan(role, own));
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon size={28} aria-label={`What ${person.name} may do`}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {onlyOut ? null : (
          <>
            <Menu.Label>{person.out ? `Let ${person.name} in again as` : `${person.name} is here as`}</Menu.Label>
            {roles.map((role) => (
              <Menu.Item
                key={role}
                leftSection={
                  role === person.role && !person.out ? <IconCheck size={14} /> : <span style={{ width: 14 }} />
                }
                onClick={() =>
                  act(
                    changeRole(studyId, person.personId, role),
                    `${person.name}: ${ROLE_WORDS[role].name.toLowerCase()}.`,
                  )
                }
              >
                {ROLE_WORDS[role].name}
                <span className={classes.may}>{ROLE_WORDS[role].may}</span>
              </Menu.Item>
            ))}
          </>
        )}
        {person.out ? null : (
          <>
            {onlyOut ? null : <Menu.Divider />}
            <Menu.Item
              color="red"
              leftSection={<IconDoorExit size={14} />}
              onClick={() =>
                act(
                  sendOut(studyId, person),
                  person.guest ? `The link of ${person.name} is taken back.` : `${person.name} is out of the room.`,
                )
              }
            >
              {person.guest ? "Take the link back" : "Send out of the room"}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
