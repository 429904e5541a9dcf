import { type ComponentType, lazy, type ReactNode, Suspense } from "react";
import { createBrowserRouter, Navigate, useLocation } from "react-router";
import { useMay, useSession, useSignedIn } from "../kernel/session";
import { SkeletonRows } from "../ui/states";
import { PageError } from "./page-error";
import { Shell, Splash } from "./shell";
import { useWarmReadingRoom } from "./warm-up";

/** Each feature's page is its own chunk, found by its place in the tree: the viewer's code never weighs on the worklist. */
const pages = import.meta.glob<{ default: ComponentType }>("../features/*/page.tsx");

function page(feature: string): ReactNode {
  const load = pages[`../features/${feature}/page.tsx`];
  if (!load) throw new Error(`there is no feature ${feature}`);
  const Lazy = lazy(load);
  return (
    <Suspense fallback={<SkeletonRows rows={12} />}>
      <Lazy />
    </Suspense>
  );
}

/** Where a person's work is: the worklist for readers and operators, else the first page they may see. */
export function homeOf(actions: readonly string[]): string {
  if (actions.includes("worklist.read")) return "/worklist";
  if (actions.includes("hospital.read")) return "/hospital";
  if (actions.includes("people.read")) return "/admin";
  return "/worklist";
}

/** Whoever was on the way to a study has its reading room loaded while typing the password. */
function LogIn() {
  const { from } = (useLocation().state ?? {}) as { from?: unknown };
  useWarmReadingRoom(typeof from === "string" && from.startsWith("/read/"));
  return page("identity");
}

function Home() {
  return <Navigate to={homeOf(useSignedIn().actions)} replace />;
}

function SignedIn() {
  const session = useSession();
  switch (session.state) {
    case "loading":
      return <Splash />;
    case "unreachable":
      return <Splash error={session.error} onRetry={session.retry} />;
    case "out":
      return <Navigate to="/login" replace state={{ from: window.location.pathname }} />;
    case "in":
      return <Shell />;
  }
}

function Only({ action, children }: { action: Parameters<typeof useMay>[0]; children: ReactNode }) {
  return useMay(action) ? children : <Home />;
}

export const router = createBrowserRouter([
  { path: "/login", element: <LogIn />, errorElement: <PageError /> },
  ...("../features/consult/page.tsx" in pages
    ? [{ path: "/join/*", element: page("consult"), errorElement: <PageError /> }]
    : []),
  {
    path: "/",
    element: <SignedIn />,
    errorElement: <PageError />,
    children: [
      { index: true, element: <Home /> },
      {
        errorElement: <PageError />,
        children: [
          { path: "worklist", element: <Only action="worklist.read">{page("worklist")}</Only> },
          { path: "operations", element: <Only action="operations.read">{page("operations")}</Only> },
          { path: "try-out/*", element: <Only action="operations.read">{page("simulation")}</Only> },
          { path: "rules/*", element: <Only action="rule.read">{page("routing")}</Only> },
          { path: "hospital", element: <Only action="hospital.read">{page("hospital")}</Only> },
          { path: "orders/new", element: <Only action="order.write">{page("orders")}</Only> },
          { path: "roster/*", element: page("roster") },
          { path: "admin/*", element: <Only action="people.read">{page("admin")}</Only> },
          ...("../features/reading/page.tsx" in pages
            ? [{ path: "read/:studyId", element: <Only action="study.read">{page("reading")}</Only> }]
            : []),
          { path: "read/:studyId/history", element: <Only action="history.read">{page("history")}</Only> },
          { path: "templates", element: <Only action="template.read">{page("report")}</Only> },
          { path: "fairness", element: <Only action="fairness.read">{page("fairness")}</Only> },
          { path: "settings/notifications", element: <Only action="notice.read">{page("notices")}</Only> },
          { path: "*", element: <PageError missing /> },
        ],
      },
    ],
  },
]);
