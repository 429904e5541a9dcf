import type { CommentThread } from "@readroom/shared/contract/http/report-comments.js";
import type pg from "pg";

type Executor = pg.Pool | pg.PoolClient;

interface CommentRow {
  readonly id: string;
  readonly threadId: string;
  readonly quote: string;
  readonly text: string;
  readonly mentions: string[];
  readonly authorId: string;
  readonly authorName: string;
  readonly at: number;
  readonly resolvedAt: number | null;
  readonly resolvedByName: string;
}

/** Threads of a study's report, the oldest first; each thread's first comment carries its quote and whether it is settled. */
export async function threadsOf(executor: Executor, studyId: string): Promise<CommentThread[]> {
  const { rows } = await executor.query<CommentRow>(
    `SELECT id, thread_id AS "threadId", quote, text, mentions, author_id AS "authorId", author_name AS "authorName",
       (extract(epoch FROM at) * 1000)::bigint AS at, (extract(epoch FROM resolved_at) * 1000)::bigint AS "resolvedAt", resolved_by_name AS "resolvedByName"
     FROM report_comment WHERE study_id = $1 ORDER BY at, id`,
    [studyId],
  );
  const threads = new Map<string, CommentThread>();
  for (const { threadId, quote, resolvedAt, resolvedByName, ...comment } of rows) {
    const known = threads.get(threadId);
    if (known) known.comments.push(comment);
    else threads.set(threadId, { threadId, quote, resolvedAt, resolvedByName, comments: [comment] });
  }
  return [...threads.values()];
}

export async function insertComment(
  executor: Executor,
  c: {
    studyId: string;
    threadId: string;
    quote: string;
    text: string;
    mentions: readonly string[];
    authorId: string;
    authorName: string;
    at: number;
  },
): Promise<string> {
  const { rows } = await executor.query<{ id: string }>(
    `INSERT INTO report_comment (study_id, thread_id, quote, text, mentions, author_id, author_name, at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8::float8 / 1000)) RETURNING id`,
    [c.studyId, c.threadId, c.quote, c.text, c.mentions, c.authorId, c.authorName, c.at],
  );
  return rows[0]!.id;
}

/** False: there is no such thread of this study. */
export async function resolveThread(
  executor: Executor,
  studyId: string,
  threadId: string,
  by: { at: number; name: string } | null,
): Promise<boolean> {
  const { rowCount } = await executor.query(
    "UPDATE report_comment SET resolved_at = to_timestamp($3::float8 / 1000), resolved_by_name = $4 WHERE study_id = $1 AND thread_id = $2",
    [studyId, threadId, by?.at ?? null, by?.name ?? ""],
  );
  return (rowCount ?? 0) > 0;
}

/** Readers of the group, who may be mentioned. */
export async function readersOf(executor: Executor, groupId: string | null): Promise<{ id: string; name: string }[]> {
  const { rows } = await executor.query<{ id: string; name: string }>(
    `SELECT DISTINCT u.id, u.display_name AS name FROM user_account u JOIN role_grant g ON g.user_id = u.id
     WHERE u.organisation_id = $1 AND g.role IN ('radiologist', 'resident') ORDER BY name`,
    [groupId],
  );
  return rows;
}
