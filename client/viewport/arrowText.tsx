import { useRef, useState } from "react";
import classes from "./viewport.module.css";

interface Question {
  current: string | undefined;
  answer(text: string | undefined): void;
}

/** Asks for an arrow's text in the viewport itself: the browser's own prompt would stop everyone's pointers and the call. */
export function useArrowText() {
  const [question, setQuestion] = useState<Question>();
  const pending = useRef<Question | undefined>(undefined);
  const close = (text: string | undefined) => {
    pending.current?.answer(text);
    pending.current = undefined;
    setQuestion(undefined);
  };
  const ask = (current: string | undefined) =>
    new Promise<string | undefined>((resolve) => {
      pending.current?.answer(undefined);
      pending.current = { current, answer: resolve };
      setQuestion(pending.current);
    });
  return { question, ask, close };
}

export function AskArrowText({ question, close }: ReturnType<typeof useArrowText>) {
  if (!question) return null;
  return (
    <form
      className={classes.ask}
      onSubmit={(event) => {
        event.preventDefault();
        close(String(new FormData(event.currentTarget).get("text") ?? ""));
      }}
      onKeyDown={(event) => {
        // the reading room's keys must not act on what is typed here
        event.stopPropagation();
        if (event.key === "Escape") close(undefined);
      }}
    >
      <input
        name="text"
        aria-label="Text at the arrow"
        placeholder="Text, or Enter for none"
        defaultValue={question.current ?? ""}
        maxLength={500}
        // biome-ignore lint/a11y/noAutofocus: it opens by the reader's own stroke and is about that stroke
        autoFocus
        autoComplete="off"
      />
      <button type="submit" className={classes.button}>
        Add
      </button>
    </form>
  );
}
