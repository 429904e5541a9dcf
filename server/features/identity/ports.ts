import type { HubInfo } from "@readroom/shared/contract/http/session.js";

export interface IdentityPorts {
  /** Everything of the hub that is public, without the time. */
  hubInfo(): Promise<Omit<HubInfo, "serverNow">>;
}
