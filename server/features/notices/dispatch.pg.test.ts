import { createECDH, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { UserActor } from "@readroom/shared/domain/access.js";
import { MINUTE, SECOND } from "@readroom/shared/kernel/instant.js";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { smtpMail } from "../../adapters/mail/smtp.js";
import { webPushSender } from "../../adapters/push/web-push.js";
import { makeWorld, type World } from "../worklist/testing/world.js";
import { act, saveSettings, subscribe } from "./commands.js";
import { dispatchDue } from "./dispatch.js";
import type { MailPort, NoticePorts } from "./ports.js";
import { noticeReactions } from "./reactions.js";
import { relayOf } from "./testing/events.js";

let database: FreshDatabase;
let world: World;
let smtp: SMTPServer;
let pushService: ReturnType<typeof createServer>;
let mail: MailPort;
let ports: NoticePorts;
let relay: ReturnType<typeof relayOf>;
let julia: UserActor;
const mails: { to: string; text: string }[] = [];
const pushed: IncomingMessage["headers"][] = [];
let refuse = false;
let answer = 201;

beforeAll(async () => {
  database = await freshDatabase();
  world = await makeWorld(database.url);
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onMailFrom: (_address, _session, done) =>
      done(refuse ? Object.assign(new Error("try again later"), { responseCode: 451 }) : null),
    onData: (stream, session, done) => {
      let text = "";
      stream.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      stream.on("end", () => {
        mails.push({ to: session.envelope.rcptTo[0]?.address ?? "", text });
        done();
      });
    },
  });
  const port = await new Promise<number>((resolve) => {
    const listening = smtp.listen(0, "127.0.0.1", () => resolve((listening.address() as AddressInfo).port));
  });
  pushService = createServer((request, response) => {
    pushed.push(request.headers);
    request.resume().on("end", () => response.writeHead(answer).end());
  });
  await new Promise<void>((resolve) => void pushService.listen(0, "127.0.0.1", resolve));
  mail = smtpMail({ url: `smtp://127.0.0.1:${port}`, from: "Readroom <readroom@nightline.example>" });
  ports = {
    mail,
    push: webPushSender({ contact: "mailto:readroom@nightline.example", alsoHosts: [pushHost()] }),
    publicUrl: "https://readroom.example/",
  };
  relay = relayOf(world.deps, noticeReactions({ mail: true }));
});
afterAll(async () => {
  mail.close();
  await new Promise<void>((resolve) => void smtp.close(() => resolve()));
  await new Promise((resolve) => void pushService.close(resolve));
  await world.close();
  await database.drop();
});
beforeEach(async () => {
  await world.db.pool.query(
    "DELETE FROM notice_dispatch; DELETE FROM notice; DELETE FROM notice_spoken; DELETE FROM study; DELETE FROM user_account",
  );
  julia = await world.person();
  [mails.length, pushed.length, refuse, answer] = [0, 0, false, 201];
});

const pushHost = () => `127.0.0.1:${(pushService.address() as AddressInfo).port}`;
const endpoint = () => `http://${pushHost()}/subscription`;
function browserKeys() {
  const pair = createECDH("prime256v1");
  pair.generateKeys();
  return { p256dh: pair.getPublicKey().toString("base64url"), auth: randomBytes(16).toString("base64url") };
}
async function statArrives(): Promise<void> {
  const studyId = await world.study({ urgencyRank: 1 });
  await relay.emit("study.routed", { studyId });
  await relay.run();
}
async function after(ms: number): Promise<void> {
  world.deps.clock.advance(ms);
  await dispatchDue(world.deps, ports);
}
const states = async () =>
  (await world.db.pool.query<{ state: string }>("SELECT state FROM notice_dispatch ORDER BY due_at")).rows.map(
    (row) => row.state,
  );

describe("mail", () => {
  beforeEach(async () => {
    await saveSettings(world.deps, julia, { stat_study: ["app", "mail"] });
  });

  it("[NO8] [NO16] four stat studies leave as one mail that names neither patient, procedure nor site", async () => {
    for (let n = 0; n < 4; n += 1) await statArrives();
    await after(SECOND);
    expect(mails).toEqual([]);
    await after(MINUTE);
    expect(mails).toHaveLength(1);
    expect(mails[0]?.to).toMatch(/@test\.example$/);
    expect(mails[0]?.text).toMatch(/^Subject: 4 stat studies waiting/m);
    expect(mails[0]?.text).toContain("https://readroom.example/worklist");
    expect(mails[0]?.text).not.toMatch(/Sample|CT head|NORTH/i);
    await after(MINUTE);
    expect(mails).toHaveLength(1);
  });

  it("[NO16] a mail server that is not ready gets it later; nothing is lost and nothing is sent twice", async () => {
    await statArrives();
    refuse = true;
    await after(MINUTE + SECOND);
    expect(await states()).toEqual(["waiting"]);
    refuse = false;
    await after(MINUTE);
    expect(mails).toHaveLength(1);
    await after(MINUTE);
    expect(mails).toHaveLength(1);
    expect(await states()).toEqual(["sent"]);
  });

  it("[NO17] what was read on screen, or is no longer the person's, does not leave any more", async () => {
    await statArrives();
    await act(world.deps, julia, { act: "read" });
    await statArrives();
    await world.db.pool.query("DELETE FROM licence WHERE user_id = $1", [julia.userId]);
    await after(20 * MINUTE);
    expect(mails).toEqual([]);
    expect(await states()).toEqual(["dropped", "dropped"]);
  });

  it("[NO8] a site may let its procedures be named", async () => {
    await world.db.pool.query("INSERT INTO notice_site (site_id, outside_text) VALUES ($1, 'procedure')", [
      world.north.site,
    ]);
    await statArrives();
    await after(MINUTE + SECOND);
    expect(mails[0]?.text).toContain("CT head");
    expect(mails[0]?.text).not.toContain("Sample");
    await world.db.pool.query("DELETE FROM notice_site");
  });
});

describe("web push", () => {
  it("[NO18] goes encrypted to every browser of the person with the hub's own key; one that is gone is forgotten", async () => {
    await saveSettings(world.deps, julia, { stat_study: ["app", "push"] });
    const subscribed = await subscribe(
      world.deps,
      ports,
      julia,
      { endpoint: endpoint(), keys: browserKeys() },
      "Firefox/140 Linux",
    );
    expect(subscribed.ok).toBe(true);
    await statArrives();
    await after(MINUTE);
    expect(pushed).toHaveLength(1);
    expect(pushed[0]?.authorization).toMatch(/^vapid t=/);
    expect(pushed[0]?.["content-encoding"]).toBe("aes128gcm");
    answer = 410;
    await statArrives();
    await after(2 * MINUTE);
    expect((await world.db.pool.query("SELECT 1 FROM push_subscription")).rowCount).toBe(0);
  });

  it("[NO18] the hub posts to browsers' push services alone", async () => {
    for (const elsewhere of [
      "https://intranet.example/x",
      "https://fcm.googleapis.com:8443/x",
      "http://fcm.googleapis.com/x",
    ]) {
      const refused = await subscribe(world.deps, ports, julia, { endpoint: elsewhere, keys: browserKeys() }, "");
      expect(refused.ok).toBe(false);
    }
    expect(ports.push.accepts("https://updates.push.services.mozilla.com/wpush/v2/x")).toBe(true);
  });
});
