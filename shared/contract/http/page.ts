import { z } from "zod";

/** Where a page of a list ends: the last row's time and id, since several rows may bear one time. Handed back as `before`. */
export const PageEnd = z.string().regex(/^\d{1,15}_[0-9a-f-]{36}$/, "is no page mark that the hub gave out");

export const pageEnd = (at: number, id: string): string => `${at}_${id}`;

/** Milliseconds and id of a page mark; null for none. */
export function readPageEnd(mark: string | undefined): { at: number; id: string } | null {
  if (mark === undefined) return null;
  const [at = "", id = ""] = mark.split("_");
  return { at: Number(at), id };
}
