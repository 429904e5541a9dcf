import { LinkView, type NewRoomLink } from "@readroom/shared/contract/http/critical.js";
import { Invitable, type Invitation, RoomList } from "@readroom/shared/contract/http/room.js";
import type { GivenRole } from "@readroom/shared/domain/room-role.js";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { z } from "zod";
import { api } from "../../kernel/api";
import { useHubEvents } from "../../kernel/socket";

const listKey = (studyId: string) => ["room", studyId, "people"] as const;

/** Who was asked into the study's room and who has been in it; asked again when something of it changes. */
export function useRoomList(studyId: string, here: string) {
  const client = useQueryClient();
  useHubEvents((event) => {
    if (event.payload.studyId === studyId && /^(room|link)\.|^study\.(claimed|released|claim_)/.test(event.type))
      void client.invalidateQueries({ queryKey: listKey(studyId) });
  });
  return useQuery({
    // people come and go without an event: who is here is part of the question
    queryKey: [...listKey(studyId), here],
    queryFn: ({ signal }) => api.get(`/api/studies/${studyId}/room`, RoomList, { signal }),
    placeholderData: (before) => before,
  });
}

export function useInvitable(studyId: string, wanted: boolean) {
  return useQuery({
    queryKey: ["room", studyId, "invitable"],
    queryFn: ({ signal }) => api.get(`/api/studies/${studyId}/room/invitable`, z.array(Invitable), { signal }),
    enabled: wanted,
  });
}

export const invite = (studyId: string, invitation: Invitation) =>
  api.post(`/api/studies/${studyId}/room/invitations`, z.unknown(), invitation);
export const changeRole = (studyId: string, personId: string, role: GivenRole) =>
  api.put(`/api/studies/${studyId}/room/people/${personId}`, z.unknown(), { role });
export const makeLink = (studyId: string, link: NewRoomLink) =>
  api.post(`/api/studies/${studyId}/links`, LinkView, link);

/** Ends somebody's visit: of a guest the link, with everything that hangs on it. */
export const sendOut = (studyId: string, person: { personId: string; guest: boolean }) =>
  person.guest
    ? api.delete(`/api/links/${person.personId}`, z.unknown())
    : api.delete(`/api/studies/${studyId}/room/people/${person.personId}`, z.unknown());
