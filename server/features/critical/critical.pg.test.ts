import type { UserActor } from "@readroom/shared/domain/access.js";
import { CATEGORIES } from "@readroom/shared/domain/critical.js";
import { MINUTE } from "@readroom/shared/kernel/instant.js";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { freshDatabase } from "../../../e2e/fixtures/database.js";
import { seedWorld } from "../../demo/store.js";
import { testClock } from "../../kernel/clock.js";
import { openDatabase } from "../../kernel/database.js";
import type { Deps } from "../../kernel/deps.js";
import { makeLog } from "../../kernel/log.js";
import { changeCritical, escalate, raiseCritical } from "./commands.js";
import { createLink, enterRoom, LINK_LIFE, previewLink, revokeLink } from "./links.js";
import { dueFindings } from "./store.js";

let deps: Deps & { clock: ReturnType<typeof testClock> };
let drop: () => Promise<void>;
let reader: UserActor;
let stranger: UserActor;
let studyId: string;

beforeAll(async () => {
  const database = await freshDatabase();
  drop = database.drop;
  deps = {
    db: openDatabase(database.url),
    clock: testClock(Date.parse("2026-11-24T02:00:00Z")),
    log: makeLog("silent"),
  };
  await seedWorld(deps);
  reader = await actor("lindqvist@nightline.example", await hospitals());
  stranger = await actor("becker@northgate.example", await hospitals("NORTHGATE"));
});

afterAll(async () => {
  await deps.db.close();
  await drop();
});

beforeEach(async () => {
  const site = await deps.db.prisma.site.findFirstOrThrow({ where: { code: "STM-ED" } });
  const study = await deps.db.prisma.study.create({
    data: {
      organisationId: site.organisationId,
      siteId: site.id,
      studyInstanceUid: `2.25.${Math.floor(Math.random() * 1e15)}`,
      dicomPatientName: { alphabetic: "Sample^Ada" },
      dicomPatientId: "MRN-1",
      dicomBirthDate: "19550301",
      dicomSex: "F",
      description: "CT Head",
      modalities: ["CT"],
    },
  });
  studyId = study.id;
});

const red = { category: "red" as const, finding: "Acute haemorrhage in the right basal ganglia" };

async function raised() {
  const result = await raiseCritical(deps, reader, studyId, red);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** The study's order, by that physician. */
async function ordered({ name, number }: { name: string; number: string }): Promise<void> {
  const study = await deps.db.prisma.study.findUniqueOrThrow({ where: { id: studyId } });
  const patient = await deps.db.prisma.patient.create({
    data: {
      organisationId: study.organisationId,
      issuer: "STMARY",
      mrn: crypto.randomUUID(),
      name: { alphabetic: "Sample^Ada" },
    },
  });
  const { id } = await deps.db.prisma.imagingOrder.create({
    data: {
      ...{
        siteId: study.siteId,
        patientId: patient.id,
        source: "hl7",
        accessionNumber: crypto.randomUUID().slice(0, 16),
      },
      ...{
        procedureText: "CT Head",
        referringName: name,
        referringNumber: number,
        updatedAt: new Date(),
        orderedAt: new Date(),
      },
    },
  });
  await deps.db.prisma.study.update({ where: { id: studyId }, data: { orderId: id } });
}

async function linked(findingId: string): Promise<{ token: string; linkId: string }> {
  const link = await createLink(deps, reader, { studyId, findingId }, "http://hub");
  if (!link.ok) throw new Error(link.error.message);
  return { token: link.value.url.split("#")[1] ?? "", linkId: link.value.linkId };
}

describe("critical findings", () => {
  it("[CR3] rings the next contact of the ladder when the first one's time is over, and not before", async () => {
    const finding = await raised();
    expect(finding.current?.name).toBe("Dr Priya Raman");
    expect(await dueFindings(deps.db, new Date(deps.clock.now()))).not.toContain(finding.id);
    deps.clock.advance(CATEGORIES.red.perContact);
    expect(await dueFindings(deps.db, new Date(deps.clock.now()))).toContain(finding.id);
    await escalate(deps, finding.id);
    await escalate(deps, finding.id);
    const steps = await deps.db.prisma.criticalStep.findMany({
      where: { findingId: finding.id },
      orderBy: { at: "asc" },
    });
    expect(steps.filter((step) => step.kind === "escalated").map((step) => step.contactName)).toEqual([
      "Charge nurse, ED",
    ]);
    const { rows } = await deps.db.pool.query("SELECT type FROM outbox WHERE stream = $1 ORDER BY version", [
      `critical:${finding.id}`,
    ]);
    expect(rows.map((row) => row.type)).toEqual(["critical.raised", "critical.escalated"]);
  });

  it("[CR11] the ordering physician is rung on their own screen: known by the hospital's number for them, never by name", async () => {
    const raman = (await deps.db.prisma.userAccount.findUniqueOrThrow({ where: { email: "raman@stmary.example" } })).id;
    await ordered({ name: "Dr P. Raman-Iyer", number: "1234" });
    expect(await raised()).toMatchObject({
      current: { name: "Dr P. Raman-Iyer", role: "Ordering physician", userId: raman },
      // she also stands on the site's ladder: once is enough
      ladder: [{ userId: raman }, { name: "Charge nurse, ED" }, { name: "Nursing supervisor" }],
    });
    const { rows } = await deps.db.pool.query(
      "SELECT topics FROM outbox WHERE type = 'critical.raised' ORDER BY seq DESC LIMIT 1",
    );
    expect(rows[0].topics).toContain(`user:${raman}`);
    // the name alone, another hospital's number, an account that is shut out: by phone and link
    for (const number of ["", "3310"]) {
      await ordered({ name: "Dr Priya Raman", number });
      expect((await raised()).current, number).toMatchObject({ role: "Ordering physician", userId: null });
    }
    await ordered({ name: "Dr Priya Raman", number: "1234" });
    const shut = (disabledAt: Date | null) =>
      deps.db.prisma.userAccount.update({ where: { id: raman }, data: { disabledAt } });
    await shut(new Date(deps.clock.now()));
    expect((await raised()).current).toMatchObject({ role: "Ordering physician", userId: null });
    await shut(null);
  });

  it("[CR2] [CR6] goes from the link over read-back to the acknowledgement, each step kept with the person", async () => {
    const finding = await raised();
    const { token } = await linked(finding.id);
    const entered = await enterRoom(deps, token, "Dr Priya Raman", "10.0.0.9");
    if (!entered.ok) throw new Error(entered.error.message);
    expect(entered.value.view.critical?.state).toBe("reached");
    const guest = {
      kind: "guest" as const,
      linkId: entered.value.view.linkId,
      name: "Dr Priya Raman",
      role: "Emergency physician",
      studyId,
      findingId: finding.id,
      hospitalIds: reader.hospitalIds,
      address: "10.0.0.9",
    };
    const by = { name: guest.name, role: guest.role };
    const acknowledge = {
      action: "critical.acknowledge" as const,
      command: { type: "acknowledge" as const, by },
      step: { kind: "acknowledged" as const, byName: by.name },
      event: "critical.acknowledged",
    };
    expect(await changeCritical(deps, guest, finding.id, acknowledge)).toMatchObject({
      ok: false,
      error: { code: "conflict" },
    });
    await changeCritical(deps, guest, finding.id, {
      action: "critical.acknowledge",
      command: { type: "readBack", by, text: "Right basal ganglia bleed, neurosurgery now" },
      step: { kind: "read_back", byName: by.name },
      event: "critical.read_back",
    });
    const closed = await changeCritical(deps, guest, finding.id, acknowledge);
    expect(closed).toMatchObject({
      ok: true,
      value: {
        state: "closed",
        acknowledgedName: "Dr Priya Raman, Emergency physician",
        readBackText: "Right basal ganglia bleed, neurosurgery now",
      },
    });
    expect(await changeCritical(deps, guest, finding.id, acknowledge)).toMatchObject({
      ok: true,
      value: { state: "closed" },
    });
    const kinds = (await deps.db.prisma.criticalStep.findMany({ where: { findingId: finding.id } })).map(
      (step) => step.kind,
    );
    expect(kinds.sort()).toEqual(["acknowledged", "joined", "linked", "notified", "raised", "reached", "read_back"]);
    expect((await deps.db.prisma.study.findUniqueOrThrow({ where: { id: studyId } })).criticalState).toBe(
      "acknowledged",
    );
    await expect(
      deps.db.pool.query("UPDATE critical_step SET note = 'x' WHERE finding_id = $1", [finding.id]),
    ).rejects.toThrow("append only");
  });

  it("[CR7] [CR10] a link opens once, not after its time, not when it was taken back", async () => {
    const finding = await raised();
    const used = await linked(finding.id);
    expect((await enterRoom(deps, used.token, "Dr Priya Raman", "a")).ok).toBe(true);
    expect(await enterRoom(deps, used.token, "Somebody else", "b")).toMatchObject({
      ok: false,
      error: { code: "expired" },
    });
    const late = await linked(finding.id);
    deps.clock.advance(LINK_LIFE + MINUTE);
    expect(await previewLink(deps, late.token)).toMatchObject({
      ok: false,
      error: { code: "expired", message: "This link has expired." },
    });
    const revoked = await linked(finding.id);
    expect((await revokeLink(deps, reader, revoked.linkId)).ok).toBe(true);
    expect(await enterRoom(deps, revoked.token, "Dr Priya Raman", "a")).toMatchObject({
      ok: false,
      error: { code: "expired" },
    });
    expect(await previewLink(deps, "no-such-token-at-all-000")).toMatchObject({
      ok: false,
      error: { code: "expired" },
    });
    const { rows } = await deps.db.pool.query("SELECT count(*)::int AS n FROM join_link WHERE hash = ANY($1)", [
      [used.token, late.token, revoked.token],
    ]);
    expect(rows[0].n).toBe(0);
  });

  it("[CR8] before coming in, the page tells initials, age and sex, and neither name nor record number", async () => {
    const { token } = await linked((await raised()).id);
    const preview = await previewLink(deps, token);
    expect(preview).toMatchObject({
      ok: true,
      value: { patient: { initials: "A. S.", age: "71", sex: "F" }, caller: "Dr Julia Lindqvist" },
    });
    expect(JSON.stringify(preview)).not.toMatch(/Sample|Ada|MRN-1/);
  });

  it("[CR9] a foreign tenant's finding is not there", async () => {
    const finding = await raised();
    const read = {
      action: "critical.acknowledge" as const,
      command: { type: "readBack" as const, by: { name: "x", role: "" }, text: "abc" },
      step: { kind: "read_back" as const },
      event: "critical.read_back",
    };
    expect(await changeCritical(deps, stranger, finding.id, read)).toMatchObject({
      ok: false,
      error: { code: "not_found" },
    });
    expect(await raiseCritical(deps, stranger, studyId, red)).toMatchObject({
      ok: false,
      error: { code: "not_found" },
    });
  });
});

async function hospitals(...codes: string[]): Promise<string[]> {
  const rows = await deps.db.prisma.organisation.findMany({
    where: { kind: "hospital", ...(codes.length > 0 ? { code: { in: codes } } : {}) },
  });
  return rows.map((row) => row.id);
}

async function actor(email: string, hospitalIds: string[]): Promise<UserActor> {
  const user = await deps.db.prisma.userAccount.findUniqueOrThrow({
    where: { email },
    include: { roles: true, organisation: true },
  });
  return {
    kind: "user",
    userId: user.id,
    name: user.displayName,
    organisationId: user.organisationId,
    organisationKind: user.organisation.kind as UserActor["organisationKind"],
    roles: user.roles.map((grant) => grant.role) as UserActor["roles"],
    siteIds: null,
    hospitalIds,
    sessionId: "",
    address: "127.0.0.1",
  };
}
