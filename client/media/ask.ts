import type { Socket } from "socket.io-client";

const ANSWER_WITHIN = 10_000;

/** A refusal from the hub, in its own words. */
export class CallRefused extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly action?: string,
  ) {
    super(message);
  }
}

/** Sends one message and gives its answer's value; throws CallRefused on a refusal or when no answer came in time. */
export async function ask<T>(socket: Socket, name: string, body: Record<string, unknown>): Promise<T> {
  const answer = (await socket
    .timeout(ANSWER_WITHIN)
    .emitWithAck(name, body)
    .catch(() => {
      throw new CallRefused("unavailable", "The hub did not answer in time.", "Try again");
    })) as { ok: true; value: T } | { ok: false; error: { code: string; message: string; action?: string } };
  if (!answer.ok) throw new CallRefused(answer.error.code, answer.error.message, answer.error.action);
  return answer.value;
}
