import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { notifyManager, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { z } from "zod";
import { HubError } from "../kernel/api";
import { serverClock } from "../kernel/clock";
import { usePreference } from "../kernel/preferences";
import { SessionProvider } from "../kernel/session";
import { SocketProvider } from "../kernel/socket";
import { KeyMapProvider } from "../ui/keys";
import { NowProvider } from "../ui/now";
import { cssVariables, theme } from "../ui/theme";
import { schemeManager } from "./scheme";

/** Everything that a page may ask for: theme, server state, the server's time, who is here, the live connection, the keys. */
export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(makeClient);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={schemeManager}
      defaultColorScheme="dark"
    >
      <QueryClientProvider client={client}>
        <NowProvider value={serverClock}>
          <SessionProvider>
            <SocketProvider>
              <OwnKeys>
                <Notifications position="bottom-right" limit={4} />
                {children}
              </OwnKeys>
            </SocketProvider>
          </SessionProvider>
        </NowProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}

const Keys = z.record(z.string(), z.string());
const NO_KEYS = {};

/** The keys as this person has them: on every machine the same. */
function OwnKeys({ children }: { children: ReactNode }) {
  const [own, setOwn] = usePreference("keys", Keys, NO_KEYS);
  return (
    <KeyMapProvider own={own} onChange={setOwn}>
      {children}
    </KeyMapProvider>
  );
}

// What a person sets shows before the browser draws again: put off by a timer, as it is by default, a ticked box falls back for a moment.
notifyManager.setScheduler(queueMicrotask);

function makeClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        refetchOnWindowFocus: true,
        retry: (failures, error) => failures < 3 && error instanceof HubError && error.code === "offline",
      },
    },
  });
}
