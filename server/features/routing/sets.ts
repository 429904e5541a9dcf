import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type {
  DraftView,
  RuleSetInfo,
  RulesRequest,
  RulesView,
  VersionView,
} from "@readroom/shared/contract/http/routing.js";
import type { Actor, UserActor } from "@readroom/shared/domain/access.js";
import { changes } from "@readroom/shared/domain/routing/compare.js";
import type { RuleSet } from "@readroom/shared/domain/routing/rules.js";
import { check, type Vocabulary } from "@readroom/shared/domain/routing/validate.js";
import { ruleInWords } from "@readroom/shared/domain/routing/words.js";
import { DAY } from "@readroom/shared/kernel/instant.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { z } from "zod";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { topics } from "../../kernel/topics.js";
import { waitingOf } from "./queue.js";
import type { Transaction } from "./store.js";
import { appliedSince } from "./store-replay.js";
import * as store from "./store-sets.js";
import { namingOf, vocabularyOf } from "./vocabulary.js";

const NO_DRAFT = refusal("not_found", "There is no draft.", { action: "Start one from the published rules." });

/** Rules belong to a reading group; only its own people see and change them. */
export function groupOf(actor: Actor): Result<UserActor, Refusal> {
  if (actor.kind === "user" && actor.organisationKind === "reading_group") return ok(actor);
  return err(refusal("forbidden", "Routing rules belong to a reading group."));
}

const infoOf = (row: store.RuleSetRow): RuleSetInfo => {
  const { id, state, number, note, createdAt, createdByName, updatedAt, updatedByName } = row;
  const { publishedAt, publishedByName } = row;
  return { id, state, number, note, createdAt, createdByName, updatedAt, updatedByName, publishedAt, publishedByName };
};

/** The form wants lists that it may change. */
const contentOf = (content: RuleSet): RulesView["content"] => structuredClone(content) as RulesView["content"];

export async function rulesView(deps: Deps, groupId: string): Promise<RulesView> {
  const { pool } = deps.db;
  const published = await store.publishedSet(pool, groupId);
  const [draft, known, rerouting, applied] = await Promise.all([
    store.draftOf(pool, groupId),
    vocabularyOf(pool, groupId),
    waitingOf(pool, groupId),
    appliedSince(pool, groupId, published.id, deps.clock.now() - 7 * DAY),
  ]);
  const naming = namingOf(known);
  return {
    published: infoOf(published),
    content: contentOf(published.content),
    lines: published.content.rules.map((rule) => ({
      id: rule.id,
      sentence: ruleInWords(rule, naming),
      applied: applied.get(rule.name) ?? 0,
    })),
    builtIn: published.number === 0,
    draft: draft && infoOf(draft),
    rerouting,
  };
}

/** The draft with everything that is wrong with it and what it would change; null where there is none. */
export async function draftView(deps: Deps, groupId: string): Promise<DraftView | null> {
  const { pool } = deps.db;
  const draft = await store.draftOf(pool, groupId);
  if (!draft) return null;
  const [published, known] = [await store.publishedSet(pool, groupId), await vocabularyOf(pool, groupId)];
  const from = draft.basedOn === null ? null : await store.setById(pool, groupId, draft.basedOn);
  const { problems, warnings } = check(draft.content, known);
  return {
    info: infoOf(draft),
    revision: draft.revision,
    content: contentOf(draft.content),
    problems: [...problems],
    warnings: [...warnings],
    changes: changes(published.content, draft.content, namingOf(known)),
    outdatedFrom: from && from.publishedAt !== null && from.id !== published.id ? from.number : null,
  };
}

/** A draft from the published rules, or from an earlier version to restore it. One at a time in a group: people edit it together. */
export async function startDraft(
  deps: Deps,
  actor: UserActor,
  from: string | undefined,
): Promise<Result<DraftView, Refusal>> {
  const groupId = actor.organisationId;
  const source = from
    ? await store.setById(deps.db.pool, groupId, from)
    : await store.publishedSet(deps.db.pool, groupId);
  if (!source || source.state === "draft") return err(refusal("not_found", "There is no such version."));
  const made = await deps.db.pgTx(async (tx) => {
    const id = await store.insertDraft(tx, groupId, source.content, source.id, actor);
    if (id) await tell(tx, actor, "rules.draft_started", { from: source.number });
    return id;
  });
  if (made) return shown(deps, groupId);
  const draft = await store.draftOf(deps.db.pool, groupId);
  return err(
    refusal("conflict", `There is a draft already, last changed by ${draft?.updatedByName ?? "somebody"}.`, {
      action: from ? "Publish or discard it before restoring another version." : "Go on with that one.",
    }),
  );
}

/** Saves the whole draft. Bad rules are kept (they are being written) and told; refused only when somebody else saved in between. */
export function saveDraft(
  deps: Deps,
  actor: UserActor,
  revision: number,
  content: RuleSet,
): Promise<Result<DraftView, Refusal>> {
  return onDraft(deps, actor, revision, async (tx, draft) => {
    await store.saveDraft(tx, draft.id, content, actor, deps.clock.now());
    await tell(tx, actor, "rules.draft_saved", { revision: revision + 1, rules: content.rules.length });
    return ok(undefined);
  });
}

export async function discardDraft(deps: Deps, actor: UserActor, revision: number): Promise<Result<null, Refusal>> {
  const done = await locked(deps, actor, revision, async (tx, draft) => {
    await store.deleteDraft(tx, draft.id);
    await tell(tx, actor, "rules.draft_discarded", {});
    return ok(undefined);
  });
  return done.ok ? ok(null) : done;
}

/** Puts the draft into effect. Refuses all that could never work, at once and in words; every open study is then decided anew. */
export async function publishDraft(
  deps: Deps,
  actor: UserActor,
  revision: number,
  note: string,
): Promise<Result<RulesView, Refusal>> {
  const known = await vocabularyOf(deps.db.pool, actor.organisationId);
  const done = await locked(deps, actor, revision, async (tx, draft) => {
    const refused = problemsOf(draft.content, known);
    if (refused) return err(refused);
    const number = await store.publishDraft(tx, actor.organisationId, draft.id, note, actor, deps.clock.now());
    await announce(tx, actor, draft.id, number, note);
    return ok(undefined);
  });
  return done.ok ? ok(await rulesView(deps, actor.organisationId)) : done;
}

function problemsOf(content: RuleSet, known: Vocabulary): Refusal | null {
  const { problems } = check(content, known);
  if (problems.length === 0) return null;
  const first = problems[0]?.message ?? "";
  const more = problems.length > 1 ? ` And ${problems.length - 1} more.` : "";
  return refusal("invalid", `These rules can't be published. ${first}${more}`, { detail: { problems } });
}

/** Writes rules at once, past any draft: for a set-up. Refused in words as a publication is. */
export async function replaceRules(
  deps: Deps,
  actor: UserActor,
  request: z.output<typeof RulesRequest>,
): Promise<Result<RulesView, Refusal>> {
  const groupId = actor.organisationId;
  const known = await vocabularyOf(deps.db.pool, groupId);
  const published = await store.publishedSet(deps.db.pool, groupId);
  const content: RuleSet = { rules: request.rules, mapping: request.subspecialties ?? published.content.mapping };
  const refused = problemsOf(content, known);
  if (refused) return err(refused);
  const done = await deps.db.pgTx(async (tx): Promise<Result<undefined, Refusal>> => {
    const id = await store.insertDraft(tx, groupId, content, published.id, actor);
    if (!id) return err(refusal("conflict", "There is a draft.", { action: "Publish or discard it first." }));
    const number = await store.publishDraft(tx, groupId, id, request.note, actor, deps.clock.now());
    await announce(tx, actor, id, number, request.note);
    return ok(undefined);
  });
  return done.ok ? ok(await rulesView(deps, groupId)) : done;
}

export async function versions(deps: Deps, groupId: string) {
  await store.publishedSet(deps.db.pool, groupId);
  const rows = await store.versionsOf(deps.db.pool, groupId);
  return { versions: rows.map((row) => ({ ...infoOf(row), rules: row.content.rules.length })) };
}

/** One version as it was, and what it changed. */
export async function version(deps: Deps, groupId: string, id: string): Promise<Result<VersionView, Refusal>> {
  const rows = await store.versionsOf(deps.db.pool, groupId);
  const at = rows.findIndex((row) => row.id === id);
  const row = rows[at];
  if (!row) return err(refusal("not_found", "There is no such version."));
  const naming = namingOf(await vocabularyOf(deps.db.pool, groupId));
  const before = rows[at + 1];
  return ok({
    info: infoOf(row),
    content: contentOf(row.content),
    lines: row.content.rules.map((rule) => ({ id: rule.id, sentence: ruleInWords(rule, naming) })),
    changes: before ? changes(before.content, row.content, naming) : [],
  });
}

type Work = (tx: Transaction, draft: store.RuleSetRow) => Promise<Result<undefined, Refusal>>;

async function onDraft(
  deps: Deps,
  actor: UserActor,
  revision: number,
  work: Work,
): Promise<Result<DraftView, Refusal>> {
  const done = await locked(deps, actor, revision, work);
  return done.ok ? shown(deps, actor.organisationId) : done;
}

/** Runs on the draft as the caller knows it; a refusal in words when it has moved on. */
function locked(deps: Deps, actor: UserActor, revision: number, work: Work): Promise<Result<undefined, Refusal>> {
  return deps.db.pgTx(async (tx) => {
    const draft = await store.draftOf(tx, actor.organisationId, true);
    if (!draft) return err(NO_DRAFT);
    if (draft.revision === revision) return work(tx, draft);
    const message = `${draft.updatedByName} has changed the draft since you opened it.`;
    return err(
      refusal("conflict", message, {
        action: "Load their version, or put yours over it.",
        detail: { revision: draft.revision, byName: draft.updatedByName, at: draft.updatedAt },
      }),
    );
  });
}

async function shown(deps: Deps, groupId: string): Promise<Result<DraftView, Refusal>> {
  const view = await draftView(deps, groupId);
  return view ? ok(view) : err(NO_DRAFT);
}

/** Audited, and told to whoever has the page open. */
async function tell(tx: Transaction, actor: UserActor, type: string, detail: Record<string, unknown>): Promise<void> {
  const groupId = actor.organisationId;
  await audit(tx, actor, [{ action: type, organisationId: groupId, detail }]);
  await appendEvents(tx, actor, [
    { stream: `rules:${groupId}`, type, payload: { groupId, ...detail }, topics: [topics.group(groupId)] },
  ]);
}

const announce = (tx: Transaction, actor: UserActor, ruleSetId: string, number: number, note: string): Promise<void> =>
  tell(tx, actor, "rules.changed", { ruleSetId, number, note });
