import { Button, Code, CopyButton, Modal } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { refusalWords } from "../../../kernel/api";
import { toast } from "../../../ui/toast";
import classes from "../page.module.css";

/** A secret that is shown once. */
export function SecretDialog({
  title,
  secret,
  onClose,
}: {
  title: string;
  secret: string | null;
  onClose: () => void;
}) {
  return (
    <Modal
      opened={secret !== null}
      onClose={onClose}
      title={title}
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <div className={classes.form}>
        <p className={classes.note}>It is shown this once and kept nowhere. Copy it before you close this.</p>
        <Code block className={classes.secret}>
          {secret ?? ""}
        </Code>
        <CopyButton value={secret ?? ""}>
          {({ copied, copy }) => <Button onClick={copy}>{copied ? "Copied" : "Copy"}</Button>}
        </CopyButton>
      </div>
    </Modal>
  );
}

/** Does something, then loads the administration's lists again; says why when it is refused. */
export function useAdminAction() {
  const client = useQueryClient();
  return async (act: () => Promise<unknown>, done?: string) => {
    try {
      await act();
      await client.invalidateQueries({ queryKey: ["admin"] });
      if (done) toast.done(done);
    } catch (thrown) {
      toast.failed(refusalWords(thrown));
    }
  };
}
