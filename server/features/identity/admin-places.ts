import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { Actor } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { administered } from "./admin-commands.js";
import * as store from "./store-admin.js";

/** New organisations change who the hub serves: only the hub's own command line makes them. */
export async function addOrganisation(
  deps: Deps,
  actor: Actor,
  organisation: store.NewOrganisation,
): Promise<Result<string, Refusal>> {
  if (administered(actor) !== null)
    return err(refusal("forbidden", "Organisations are added on the hub's command line."));
  if (!isTimeZone(organisation.timeZone))
    return err(refusal("invalid", `${organisation.timeZone} is no IANA time zone.`));
  return deps.db.pgTx(async (tx) => {
    const id = await store.insertOrganisation(tx, organisation);
    if (!id) return err(refusal("conflict", `An organisation has the code ${organisation.code} already.`));
    await audit(tx, actor, [{ action: "organisation.add", organisationId: id, subject: id }]);
    return ok(id);
  });
}

export async function addSite(deps: Deps, actor: Actor, site: store.NewSite): Promise<Result<string, Refusal>> {
  if (administered(actor) !== null) return err(refusal("forbidden", "Sites are added on the hub's command line."));
  if (!isTimeZone(site.timeZone)) return err(refusal("invalid", `${site.timeZone} is no IANA time zone.`));
  return deps.db.pgTx(async (tx) => {
    const id = await store.insertSite(tx, site);
    if (!id) return err(refusal("conflict", `The organisation has a site ${site.code} already.`));
    await audit(tx, actor, [{ action: "site.add", organisationId: site.organisationId, subject: id }]);
    return ok(id);
  });
}

/** Points a site's results (ORU^R01) at its information system, from the next signature on; earlier ones went to the folder alone. */
export async function sendResults(
  deps: Deps,
  actor: Actor,
  site: { readonly id: string; readonly organisationId: string },
  to: store.ResultsReceiver,
): Promise<Result<null, Refusal>> {
  if (administered(actor) !== null)
    return err(refusal("forbidden", "Where results go is set on the hub's command line."));
  return deps.db.pgTx(async (tx) => {
    if (!(await store.setResultsReceiver(tx, site.id, to))) return err(refusal("not_found", "There is no such site."));
    await audit(tx, actor, [{ action: "site.results", organisationId: site.organisationId, subject: site.id }]);
    return ok(null);
  });
}

const SENDER = /^[A-Za-z0-9.:_-]{1,253}(\/\d{1,3})?$/;

/** Where a site's HL7 messages are believed to come from: addresses, CIDR ranges, host names; none: anywhere. */
export async function allowSenders(
  deps: Deps,
  actor: Actor,
  site: { readonly id: string; readonly organisationId: string },
  from: readonly string[],
): Promise<Result<null, Refusal>> {
  if (administered(actor) !== null)
    return err(refusal("forbidden", "Where messages may come from is set on the hub's command line."));
  const wrong = from.find((host) => !SENDER.test(host));
  if (wrong !== undefined)
    return err(refusal("invalid", `"${wrong.slice(0, 80)}" is neither an address, a CIDR range nor a host name.`));
  return deps.db.pgTx(async (tx) => {
    if (!(await store.setHl7Senders(tx, site.id, from))) return err(refusal("not_found", "There is no such site."));
    const detail = { from: [...from] };
    await audit(tx, actor, [{ action: "site.senders", organisationId: site.organisationId, subject: site.id, detail }]);
    return ok(null);
  });
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false; // RangeError is how Intl says no
  }
}
