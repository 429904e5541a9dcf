import { beginReport } from "../../server/features/report/commands.js";
import { openDatabase } from "../../server/kernel/database.js";
import { seedReadingWorld } from "../fixtures/reading.js";
import { startRooms } from "../fixtures/rooms.js";

/** The rooms in a process of their own, so that their processor time is theirs alone. Tells the port, and the time on request. */
const url = process.argv[2] ?? "";
const db = openDatabase(url);
const world = await seedReadingWorld(db.pool);
await db.close();
const hub = await startRooms(url, world.people);
const begun = await beginReport(hub.deps, hub.rooms.documents, world.people.attending, world.studyId);
if (!begun.ok) throw new Error(begun.error.message);

process.on("message", (ask) => {
  if (ask === "time") process.send?.({ time: process.cpuUsage() });
  if (ask === "stop") void hub.stop().then(() => process.exit(0));
});
process.send?.({ port: hub.port, document: `report:${world.studyId}:1` });
