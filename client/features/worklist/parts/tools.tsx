import { Button, TextInput } from "@mantine/core";
import { IconSearch, IconX } from "@tabler/icons-react";
import type { RefObject } from "react";
import { KeyHint } from "../../../ui/keys";
import classes from "../page.module.css";

/** At the right of the tabs: searching the list, and the next study. */
export function Tools({
  field,
  text,
  onText,
  mayClaim,
  onNext,
}: {
  field: RefObject<HTMLInputElement | null>;
  text: string;
  onText: (text: string) => void;
  mayClaim: boolean;
  onNext: () => void;
}) {
  return (
    <div className={classes.tools}>
      <TextInput
        ref={field}
        size="xs"
        className={classes.filter}
        aria-label="Search the list"
        placeholder="Search the list"
        maxLength={200}
        leftSection={<IconSearch size={14} stroke={1.8} />}
        rightSection={
          text ? (
            <button type="button" className={classes.clear} aria-label="Clear the search" onClick={() => onText("")}>
              <IconX size={14} />
            </button>
          ) : null
        }
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" && event.key !== "Enter") return;
          if (event.key === "Escape") onText("");
          event.currentTarget.blur();
          event.stopPropagation();
        }}
      />
      {mayClaim ? (
        <Button
          onClick={onNext}
          rightSection={
            <span className={classes.nextKey}>
              <KeyHint combo="N" action="worklist.next" />
            </span>
          }
        >
          Next study
        </Button>
      ) : null}
    </div>
  );
}
