import { ActionIcon, Button, Textarea, Tooltip } from "@mantine/core";
import type { RoomChatLine } from "@readroom/shared/contract/room-company.js";
import { IconFileExport, IconSend } from "@tabler/icons-react";
import { type CSSProperties, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { timeOfDay } from "../../../ui/format";
import classes from "../company.module.css";
import type { Company } from "../use-company";

export interface ChatProps {
  company: Pick<Company, "lines" | "say">;
  /** null: may not speak here, or there is no room yet. */
  mayPoint: boolean;
  /** Puts a line in the report; null where there is no report to write in. */
  takeOver?: ((line: RoomChatLine) => void) | null;
}

/** What is said in the room. It is kept nowhere; what matters is taken over into the report. */
export function Chat({ company, mayPoint, takeOver = null }: ChatProps) {
  const [text, setText] = useState("");
  const [sending, setSending] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const { lines } = company;
  const count = lines.length;
  useEffect(() => {
    if (count > 0) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [count]);

  const send = async () => {
    if (!text.trim() || sending) return;
    setSending(true);
    if (await company.say(text)) setText("");
    setSending(false);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };
  return (
    <section className={classes.chat} aria-label="Chat">
      {count > 0 ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so from the keyboard
        <div className={classes.log} ref={list} role="log" aria-label="Said in this room" tabIndex={0}>
          <ol className={classes.lines}>
            {lines.map((line) => (
              <li key={line.id} className={classes.line} style={{ "--person": line.colour } as CSSProperties}>
                <span className={classes.says}>
                  <strong>{line.name}</strong> <time>{timeOfDay(line.at)}</time>
                </span>
                <span className={classes.words}>{line.text}</span>
                {takeOver ? (
                  <Tooltip label="Take over into the report">
                    <ActionIcon
                      size={24}
                      className={classes.take}
                      aria-label={`Take over into the report: ${line.text.slice(0, 60)}`}
                      onClick={() => takeOver(line)}
                    >
                      <IconFileExport size={15} stroke={1.6} />
                    </ActionIcon>
                  </Tooltip>
                ) : null}
              </li>
            ))}
          </ol>
        </div>
      ) : null}
      {mayPoint ? (
        <div className={classes.write}>
          <Textarea
            aria-label="Say something in the room"
            placeholder="Say something…"
            autosize
            minRows={1}
            maxRows={4}
            maxLength={500}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            onKeyDown={keys}
          />
          <Button
            variant="default"
            aria-label="Send"
            loading={sending}
            disabled={!text.trim()}
            onClick={() => void send()}
          >
            <IconSend size={16} aria-hidden="true" />
          </Button>
        </div>
      ) : null}
      <p className={classes.soft}>
        Not kept: the chat is gone when the last person leaves.
        {takeOver ? " What matters goes into the report by its button." : ""}
      </p>
    </section>
  );
}
