import { ActionIcon, Popover, Text } from "@mantine/core";
import type { ReportSpec } from "@readroom/shared/crdt/report.js";
import { IconMicrophone, IconPlayerStop } from "@tabler/icons-react";
import type { Editor } from "@tiptap/react";
import { useEffect, useRef, useState } from "react";
import { useSignedIn } from "../../../kernel/session";
import { toast } from "../../../ui/toast";
import { browserListens, browserRecogniser, type Recogniser } from "../dictation/recogniser";
import { takeDown } from "../dictation/take-down";
import classes from "../report.module.css";

/** Dictation into the report; where nothing can listen, the button says why and what helps. */
export function Dictate({ editor, spec, disabled }: { editor: Editor; spec: ReportSpec; disabled: boolean }) {
  const { user } = useSignedIn();
  const [hearing, setHearing] = useState<string | null>(null);
  const recogniser = useRef<Recogniser | null>(null);
  useEffect(() => () => recogniser.current?.stop(), []);
  if (!browserListens()) return <Why />;
  const start = (): void => {
    const made = browserRecogniser(user.locale || navigator.language);
    if (!made) return;
    recogniser.current = made;
    setHearing("");
    made.start(
      (text, final) => {
        setHearing(final ? "" : text);
        if (final && takeDown(editor, spec, text) === "stop") made.stop();
      },
      (why) => {
        setHearing(null);
        if (why) toast.failed(why, "The dictation ended");
      },
    );
    if (!editor.isFocused) editor.commands.focus();
  };
  return (
    <>
      <ActionIcon
        variant={hearing === null ? "subtle" : "light"}
        disabled={disabled}
        aria-label={hearing === null ? "Dictate" : "Stop the dictation"}
        aria-pressed={hearing !== null}
        onClick={() => (hearing === null ? start() : recogniser.current?.stop())}
      >
        {hearing === null ? <IconMicrophone size={16} /> : <IconPlayerStop size={16} />}
      </ActionIcon>
      {hearing === null ? null : (
        <output className={classes.hearing} aria-live="off">
          {hearing || "Listening…"}
        </output>
      )}
    </>
  );
}

function Why() {
  return (
    <Popover width={300} withArrow position="bottom-end">
      <Popover.Target>
        <ActionIcon variant="subtle" aria-label="Dictation: why it is not available">
          <IconMicrophone size={16} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm">
          This browser has no speech recognition. Chrome, Edge and Safari have; they may send the sound to their maker.
          Typing, snippets (an abbreviation, then Tab) and “Normal” work everywhere.
        </Text>
      </Popover.Dropdown>
    </Popover>
  );
}
