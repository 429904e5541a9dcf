import { ActionIcon, Popover, Text } from "@mantine/core";
import { HubInfo } from "@readroom/shared/contract/http/session.js";
import type { ReportSpec } from "@readroom/shared/crdt/report.js";
import { IconMicrophone, IconPlayerStop } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { Editor } from "@tiptap/react";
import { useEffect, useRef, useState } from "react";
import { api } from "../../../kernel/api";
import { useSignedIn } from "../../../kernel/session";
import { toast } from "../../../ui/toast";
import { canRecord, hubRecogniser } from "../dictation/hub-recogniser";
import { browserListens, browserRecogniser, type Recogniser } from "../dictation/recogniser";
import { takeDown } from "../dictation/take-down";
import classes from "../report.module.css";

interface Props {
  studyId: string;
  editor: Editor;
  spec: ReportSpec;
  disabled: boolean;
}

/** Dictation into the report; where nothing can listen, the button says why and what helps. */
export function Dictate({ studyId, editor, spec, disabled }: Props) {
  const { user } = useSignedIn();
  const hub = useQuery({
    queryKey: ["speech-server"],
    queryFn: ({ signal }) => api.get("/api/hub", HubInfo.pick({ speechServer: true }), { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const byHub = hub.data?.speechServer === true && canRecord();
  const [hearing, setHearing] = useState<string | null>(null);
  const recogniser = useRef<Recogniser | null>(null);
  useEffect(() => () => recogniser.current?.stop(), []);
  if (hub.isPending) return <Microphone />;
  if (!byHub && !browserListens()) return <Why />;
  const start = (): void => {
    const language = user.locale || navigator.language;
    const made = byHub ? hubRecogniser(studyId, language) : browserRecogniser(language);
    if (!made) return;
    recogniser.current = made;
    setHearing("");
    made.start(
      (text, final) => {
        // What was said last may come back when the report has been left.
        if (editor.isDestroyed) return;
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

/** Until it is known who listens. */
function Microphone() {
  return (
    <ActionIcon variant="subtle" disabled aria-label="Dictate">
      <IconMicrophone size={16} />
    </ActionIcon>
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
          This browser has no speech recognition, and this hub no speech server. Chrome, Edge and Safari recognise
          speech themselves; they may send the sound to their maker. Typing, snippets (an abbreviation, then Tab) and
          “Normal” work everywhere.
        </Text>
      </Popover.Dropdown>
    </Popover>
  );
}
