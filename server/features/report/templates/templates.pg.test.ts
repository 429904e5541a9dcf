import type { TemplateBody } from "@readroom/shared/contract/http/report-templates.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../../../e2e/fixtures/database.js";
import { type ReadingWorld, seedReadingWorld } from "../../../../e2e/fixtures/reading.js";
import { type RoomsHub, startRooms } from "../../../../e2e/fixtures/rooms.js";
import { openDatabase } from "../../../kernel/database.js";
import { addComment, commentsView, resolveThread } from "../comments.js";
import * as templates from "./commands.js";

let database: FreshDatabase;
let world: ReadingWorld;
let hub: RoomsHub;

beforeEach(async () => {
  database = await freshDatabase();
  const db = openDatabase(database.url);
  world = await seedReadingWorld(db.pool);
  await db.close();
  hub = await startRooms(database.url, world.people);
});
afterEach(async () => {
  await hub.stop();
  await database.drop();
});

const body = (change: Partial<TemplateBody> = {}): TemplateBody => ({
  name: "Mine",
  modality: "CT",
  bodyPart: "HEAD",
  procedures: [],
  owner: "own",
  source: "",
  notes: [],
  sections: [{ key: "impression", title: "Impression", loinc: "19005-8", normalText: "", required: true }],
  ...change,
});
const names = async (who: keyof ReadingWorld["people"]) => {
  const list = await templates.listTemplates(hub.deps, world.people[who]);
  return list.ok ? list.value.templates.map(({ name }) => name) : list.error.code;
};

describe("[RP13] templates of a group and of a person", () => {
  it("one's own is one's own; the group's are changed by its radiologists; a stale change is refused", async () => {
    const { attending, resident, referrer } = world.people;
    expect(await names("attending")).toContain("CT head");
    const made = await templates.createTemplate(hub.deps, resident, body());
    expect(made.ok).toBe(true);
    const id = made.ok ? made.value.id : "";
    expect(await names("resident")).toContain("Mine");
    expect(await names("attending")).not.toContain("Mine");
    expect(await templates.changeTemplate(hub.deps, attending, id, { ...body(), version: 1 })).toMatchObject({
      error: { code: "not_found" },
    });
    expect(await templates.createTemplate(hub.deps, resident, body({ owner: "group" }))).toMatchObject({
      error: { code: "forbidden" },
    });
    expect(
      await templates.changeTemplate(hub.deps, resident, id, { ...body({ name: "Ours" }), version: 1 }),
    ).toMatchObject({
      ok: true,
    });
    expect(await templates.changeTemplate(hub.deps, resident, id, { ...body(), version: 1 })).toMatchObject({
      error: { code: "conflict" },
    });
    expect(await templates.retireTemplate(hub.deps, resident, id)).toMatchObject({ ok: true });
    expect(await names("resident")).not.toContain("Ours");
    expect(await templates.listTemplates(hub.deps, referrer)).toMatchObject({ error: { code: "forbidden" } });
  });

  it("a field without a place, and a place without a field, are refused in words", async () => {
    const section = { ...body().sections[0]!, normalText: "Size: {{size}}" };
    expect(
      await templates.createTemplate(hub.deps, world.people.attending, body({ sections: [section] })),
    ).toMatchObject({
      error: { code: "invalid", message: expect.stringContaining("size") },
    });
  });

  it("a snippet is saved under its abbreviation, one's own beside the group's", async () => {
    const { attending, resident } = world.people;
    const snippet = { abbreviation: "nad", text: "Nothing acute.", owner: "own" as const };
    const saved = await templates.saveSnippet(hub.deps, resident, snippet);
    expect(saved.ok && saved.value.snippets.filter(({ abbreviation }) => abbreviation === "nad")).toHaveLength(2);
    expect(await templates.saveSnippet(hub.deps, resident, { ...snippet, owner: "group" })).toMatchObject({
      error: { code: "forbidden" },
    });
    const theirs = await templates.listSnippets(hub.deps, attending);
    expect(theirs.ok && theirs.value.snippets.find(({ abbreviation }) => abbreviation === "nad")?.text).toBe(
      "No acute abnormality.",
    );
  });
});

describe("[RP19] comments", () => {
  it("stand in threads with mentions of readers, for those who may write", async () => {
    const { attending, resident, referrer, stranger } = world.people;
    const thread = { threadId: crypto.randomUUID(), quote: "Normal." };
    const say = (who: typeof attending, text: string, mentions: string[] = []) =>
      addComment(hub.deps, who, world.studyId, { ...thread, text, mentions });
    expect(await say(attending, "Sure?", [resident.userId, referrer.userId])).toMatchObject({ ok: true });
    expect(await say(resident, "Yes.")).toMatchObject({
      value: {
        threads: [
          { quote: "Normal.", comments: [{ text: "Sure?", mentions: [resident.userId] }, { authorName: "resident" }] },
        ],
      },
    });
    expect(await resolveThread(hub.deps, attending, world.studyId, thread.threadId, true)).toMatchObject({
      value: { threads: [{ resolvedByName: "attending" }] },
    });
    expect(await commentsView(hub.deps, referrer, world.studyId)).toMatchObject({ error: { code: "forbidden" } });
    expect(await commentsView(hub.deps, stranger, world.studyId)).toMatchObject({ error: { code: "not_found" } });
    const { rows } = await hub.deps.db.pool.query(
      "SELECT payload FROM outbox WHERE type = 'report.commented' ORDER BY seq LIMIT 1",
    );
    expect(rows[0]?.payload.mentions).toEqual([resident.userId]);
  });
});
