/** Urgency of a study, the most urgent first. "stat" covers stroke and other minutes-count cases below a critical finding. */
export const URGENCIES = ["critical", "stat", "urgent", "routine"] as const;
export type Urgency = (typeof URGENCIES)[number];

/** 0 for critical … 3 for routine: the sort key that the lane index uses. */
export const urgencyRank = (urgency: Urgency): number => URGENCIES.indexOf(urgency);

/** The more urgent of two: AI results and rules may raise a study's urgency, never lower it. */
export const moreUrgent = (a: Urgency, b: Urgency): Urgency => (urgencyRank(a) <= urgencyRank(b) ? a : b);
