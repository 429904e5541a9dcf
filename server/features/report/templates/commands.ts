import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import {
  type ChangeTemplate,
  type SaveSnippet,
  SnippetList,
  type TemplateBody,
  TemplateList,
} from "@readroom/shared/contract/http/report-templates.js";
import { placesIn } from "@readroom/shared/crdt/report-fields.js";
import type { Actor, UserActor } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { z } from "zod";
import { audit } from "../../../kernel/audit.js";
import type { Deps } from "../../../kernel/deps.js";
import { type ImportedTemplate, readMrrt } from "./mrrt.js";
import * as store from "./store.js";

type Refused<T> = Promise<Result<T, Refusal>>;

const noTemplate = () => refusal("not_found", "There is no such template.");

/** Templates belong to a reading group: people of a hospital and machines have none. */
function writerOf(actor: Actor): (store.Writer & { actor: UserActor }) | null {
  if (actor.kind !== "user" || actor.organisationKind !== "reading_group") return null;
  return { groupId: actor.organisationId, personId: actor.userId, name: actor.name, actor };
}

/** Everybody's templates are changed by those who sign final reports and by those who run the group. */
const mayEditGroup = ({ roles }: UserActor): boolean =>
  roles.some((role) => role === "radiologist" || role === "operator");

const notHere = () => refusal("forbidden", "Templates belong to reading groups.");
const onlyOwn = () =>
  refusal("forbidden", "The group's templates are changed by its radiologists and operators.", {
    action: "Save it as your own.",
  });

export async function listTemplates(deps: Deps, actor: Actor): Refused<z.infer<typeof TemplateList>> {
  const by = writerOf(actor);
  if (!by) return err(notHere());
  const group = mayEditGroup(by.actor);
  const rows = await store.templatesOf(deps.db, by.groupId, by.personId);
  const templates = rows.map((row) => ({ ...row, mayEdit: row.owner === "own" || group }));
  return ok(TemplateList.parse({ templates, mayEditGroup: group }));
}

/** What stands in the text and what is a field must be the same: a field without a place could never be filled. */
function misfit(body: TemplateBody): Refusal | null {
  for (const section of body.sections) {
    const places = placesIn(section.normalText);
    const keys = (section.fields ?? []).map(({ key }) => key);
    const strange = places.find((place) => !keys.includes(place));
    if (strange) return refusal("invalid", `“${section.title}” names a field “${strange}” that it does not have.`);
    const unplaced = (section.fields ?? []).find(({ key }) => !places.includes(key));
    if (unplaced)
      return refusal("invalid", `The field “${unplaced.label}” stands nowhere in the text of “${section.title}”.`, {
        action: `Write {{${unplaced.key}}} where it belongs.`,
      });
  }
  return null;
}

export async function createTemplate(deps: Deps, actor: Actor, body: TemplateBody): Refused<{ id: string }> {
  const by = writerOf(actor);
  if (!by) return err(notHere());
  if (body.owner === "group" && !mayEditGroup(by.actor)) return err(onlyOwn());
  const wrong = misfit(body);
  if (wrong) return err(wrong);
  const id = await store.insertTemplate(deps.db, by, body);
  await note(deps, by.actor, "template.create", id, body.name);
  return ok({ id });
}

export async function changeTemplate(
  deps: Deps,
  actor: Actor,
  id: string,
  { version, ...body }: z.output<typeof ChangeTemplate>,
): Refused<{ id: string }> {
  const found = await editable(deps, actor, id);
  if (!found.ok) return found;
  const { by } = found.value;
  if (body.owner === "group" && !mayEditGroup(by.actor)) return err(onlyOwn());
  const wrong = misfit(body);
  if (wrong) return err(wrong);
  if (!(await store.changeTemplate(deps.db, by, id, version, body)))
    return err(refusal("conflict", "Somebody saved this template in the meantime.", { action: "Load it anew." }));
  await note(deps, by.actor, "template.change", id, body.name);
  return ok({ id });
}

export async function retireTemplate(deps: Deps, actor: Actor, id: string): Refused<{ id: string }> {
  const found = await editable(deps, actor, id);
  if (!found.ok) return found;
  await store.retireTemplate(deps.db, found.value.by.groupId, id);
  await note(deps, found.value.by.actor, "template.retire", id, found.value.row.name);
  return ok({ id });
}

async function editable(
  deps: Deps,
  actor: Actor,
  id: string,
): Refused<{ row: store.TemplateRow; by: NonNullable<ReturnType<typeof writerOf>> }> {
  const by = writerOf(actor);
  if (!by) return err(notHere());
  const row = await store.templateOf(deps.db, id);
  if (!row || row.groupId !== by.groupId || (row.ownerId !== null && row.ownerId !== by.personId))
    return err(noTemplate());
  if (row.owner === "group" && !mayEditGroup(by.actor)) return err(onlyOwn());
  return ok({ row, by });
}

/** Reads an MRRT template and shows what came of it; nothing is saved. */
export function importTemplate(html: string): Result<ImportedTemplate, Refusal> {
  const read = readMrrt(html);
  if (read.sections.every(({ fields, key }) => !fields?.length && key === "impression"))
    return err(
      refusal("invalid", "No fields and no sections were found in it.", { action: "Choose an MRRT template (HTML)." }),
    );
  return ok(read);
}

export async function listSnippets(deps: Deps, actor: Actor): Refused<z.infer<typeof SnippetList>> {
  const by = writerOf(actor);
  if (!by) return err(notHere());
  const group = mayEditGroup(by.actor);
  const rows = await store.snippetsOf(deps.db, by.groupId, by.personId);
  return ok(SnippetList.parse({ snippets: rows.map((row) => ({ ...row, mayEdit: row.owner === "own" || group })) }));
}

export async function saveSnippet(
  deps: Deps,
  actor: Actor,
  snippet: SaveSnippet,
): Refused<z.infer<typeof SnippetList>> {
  const by = writerOf(actor);
  if (!by) return err(notHere());
  if (snippet.owner === "group" && !mayEditGroup(by.actor)) return err(onlyOwn());
  await store.saveSnippet(deps.db, by, snippet);
  return listSnippets(deps, actor);
}

export async function deleteSnippet(deps: Deps, actor: Actor, id: string): Refused<z.infer<typeof SnippetList>> {
  const by = writerOf(actor);
  if (!by) return err(notHere());
  if (!(await store.deleteSnippet(deps.db, by, id, mayEditGroup(by.actor))))
    return err(refusal("not_found", "There is no such snippet of yours."));
  return listSnippets(deps, actor);
}

const note = (deps: Deps, actor: UserActor, action: string, id: string, name: string) =>
  audit(deps.db.pool, actor, [{ action, organisationId: actor.organisationId, subject: id, detail: { name } }]);
