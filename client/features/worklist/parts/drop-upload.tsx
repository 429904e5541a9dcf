import { Button, Modal, Progress } from "@mantine/core";
import { IconFolderUp } from "@tabler/icons-react";
import { createContext, type DragEvent, type ReactNode, useContext, useMemo, useRef, useState } from "react";
import { useMay } from "../../../kernel/session";
import { count } from "../../../ui/format";
import { filesOf, sendAll, type UploadProgress } from "../upload";
import classes from "./drop-upload.module.css";

const PickContext = createContext<(() => void) | null>(null);

/** Opens the folder picker of the page around; null where this person may not bring in images. */
export const usePickFolder = () => useContext(PickContext);

/** Takes a folder of DICOM dropped anywhere on what it wraps, or picked, and says of each file what became of it. */
export function DropUpload({ children }: { children: ReactNode }) {
  const may = useMay("study.import");
  const [over, setOver] = useState(0);
  const [progress, setProgress] = useState<UploadProgress | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  const busy = progress !== null && !progress.finished;
  const pick = useMemo(() => (may ? () => picker.current?.click() : null), [may]);

  const start = (files: readonly File[]) => {
    if (files.length > 0) void sendAll(files, setProgress);
  };
  const carriesFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");
  const drop = async (event: DragEvent) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    setOver(0);
    if (may && !busy) start(await filesOf(event.dataTransfer));
  };

  return (
    <PickContext value={pick}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut; the button "Bring in a folder" does the same by keyboard */}
      <div
        className={classes.zone}
        onDragEnter={(event) => carriesFiles(event) && setOver((n) => n + 1)}
        onDragLeave={(event) => carriesFiles(event) && setOver((n) => Math.max(0, n - 1))}
        onDragOver={(event) => carriesFiles(event) && event.preventDefault()}
        onDrop={(event) => void drop(event)}
      >
        {children}
        {over > 0 ? (
          <div className={classes.veil}>
            <IconFolderUp size={40} stroke={1.3} />
            <strong>{words(may, busy)}</strong>
            {may && !busy ? <span>Folders and whole CDs too. What is not DICOM is left alone.</span> : null}
          </div>
        ) : null}
      </div>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label="Folder to bring in"
        {...{ webkitdirectory: "" }}
        onChange={(event) => {
          start([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
      <UploadDialog progress={progress} onClose={() => setProgress(null)} />
    </PickContext>
  );
}

function words(may: boolean, busy: boolean): string {
  if (!may) return "Your role can't bring in images. Ask an operator or your coordinator.";
  return busy ? "One folder at a time: the last one is still on its way." : "Drop to bring in these images";
}

function UploadDialog({ progress, onClose }: { progress: UploadProgress | null; onClose: () => void }) {
  const done = progress?.finished ?? false;
  return (
    <Modal
      opened={progress !== null}
      onClose={() => done && onClose()}
      withCloseButton={done}
      closeButtonProps={{ "aria-label": "Close" }}
      title={done ? "Images brought in" : "Bringing in images"}
    >
      {progress ? (
        <div className={classes.report}>
          <Progress
            value={progress.total === 0 ? 100 : (100 * progress.done) / progress.total}
            aria-label="Files sent"
            transitionDuration={120}
          />
          <p className={classes.counts} role="status">
            {count(progress.done)} of {count(progress.total)} files · {count(progress.stored)} stored
            {progress.skipped ? ` · ${count(progress.skipped)} not DICOM` : ""}
            {progress.failed.length ? ` · ${count(progress.failed.length)} not taken` : ""}
          </p>
          {progress.failed.length > 0 ? (
            <ul className={classes.failed} aria-label="Files that were not taken">
              {progress.failed.map((file) => (
                <li key={file.name}>
                  <span className="rr-ellipsis">{file.name}</span>
                  <span className={classes.reason}>{file.reason}</span>
                </li>
              ))}
            </ul>
          ) : null}
          {done ? (
            <>
              <p className={classes.note}>
                {progress.stored > 0
                  ? "The studies are on the worklist. One without an order waits under “Stuck” until it is matched."
                  : "Nothing was stored."}
              </p>
              <Button onClick={onClose}>Done</Button>
            </>
          ) : null}
        </div>
      ) : null}
    </Modal>
  );
}
