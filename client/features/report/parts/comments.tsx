import { Button, Group, MultiSelect, Textarea } from "@mantine/core";
import type { CommentsView, CommentThread } from "@readroom/shared/contract/http/report-comments.js";
import { IconCheck, IconRotate } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { asHubError } from "../../../kernel/api";
import { ago } from "../../../ui/format";
import { useNow } from "../../../ui/now";
import { toast } from "../../../ui/toast";
import classes from "../report.module.css";
import { useComment, useResolveThread } from "../use-templates";

/** Words that somebody is about to comment on; the mark is set when the comment is sent. */
export interface NewThread {
  readonly threadId: string;
  readonly quote: string;
}

export interface CommentsProps {
  readonly studyId: string;
  readonly view: CommentsView;
  readonly begun: NewThread | null;
  /** The first comment of a new thread was sent: its words are marked. */
  readonly onBegun: (thread: NewThread) => void;
  readonly onCancel: () => void;
  readonly onShow: (threadId: string) => void;
}

/** Threads on words of the report: read, answered, settled. They are the readers' talk and never part of the report. */
export function Comments({ studyId, view, begun, onBegun, onCancel, onShow }: CommentsProps) {
  const [all, setAll] = useState(false);
  const settled = view.threads.filter(({ resolvedAt }) => resolvedAt !== null).length;
  const shown = view.threads.filter(({ resolvedAt }) => all || resolvedAt === null);
  return (
    <section className={classes.strip} aria-label="Comments">
      {begun ? (
        <div className={classes.thread}>
          <q>{begun.quote}</q>
          <Write
            studyId={studyId}
            thread={begun}
            people={view.people}
            label="Comment"
            onSent={() => onBegun(begun)}
            onCancel={onCancel}
          />
        </div>
      ) : null}
      {shown.map((thread) => (
        <Thread key={thread.threadId} studyId={studyId} thread={thread} people={view.people} onShow={onShow} />
      ))}
      {shown.length === 0 && !begun ? (
        <p className={classes.quiet}>Nothing is open. Select words in the report to comment on them.</p>
      ) : null}
      {settled > 0 ? (
        <Button size="compact-xs" variant="subtle" onClick={() => setAll(!all)}>
          {all ? "Hide settled" : `Show ${settled} settled`}
        </Button>
      ) : null}
    </section>
  );
}

/** One thread: its comments, an answer, settled or taken up again. */
export function Thread({
  studyId,
  thread,
  people,
  onShow,
}: {
  studyId: string;
  thread: CommentThread;
  people: CommentsView["people"];
  onShow: (threadId: string) => void;
}) {
  const now = useNow();
  const [answering, setAnswering] = useState(false);
  const resolve = useResolveThread(studyId);
  const settled = thread.resolvedAt !== null;
  const nameOf = (id: string) => people.find((person) => person.id === id)?.name ?? "somebody";
  return (
    <article className={classes.thread} aria-label={`Comments on ${thread.quote}`} data-settled={settled || undefined}>
      <button type="button" className={classes.pointer} onClick={() => onShow(thread.threadId)}>
        <q>{thread.quote}</q>
      </button>
      {thread.comments.map((comment) => (
        <p key={comment.id}>
          <strong>{comment.authorName}</strong> <span className={classes.quiet}>{ago(comment.at, now)}</span>
          <br />
          {comment.mentions.length > 0 ? (
            <span className={classes.mention}>{comment.mentions.map((id) => `@${nameOf(id)}`).join(" ")} </span>
          ) : null}
          {comment.text}
        </p>
      ))}
      {settled ? <span className={classes.quiet}>Settled by {thread.resolvedByName}</span> : null}
      {answering ? (
        <Write
          studyId={studyId}
          thread={thread}
          people={people}
          label="Answer"
          onSent={() => setAnswering(false)}
          onCancel={() => setAnswering(false)}
        />
      ) : (
        <Group gap="xs">
          <Button size="compact-xs" variant="default" onClick={() => setAnswering(true)}>
            Answer
          </Button>
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={settled ? <IconRotate size={14} /> : <IconCheck size={14} />}
            loading={resolve.isPending}
            onClick={() =>
              resolve.mutate(
                { threadId: thread.threadId, resolved: !settled },
                { onError: (thrown) => void toast.failed(asHubError(thrown).message) },
              )
            }
          >
            {settled ? "Take up again" : "Settle"}
          </Button>
        </Group>
      )}
    </article>
  );
}

/** A comment being written, with whom it names. */
export function Write({
  studyId,
  thread,
  people,
  label,
  onSent,
  onCancel,
}: {
  studyId: string;
  thread: NewThread;
  people: CommentsView["people"];
  label: string;
  onSent: () => void;
  onCancel: () => void;
}) {
  const [text, setText] = useState("");
  const [mentions, setMentions] = useState<string[]>([]);
  const comment = useComment(studyId);
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    try {
      await comment.mutateAsync({ threadId: thread.threadId, quote: thread.quote.slice(0, 400), text, mentions });
      onSent();
    } catch (thrown) {
      toast.failed(asHubError(thrown).message);
    }
  };
  return (
    <form onSubmit={(event) => void send(event)} className={classes.write}>
      <Textarea
        label={label}
        autosize
        minRows={2}
        autoFocus
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <MultiSelect
        label="Mention"
        searchable
        data={people.map(({ id, name }) => ({ value: id, label: name }))}
        value={mentions}
        onChange={setMentions}
        comboboxProps={{ withinPortal: true }}
      />
      <Group gap="xs">
        <Button type="submit" size="compact-sm" loading={comment.isPending} disabled={text.trim() === ""}>
          Send
        </Button>
        <Button size="compact-sm" variant="subtle" onClick={onCancel}>
          Cancel
        </Button>
      </Group>
    </form>
  );
}
