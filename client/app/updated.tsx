import { Button } from "@mantine/core";
import { HubInfo } from "@readroom/shared/contract/http/session.js";
import { CONTRACT_VERSION } from "@readroom/shared/contract/version.js";
import { useQuery } from "@tanstack/react-query";
import { api } from "../kernel/api";
import { useLive } from "../kernel/socket";
import classes from "./shell.module.css";

/** The hub speaks another version of the contract than this page was built with: asked whenever the line comes back. */
export function Updated() {
  const connected = useLive().state === "live";
  const hub = useQuery({
    queryKey: ["contract-version", connected],
    queryFn: ({ signal }) => api.get("/api/hub", HubInfo.pick({ contract: true }), { signal }),
    enabled: connected,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  if (hub.data === undefined || hub.data.contract === CONTRACT_VERSION) return null;
  return (
    <div className={classes.updated} role="status">
      <span>Readroom has been updated. What shows “saved” is safe; this page needs to be loaded again.</span>
      <Button size="compact-sm" onClick={() => window.location.reload()}>
        Reload
      </Button>
    </div>
  );
}
