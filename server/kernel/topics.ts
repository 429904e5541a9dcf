/** Socket topics. The gateway lets an actor subscribe only to what policy gives it; the relay publishes on what an event names. */
export const topics = {
  hospital: (organisationId: string): string => `hospital:${organisationId}`,
  group: (groupId: string): string => `group:${groupId}`,
  study: (studyId: string): string => `study:${studyId}`,
  user: (userId: string): string => `user:${userId}`,
};

/** The topics of everything that happens to a study: its hospital, the reading group that it is routed to, and the room on it. */
export function studyTopics(study: { id: string; organisationId: string; groupId: string | null }): string[] {
  return [
    topics.hospital(study.organisationId),
    topics.study(study.id),
    ...(study.groupId ? [topics.group(study.groupId)] : []),
  ];
}
