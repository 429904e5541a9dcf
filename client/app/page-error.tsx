import { Button } from "@mantine/core";
import { Link, useRouteError } from "react-router";
import { ErrorState } from "../ui/states";

/** A page that broke, or an address with nothing behind it. What others see and what is saved is not touched by it. */
export function PageError({ missing = false }: { missing?: boolean }) {
  const thrown = useRouteError();
  if (missing)
    return (
      <ErrorState
        title="There is nothing at this address"
        error={{ message: "The link may be old, or meant for someone else." }}
      />
    );
  const stale = thrown instanceof TypeError && /dynamically imported module/.test(thrown.message);
  return (
    <div>
      <ErrorState
        title={stale ? "A newer version of Readroom is running" : "This page stopped working"}
        error={{
          message: stale ? "Reload to get it." : "The rest of the hub is not affected, and what was saved is saved.",
        }}
        onRetry={() => window.location.reload()}
      />
      <div style={{ textAlign: "center" }}>
        <Button component={Link} to="/" variant="subtle" color="gray">
          Back to the start
        </Button>
      </div>
    </div>
  );
}
