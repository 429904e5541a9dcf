import { ROLE_WORDS } from "@readroom/shared/domain/room-role.js";
import classes from "../company.module.css";
import { useRoomList } from "../source";

/** Who is in a study's room at this moment, in one line; nothing while nobody is. */
export function WhoIsHere({ studyId }: { studyId: string }) {
  const list = useRoomList(studyId, "");
  const here = list.data?.people.filter((one) => one.here) ?? [];
  if (here.length === 0) return null;
  return (
    <p className={classes.soft}>
      In the room now: {here.map((one) => `${one.name} (${ROLE_WORDS[one.role].name.toLowerCase()})`).join(", ")}
    </p>
  );
}
