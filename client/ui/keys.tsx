import { Button, Kbd, Modal } from "@mantine/core";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import classes from "./keys.module.css";
import { comboOf, find, type KeyAction, remap } from "./keys-model";

interface Registry {
  add(actions: readonly KeyAction[]): () => void;
  /** All actions in force now, outermost first, with the person's own keys. */
  list(): KeyAction[];
  openMap(): void;
  own: Readonly<Record<string, string>>;
}

const KeyContext = createContext<Registry>({
  add: () => () => undefined,
  list: () => [],
  openMap: () => undefined,
  own: {},
});

const mac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Buttons, links and menus keep Enter and Space for themselves. */
function ownsPress(target: EventTarget | null, key: string): boolean {
  if (key !== "Enter" && key !== " ") return false;
  return (
    target instanceof Element &&
    target.closest("button, a, [role=menuitem], [role=option], [role=tab], summary") !== null
  );
}

/**
 * Holds the keys in force, listens for them, and shows the map on "?". One in the app, inside the Mantine provider. `own`: the person's
 * keys by action; where they are kept is the app's business.
 */
export function KeyMapProvider({
  own,
  onChange: setOwn,
  children,
}: {
  own: Readonly<Record<string, string>>;
  onChange: (own: Record<string, string>) => void;
  children: ReactNode;
}) {
  const groups = useRef<Array<readonly KeyAction[]>>([]);
  const [open, setOpen] = useState(false);
  const ownRef = useRef(own);
  ownRef.current = own;

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || ownsPress(event.target, event.key)) return;
      const inDialog = document.querySelector('[role="dialog"][aria-modal="true"]') !== null;
      if (inDialog) return;
      const typing = isTyping(event.target);
      if (event.key === "?" && !typing) {
        event.preventDefault();
        setOpen(true);
        return;
      }
      const hit = find(remap(groups.current.flat(), ownRef.current), event, typing);
      if (!hit) return;
      event.preventDefault();
      hit.run();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);

  const registry = useMemo<Registry>(
    () => ({
      add(actions) {
        groups.current.push(actions);
        return () => {
          groups.current = groups.current.filter((group) => group !== actions);
        };
      },
      list: () => remap(groups.current.flat(), own),
      openMap: () => setOpen(true),
      own,
    }),
    [own],
  );
  return (
    <KeyContext value={registry}>
      {children}
      <KeyMapDialog
        opened={open}
        onClose={() => setOpen(false)}
        actions={open ? remap(groups.current.flat(), own) : []}
        onRemap={(id, combo) => setOwn({ ...own, [id]: combo })}
        onReset={() => setOwn({})}
      />
    </KeyContext>
  );
}

/**
 * Puts keys in force while the caller is mounted. The newest `run` is always called; the array may be made anew each render.
 * Later (inner) registrations win over earlier ones for the same key.
 */
export function useKeys(actions: readonly KeyAction[]): void {
  const { add } = useContext(KeyContext);
  const newest = useRef(actions);
  newest.current = actions;
  const shape = actions.map((action) => `${action.id}:${action.keys.join()}`).join("|");
  // biome-ignore lint/correctness/useExhaustiveDependencies: registered anew only when ids or keys change; run is read late
  useEffect(
    () =>
      add(
        newest.current.map((action) => ({
          ...action,
          run: () => newest.current.find((other) => other.id === action.id)?.run(),
        })),
      ),
    [add, shape],
  );
}

/** What the keys do right now, for the command palette, and the way to the key map. */
export function useKeyMap(): Pick<Registry, "list" | "openMap"> {
  return useContext(KeyContext);
}

/** A key as it is printed on the keyboard. `action` takes the person's own mapping into account. */
export function KeyHint({ combo, action }: { combo: string; action?: string }) {
  const { own } = useContext(KeyContext);
  return <Kbd className={classes.kbd}>{spell((action && own[action]) || combo)}</Kbd>;
}

/** "mod+K" as "⌘K" or "Ctrl K". */
export function spell(combo: string): string {
  const names: Record<string, string> = {
    mod: mac ? "⌘" : "Ctrl ",
    Enter: "↵",
    ArrowUp: "↑",
    ArrowDown: "↓",
    Shift: "⇧",
  };
  return combo
    .split("+")
    .map((part) => names[part] ?? part)
    .join("");
}

function KeyMapDialog({
  opened,
  onClose,
  actions,
  onRemap,
  onReset,
}: {
  opened: boolean;
  onClose: () => void;
  actions: readonly KeyAction[];
  onRemap: (id: string, combo: string) => void;
  onReset: () => void;
}) {
  const [taken, setTaken] = useState<string | null>(null);
  const change = (action: KeyAction, combo: string) => {
    const other = actions.find((one) => one.id !== action.id && one.group === action.group && one.keys.includes(combo));
    setTaken(other ? `${spell(combo)} is taken by “${other.label}”. Give that another key first.` : null);
    if (!other) onRemap(action.id, combo);
  };
  const reset = () => {
    setTaken(null);
    onReset();
  };
  const byGroup = [...new Set(actions.map((action) => action.group))];
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" size="lg" closeButtonProps={{ "aria-label": "Close" }}>
      <p className={classes.lead}>Press a key anywhere but in a text field. Click one to give the action another.</p>
      {taken ? (
        <p className={classes.lead} role="alert">
          {taken}
        </p>
      ) : null}
      <div className={classes.groups}>
        {byGroup.map((group) => (
          <section key={group}>
            <h3 className={classes.heading}>{group}</h3>
            {actions
              .filter((action) => action.group === group)
              .map((action) => (
                <Mapping key={action.id} action={action} onRemap={(_id, combo) => change(action, combo)} />
              ))}
          </section>
        ))}
      </div>
      <Button variant="subtle" color="gray" mt="md" onClick={reset}>
        Restore all
      </Button>
    </Modal>
  );
}

function Mapping({ action, onRemap }: { action: KeyAction; onRemap: (id: string, combo: string) => void }) {
  const [listening, setListening] = useState(false);
  return (
    <div className={classes.mapping}>
      <span>{action.label}</span>
      <button
        type="button"
        className={classes.change}
        aria-label={`Change the key of ${action.label}, now ${action.keys[0]}`}
        onClick={() => setListening(true)}
        onBlur={() => setListening(false)}
        onKeyDown={(event) => {
          if (!listening) return;
          event.preventDefault();
          event.stopPropagation();
          const combo = event.key === "Escape" ? null : comboOf(event);
          if (combo) onRemap(action.id, combo);
          if (combo || event.key === "Escape") setListening(false);
        }}
      >
        {listening ? (
          <span className={classes.listening}>press a key</span>
        ) : (
          action.keys.map((combo) => (
            <Kbd key={combo} className={classes.kbd}>
              {spell(combo)}
            </Kbd>
          ))
        )}
      </button>
    </div>
  );
}
