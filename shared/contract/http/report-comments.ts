import { z } from "zod";

export const ReportComment = z.object({
  id: z.string(),
  text: z.string(),
  mentions: z.array(z.string()),
  authorId: z.string(),
  authorName: z.string(),
  at: z.number(),
});

/** A thread about words of the report. threadId: the mark in the shared text; quote: the words when it began. */
export const CommentThread = z.object({
  threadId: z.string(),
  quote: z.string(),
  comments: z.array(ReportComment).min(1),
  resolvedAt: z.number().nullable(),
  resolvedByName: z.string(),
});
export type CommentThread = z.infer<typeof CommentThread>;

/** people: who can be mentioned, the study's readers. */
export const CommentsView = z.object({
  threads: z.array(CommentThread),
  people: z.array(z.object({ id: z.string(), name: z.string() })),
});
export type CommentsView = z.infer<typeof CommentsView>;

export const AddComment = z.object({
  threadId: z.uuid(),
  quote: z.string().max(400).default(""),
  text: z.string().trim().min(1).max(2000),
  mentions: z.array(z.uuid()).max(20).default([]),
});
export type AddComment = z.input<typeof AddComment>;

export const ResolveThread = z.object({ resolved: z.boolean() });
