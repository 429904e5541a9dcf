import type { Actor } from "@readroom/shared/domain/access.js";
import type { Server, Socket } from "socket.io";
import type { Authenticate } from "../kernel/credentials.js";
import type { Log } from "../kernel/log.js";

const EVERY_MS = 15_000;

export interface Recheck {
  /** Asks for every socket now; resolves to the number of those that were ended. */
  run(): Promise<number>;
  stop(): void;
}

/** Who sends this handshake: a cookie, or the token that the client gave with it. */
export function whoIs(socket: Pick<Socket, "handshake">, authenticate: Authenticate): Promise<Actor> {
  const token: unknown = socket.handshake.auth.token;
  const { headers, address } = socket.handshake;
  return authenticate(typeof token === "string" ? { ...headers, authorization: `Bearer ${token}` } : headers, address);
}

/**
 * Asks again, every quarter of a minute, who each live socket is. What is withdrawn by somebody ends it at once by its event; this is
 * for what ends by itself (a session or a guest's link that runs out, a contract's last day), and for an event that nobody wrote.
 */
export function startRecheck(io: Server, authenticate: Authenticate, log: Log): Recheck {
  const check = async (socket: Socket): Promise<boolean> => {
    const now = await whoIs(socket, authenticate);
    if (same(now, socket.data.actor as Actor)) return false;
    socket.disconnect(true);
    return true;
  };
  const run = async (): Promise<number> => {
    let ended = 0;
    // One after the other: it has time, and the database has other things to do.
    for (const socket of [...io.sockets.sockets.values()]) {
      try {
        if (await check(socket)) ended += 1;
      } catch (error) {
        log.warn(
          { err: { message: error instanceof Error ? error.message : String(error) } },
          "a live socket could not be asked again who it is",
        );
      }
    }
    return ended;
  };
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    void run().finally(() => {
      busy = false;
    });
  }, EVERY_MS);
  timer.unref();
  return { run, stop: () => clearInterval(timer) };
}

/** The same person with the same rights, whatever the order in which the database gave them. */
const same = (one: Actor, other: Actor): boolean => canonical(one) === canonical(other);

const canonical = (actor: Actor): string =>
  JSON.stringify(
    Object.entries(actor)
      .filter(([key]) => key !== "address")
      .map(([key, value]) => [key, Array.isArray(value) ? value.map((one) => JSON.stringify(one)).sort() : value])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  );
