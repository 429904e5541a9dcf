import { Skeleton } from "@mantine/core";
import { useAfter } from "../../../ui/states";
import classes from "../page.module.css";

/** The room before the study is known: its true shape, nothing for the first moment. */
export function RoomSkeleton() {
  const show = useAfter(150);
  return (
    <div className={classes.room} aria-busy="true">
      <span className="rr-visually-hidden">Opening the study</span>
      <div className={classes.skeletonHeader}>
        {show ? <Skeleton height={12} width={280} animate={false} /> : null}
        {show ? <Skeleton height={12} width={160} animate={false} /> : null}
      </div>
      <div className={classes.skeletonBody}>
        <div className={classes.skeletonRail}>
          {show
            ? [0, 1, 2, 3].map((at) => <Skeleton key={at} height={94} width={94} radius="sm" animate={false} />)
            : null}
        </div>
        <div className={classes.skeletonFilm} />
        <div className={classes.skeletonSide}>
          {show
            ? [70, 95, 80, 60, 88].map((width) => (
                <Skeleton key={width} height={10} width={`${width}%`} animate={false} />
              ))
            : null}
        </div>
      </div>
    </div>
  );
}
