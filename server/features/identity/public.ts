import type { CredentialLookups } from "../../kernel/credentials.js";
import type { Deps } from "../../kernel/deps.js";
import { userActor } from "./commands.js";
import { guestByHash, tokenByHash, userBySession } from "./store.js";

export { addPeer, addToken, addUser, administered, removePeer, revokeToken } from "./admin-commands.js";
export { addOrganisation, addSite, allowSenders, sendResults } from "./admin-places.js";
export { adminRoutes } from "./admin-routes.js";
export { hashPassword } from "./passwords.js";
export { identityRoutes, topicsOf } from "./routes.js";
export { readerScope } from "./store.js";
export { organisations, peers, tokens, users } from "./store-admin.js";

/** How the gateway finds out who a secret belongs to. */
export function credentialLookups(deps: Deps): CredentialLookups {
  return {
    session: async (hash, address) => {
      const user = await userBySession(deps.db, hash);
      return user ? userActor(user, hash, address) : null;
    },
    token: async (hash, address) => {
      const token = await tokenByHash(deps.db, hash);
      if (!token) return null;
      return {
        kind: "machine",
        tokenId: token.id,
        name: token.label,
        role: token.role,
        hospitalIds: token.organisationId ? [token.organisationId] : null,
        siteIds: token.siteId ? [token.siteId] : null,
        address,
      };
    },
    guest: async (hash, address) => {
      const guest = await guestByHash(deps.db, hash);
      if (!guest) return null;
      return {
        kind: "guest",
        linkId: guest.linkId,
        name: guest.name,
        role: guest.role,
        studyId: guest.studyId,
        findingId: guest.findingId,
        hospitalIds: [guest.organisationId],
        address,
      };
    },
  };
}
