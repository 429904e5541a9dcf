import fs from "node:fs";
import path from "node:path";
import pg from "pg";

/**
 * The URL of the embedded database that a running hub (or one that was killed) has in this directory, or undefined where none answers.
 * Takes nothing over: the hub goes on using it.
 */
export async function findRunning(dataDir: string): Promise<string | undefined> {
  const read = (name: string): string | undefined => {
    const file = path.join(dataDir, name);
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim() : undefined;
  };
  const [port, password] = [read("port"), read("password")];
  if (!port || !password) return undefined;
  const url = `postgresql://readroom:${password}@127.0.0.1:${port}/readroom`;
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 2_000,
    application_name: "readroom cli",
  });
  client.on("error", () => undefined); // a connection lost after the answer says nothing about the answer
  try {
    await client.connect();
    return url;
  } catch {
    return undefined; // nobody there, or another's server on a port that was ours once: the caller starts our own
  } finally {
    await client.end();
  }
}
