import { notifications } from "@mantine/notifications";

/** Short notes at the corner. A refusal says who or why; a failure says what is safe. */
export const toast = {
  done: (message: string, title?: string) => show("teal", message, title, 3500),
  refused: (message: string, title?: string) => show("yellow", message, title, 6000),
  failed: (message: string, title = "That did not work") => show("red", message, title, 9000),
};

function show(color: string, message: string, title: string | undefined, autoClose: number): string {
  const closeButtonProps = { "aria-label": "Close" };
  return notifications.show({
    color,
    message,
    ...(title ? { title } : {}),
    autoClose,
    withBorder: true,
    closeButtonProps,
  });
}
