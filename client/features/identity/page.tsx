import { Alert, Button, PasswordInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { HubInfo } from "@readroom/shared/contract/http/session.js";
import { useQuery } from "@tanstack/react-query";
import { Navigate, useLocation } from "react-router";
import { api, asHubError, type HubError } from "../../kernel/api";
import { useLogIn, useSession } from "../../kernel/session";
import { Logo } from "../../ui/logo";
import classes from "./page.module.css";
import { DemoLogins } from "./parts/demo-logins";

/** Log-in. In the demo world each of its people is one click away. */
export default function LogInPage() {
  const session = useSession();
  const { state } = useLocation();
  const hub = useQuery({
    queryKey: ["hub"],
    queryFn: ({ signal }) => api.get("/api/hub", HubInfo, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const logIn = useLogIn();
  if (session.state === "in") return <Navigate to={backTo(state)} replace />;
  const logins = hub.data?.demoLogins ?? [];

  return (
    <main className={classes.page} data-demo={logins.length > 0}>
      <div className={classes.column}>
        <header className={classes.head}>
          <Logo size={36} />
          <h1 className={classes.title}>Readroom</h1>
          <p className={classes.lead}>The shared reading room for radiology that is not in one place.</p>
        </header>
        <LogInForm
          busy={logIn.isPending}
          error={logIn.error ? asHubError(logIn.error) : hub.error ? asHubError(hub.error) : null}
          onSubmit={(email, password) => logIn.mutate({ email, password })}
        />
      </div>
      {logins.length > 0 ? (
        <DemoLogins
          logins={logins}
          busy={logIn.isPending ? (logIn.variables?.email ?? null) : null}
          onPick={({ email, password }) => logIn.mutate({ email, password })}
        />
      ) : null}
      <footer className={classes.foot}>
        {hub.data ? `Readroom ${hub.data.version} · ` : ""}Not cleared for diagnostic use
      </footer>
    </main>
  );
}

function backTo(state: unknown): string {
  const from = typeof state === "object" && state !== null && "from" in state ? state.from : null;
  return typeof from === "string" && from.startsWith("/") && !from.startsWith("//") && from !== "/login" ? from : "/";
}

function LogInForm({
  busy,
  error,
  onSubmit,
}: {
  busy: boolean;
  error: HubError | null;
  onSubmit: (email: string, password: string) => void;
}) {
  const form = useForm({
    initialValues: { email: "", password: "" },
    validate: {
      email: (text) => (text.includes("@") ? null : "Your e-mail address"),
      password: (text) => (text ? null : "Your password"),
    },
  });
  return (
    <form
      className={classes.form}
      onSubmit={form.onSubmit(({ email, password }) => onSubmit(email.trim(), password))}
      noValidate
    >
      {error ? (
        <Alert
          color={error.code === "throttled" || error.code === "offline" ? "yellow" : "red"}
          variant="light"
          role="alert"
        >
          {wordsFor(error)}
        </Alert>
      ) : null}
      <TextInput size="md" label="E-mail" type="email" autoComplete="username" {...form.getInputProps("email")} />
      <PasswordInput
        size="md"
        label="Password"
        autoComplete="current-password"
        visibilityToggleButtonProps={{ "aria-label": "Show the password", tabIndex: 0 }}
        {...form.getInputProps("password")}
      />
      <Button size="md" type="submit" fullWidth loading={busy} mt={4}>
        Log in
      </Button>
    </form>
  );
}

function wordsFor(error: HubError): string {
  switch (error.code) {
    case "unauthenticated":
      return "That e-mail and password do not belong together.";
    case "throttled":
      return `${error.message} ${error.action ?? "Wait a little, then try again."}`;
    case "offline":
      return "The hub cannot be reached. Check the connection; nothing you saved is lost.";
    default:
      return [error.message, error.action].filter(Boolean).join(" ");
  }
}
