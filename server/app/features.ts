import type { Feature } from "../kernel/feature.js";
import type { Deps } from "../kernel/deps.js";
import { identityRoutes } from "../features/identity/public.js";
import { DEMO_PASSWORD, PEOPLE } from "../demo/world.js";
import type { Config } from "./config.js";

/** Every feature of the hub with the adapters that it needs: the one place where they meet. */
export function composeFeatures(deps: Deps, config: Config): Feature[] {
  const identity: Feature = {
    name: "identity",
    routes: (app) => identityRoutes(app, deps, { hubInfo: () => hubInfo(config) }),
  };
  return [identity];
}

async function hubInfo(config: Config) {
  return { name: "Readroom", version: "0.1.0", demo: config.demo.on, demoLogins: config.demo.on ? PEOPLE.map(({ email, name, title, blurb }) => ({ email, name, role: title, blurb, password: DEMO_PASSWORD })) : [], callsAvailable: false };
}
