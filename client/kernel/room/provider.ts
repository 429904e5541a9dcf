import type { ApiError } from "@readroom/shared/contract/errors.js";
import {
  type PointerPlace,
  ROOM_LIMITS,
  RoomFrame,
  RoomJoined,
  RoomNotice,
  RoomPeople,
  type RoomPerson,
  type SharedView,
} from "@readroom/shared/contract/room.js";
import type { Socket } from "socket.io-client";
import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { isAhead, withBroughtBack } from "./ahead";
import { type Answer, isPassing, retryAfter } from "./answer";
import { bringBack } from "./bring-back";
import { Carets } from "./carets";
import { Edits } from "./edits";
import { noStore, type OfflineStore, type OpenOffline } from "./offline";
import { SealedNotes, Unsettled } from "./sealed";
import { Sparsely } from "./sparsely";
import type { LateEdits, RoomSnapshot } from "./state";

export interface RoomOptions {
  readonly socket: Socket;
  readonly documentId: string;
  readonly offline?: OpenOffline;
  /** Longest pause before it joins again, ms; for tests. */
  readonly longestPauseMs?: number;
  /** Asked at each join: come in without showing what one looks at? */
  readonly hidden?: () => boolean;
}

interface RoomEvents {
  pointer: (key: string, place: PointerPlace | null) => void;
  view: (key: string, view: SharedView) => void;
}

const POINTER_EVERY_MS = 16;
const AWARENESS_EVERY_MS = 60;
const ANSWER_WITHIN_MS = 10_000;
const REJOIN_AFTER_MS = 1_000;
const NOTE_SETTLED_WITHIN_MS = 400;
const UNREADABLE_AGAIN_MS = 15_000;
const MOST_LATE = 20;
const FULL_ROOM_AGAIN_MS = 15_000;

/** One shared document over the page's socket: sync, presence, pointers, and what is saved. */
export class RoomProvider {
  doc = new Y.Doc();
  private carets = this.openCarets();
  readonly views = new Map<string, SharedView>();
  /** Who has written with which Yjs client id. */
  readonly writers = new Map<number, { readonly personId: string; readonly name: string }>();
  private readonly socket: Socket;
  private readonly offline: OpenOffline;
  private store: OfflineStore;
  private edits: Edits;
  private state: RoomSnapshot;
  private readonly listeners = new Set<() => void>();
  private readonly hearers: { [E in keyof RoomEvents]: Set<RoomEvents[E]> } = { pointer: new Set(), view: new Set() };
  private readonly unsettled = new Unsettled();
  private readonly notes = new SealedNotes(() => {
    this.store.noteSealed(this.unsettled.all);
    return this.unsettled.bytes;
  });
  private readonly sparsely: Sparsely;
  private joining = false;
  /** The document was made anew or the line lost while an answer was on its way: that answer is not for it. */
  private again = false;
  private destroyed = false;
  private takingIn = false;
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: RoomOptions) {
    this.socket = options.socket;
    this.sparsely = new Sparsely(options.socket, () => this.state.status === "live");
    this.offline = options.offline ?? noStore;
    this.state = {
      status: "connecting",
      saved: { state: "saving" },
      synced: false,
      self: null,
      people: [],
      presenter: null,
      frozen: null,
      refused: null,
      late: [],
      epoch: 0,
    };
    this.store = this.offline(this.doc);
    this.edits = this.watch();
    this.socket.on("connect", this.join);
    this.socket.on("disconnect", this.lost);
    this.socket.on("room.frame", this.frame);
    this.socket.on("room.people", this.crowd);
    this.socket.on("room.notice", this.notice);
    void this.begin();
  }

  snapshot = (): RoomSnapshot => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Others' pointers and views, as they come. Returns the undoing. */
  on<E extends keyof RoomEvents>(event: E, hear: RoomEvents[E]): () => void {
    this.hearers[event].add(hear);
    return () => this.hearers[event].delete(hear);
  }

  /** Where this person points (patient mm); null when the pointer leaves the images. At most once a screen frame; may be lost. */
  sendPointer(place: PointerPlace | null): void {
    this.sparsely.send("room.pointer", this.said({ place }), POINTER_EVERY_MS);
  }

  /** What this person's active viewport shows; the newest one counts. */
  sendView(view: SharedView): void {
    this.sparsely.send("room.view", this.said({ view }), POINTER_EVERY_MS);
  }

  /** Asks everyone to follow this person, or no longer. Resolves to a refusal, or null. */
  async present(on: boolean): Promise<ApiError | null> {
    const answer = await this.ask("room.present", { on });
    return answer.ok ? null : answer.error;
  }

  get awareness(): Awareness {
    return this.carets.awareness;
  }

  get documentId(): string {
    return this.options.documentId;
  }

  /** Says something to this room ("room.say", "room.react" …) and gives the hub's answer. */
  request(name: string, body: object): Promise<Answer> {
    return this.ask(name, body);
  }

  /** Whose caret that is, by the room's word (the caret's own bytes could claim any name). */
  personOfCaret(client: number): RoomPerson | undefined {
    const key = this.carets.keyOf(client);
    return this.state.people.find((person) => person.key === key);
  }

  destroy(): void {
    this.destroyed = true;
    clearTimeout(this.retry);
    this.notes.flush();
    this.sparsely.stop();
    this.socket.off("connect", this.join);
    this.socket.off("disconnect", this.lost);
    this.socket.off("room.frame", this.frame);
    this.socket.off("room.people", this.crowd);
    this.socket.off("room.notice", this.notice);
    if (this.socket.connected) this.socket.emit("room.leave", { document: this.options.documentId });
    this.edits.stop();
    this.carets.destroy();
    const { state } = this.state.saved;
    void this.store.close(state === "saved" || (state === "frozen" && this.edits.unsaved === 0));
    this.doc.destroy();
  }

  private async begin(): Promise<void> {
    const { unsaved, sealed, late } = await this.store.loaded;
    if (this.destroyed) return;
    this.edits.remembered(unsaved);
    if (late.length > 0) this.set({ late });
    this.unsettled.remembered(sealed);
    if (this.socket.connected) await this.join();
    else this.set({ status: this.state.status === "live" ? "live" : "offline" });
  }

  private readonly join = async (): Promise<void> => {
    if (this.joining || this.destroyed) return;
    this.joining = true;
    this.again = false;
    clearTimeout(this.retry);
    try {
      await this.store.loaded;
      if (this.destroyed) return;
      const answer = await this.ask("room.join", {
        stateVector: Y.encodeStateVector(this.doc),
        client: this.doc.clientID,
        ...(this.options.hidden?.() ? { hidden: true } : {}),
      });
      if (this.destroyed || this.again) return;
      if (!answer.ok) this.turnedAway(answer.error);
      else await this.arrived(RoomJoined.parse(answer.value));
    } catch {
      // An answer that can't be read, or a document that can't take it: once more is all that may help.
      this.rejoinLater(UNREADABLE_AGAIN_MS);
    } finally {
      this.joining = false;
      if (this.again && this.socket.connected) void this.join();
    }
  };

  private async arrived(joined: RoomJoined): Promise<void> {
    // The first join of a page brings all: there is nothing to compare.
    const had = this.doc.store.clients.size > 0;
    const brought = this.takeIn(joined.update);
    const allCommitted = joined.sealed === null && had && !this.isAhead(joined, []);
    if (joined.frozen !== null || allCommitted) this.unsettled.forget();
    const debt = this.unsettled.debt;
    const broughtBack = debt.flatMap(({ updates }) => updates);
    // Kept a moment before the document was.
    for (const update of broughtBack) this.takeIn(update);
    const ahead = had && this.isAhead(joined, broughtBack);
    for (const [key, bytes] of joined.awareness) this.carets.take(key, bytes);
    for (const [client, personId, name] of joined.writers) this.writers.set(client, { personId, name });
    this.views.clear();
    for (const [key, view] of Object.entries(joined.views)) this.views.set(key, view);
    if (joined.sealed && brought) this.unsettled.keep({ ...joined.sealed, updates: [joined.update] });
    this.notes.changed(0);
    this.set({
      status: "live",
      synced: true,
      self: joined.self,
      people: joined.people,
      presenter: joined.presenter,
      frozen: joined.frozen,
      refused: null,
    });
    for (const view of this.views) for (const hear of this.hearers.view) hear(...view);
    this.sayCaret();
    const back = await bringBack(debt, {
      relay: ({ updates, seal }) => this.ask("room.relay", { updates, seal }),
      paid: (edits) => this.unsettled.paid(edits),
      goesOn: () => !this.destroyed && !this.again,
    });
    if (back.kind === "over") return;
    if (back.kind === "later") return this.rejoinLater(retryAfter(back.error, REJOIN_AFTER_MS));
    if (back.kind === "refused") return this.takenBack(back.error);
    this.notes.changed(NOTE_SETTLED_WITHIN_MS);
    const { rights } = joined.self;
    if (joined.frozen === null && (rights.mark || rights.write))
      this.edits.resync(withBroughtBack(joined.stateVector, broughtBack), ahead);
    else if (this.edits.unsaved > 0 || ahead) this.takenBack(whyNot(joined));
    else this.edits.nothingToSend();
  }

  private isAhead(joined: RoomJoined, broughtBack: readonly Uint8Array[]): boolean {
    return isAhead(this.doc, withBroughtBack(joined.stateVector, broughtBack), [joined.update, ...broughtBack]);
  }

  /**
   * Takes what the hub has. What Yjs tidies up in the wake of it (marks around words that are gone) is no edit of this person's: the hub
   * does the same and tells it. @returns whether anything of it was new
   */
  private takeIn(update: Uint8Array): boolean {
    let news = false;
    const heard = (): void => {
      news = true;
    };
    this.doc.on("update", heard);
    this.takingIn = true;
    try {
      Y.applyUpdate(this.doc, update, this);
    } finally {
      this.takingIn = false;
      this.doc.off("update", heard);
    }
    return news;
  }

  private turnedAway(error: ApiError): void {
    if (error.detail?.newClient === true) return this.startOver(undefined, this.putAside(NOT_OURS));
    if (isPassing(error)) return this.rejoinLater(retryAfter(error, REJOIN_AFTER_MS));
    this.set({ status: "offline", refused: error, self: null, people: [] });
    // A full room has a place when somebody goes.
    if (error.code === "too_large") this.rejoinLater(FULL_ROOM_AGAIN_MS);
  }

  private rejoinLater(ms: number): void {
    clearTimeout(this.retry);
    if (this.destroyed) return;
    const again = (): void => {
      if (this.joining) this.rejoinLater(ms);
      else if (this.socket.connected) void this.join();
    };
    this.retry = setTimeout(again, Math.min(ms, this.options.longestPauseMs ?? ms));
  }

  private readonly lost = (): void => {
    if (this.joining) this.again = true;
    this.unsettled.visitOver();
    this.edits.lineLost();
    this.set({ status: "offline", people: this.state.self ? [this.state.self] : [] });
    this.carets.keepOnly(new Set());
  };

  private readonly frame = (message: unknown): void => {
    const parsed = RoomFrame.safeParse(message);
    if (!parsed.success || parsed.data.d !== this.options.documentId) return;
    const { u = [], p = [], a = [], v = [], n, c, s } = parsed.data;
    if (c !== undefined && this.unsettled.settled(c)) this.notes.changed(NOTE_SETTLED_WITHIN_MS);
    if (n !== undefined && s) {
      this.unsettled.keep({ number: n, updates: u, seal: s });
      this.notes.changed(0);
    }
    for (const update of u) this.takeIn(update);
    const own = this.state.self?.key;
    for (const [key, place] of p) if (key !== own) for (const hear of this.hearers.pointer) hear(key, place);
    for (const [key, bytes] of a) if (key !== own) this.carets.take(key, bytes);
    for (const [key, view] of v) {
      if (key === own) continue;
      this.views.set(key, view);
      for (const hear of this.hearers.view) hear(key, view);
    }
  };

  private readonly crowd = (message: unknown): void => {
    const parsed = RoomPeople.safeParse(message);
    if (!parsed.success || parsed.data.document !== this.options.documentId) return;
    const { people, presenter } = parsed.data;
    const here = new Set(people.map((person) => person.key));
    for (const { client, personId, name } of people) this.writers.set(client, { personId, name });
    this.carets.keepOnly(here);
    const shown = new Set(people.filter((one) => !one.hidden || one.key === presenter).map((one) => one.key));
    for (const key of [...this.views.keys()]) if (!shown.has(key)) this.views.delete(key);
    this.set({
      people,
      presenter,
      self: people.find((person) => person.key === this.state.self?.key) ?? this.state.self,
    });
  };

  private readonly notice = (message: unknown): void => {
    const parsed = RoomNotice.safeParse(message);
    if (!parsed.success || parsed.data.document !== this.options.documentId) return;
    const { kind, reason } = parsed.data;
    if (kind === "frozen") this.set({ frozen: reason });
    else if (kind === "reload") {
      this.unsettled.visitOver();
      this.rejoinLater(REJOIN_AFTER_MS * Math.random());
    } else this.set({ status: "offline", self: null, people: [], refused: { code: "forbidden", message: reason } });
  };

  private openCarets(): Carets {
    return new Carets(this.doc, () => this.sayCaret());
  }

  private watch(): Edits {
    const edits: Edits = new Edits({
      doc: this.doc,
      ignore: (origin) => this.takingIn || origin === this || origin === this.store.origin,
      send: (update) => this.sendEdit(update),
      changed: () => {
        this.store.noteUnsaved(edits.unsaved);
        this.set({});
      },
      again: (ms) => this.rejoinLater(ms),
      refused: (error) => this.takenBack(error),
    });
    return edits;
  }

  private sendEdit(update: Uint8Array): Promise<Answer> {
    if (update.byteLength <= ROOM_LIMITS.updateBytes) return this.ask("room.update", { update });
    const megabytes = ROOM_LIMITS.updateBytes / 1_000_000;
    const message = `That is more than the hub takes in one step (${megabytes} MB).`;
    return Promise.resolve({ ok: false, error: { code: "too_large", message } });
  }

  /**
   * The hub did not take an edit: what is on this screen is not what the others have. It is put aside, for the person to decide what
   * becomes of it, and the document is read anew.
   */
  private takenBack(error: ApiError): void {
    if (error.code === "frozen") this.set({ frozen: String(error.detail?.reason ?? "signed") });
    const told = error.code === "frozen" || this.edits.unsaved === 0 ? undefined : error.message;
    this.startOver(told, this.putAside(error));
  }

  private async putAside({ code, message }: ApiError): Promise<void> {
    const edits = this.edits.unsaved;
    if (edits === 0) return;
    const state = Y.encodeStateAsUpdate(this.doc);
    const late: LateEdits = { id: crypto.randomUUID(), code, reason: message, at: Date.now(), edits, state };
    await this.keepLate([...this.state.late, late].slice(-MOST_LATE));
  }

  /** Puts what was not taken in again, as it was written: it merges with what others wrote meanwhile, and goes to the hub. */
  restoreLate(id: string): Promise<void> {
    const late = this.state.late.find((one) => one.id === id);
    if (late) Y.applyUpdate(this.doc, late.state);
    return this.settleLate(id);
  }

  /** The person has decided what becomes of it. */
  settleLate(id: string): Promise<void> {
    return this.keepLate(this.state.late.filter((late) => late.id !== id));
  }

  private async keepLate(late: readonly LateEdits[]): Promise<void> {
    this.set({ late });
    await this.store.keepLate(late).catch(() => undefined);
  }

  /** @param kept when what is kept of the document is written: it is forgotten only then */
  private startOver(reason?: string, kept: Promise<void> = Promise.resolve()): void {
    if (this.destroyed) return;
    this.edits.stop();
    this.unsettled.forget();
    this.notes.stop();
    const old = this.doc;
    void this.store.close(true, kept);
    this.carets.destroy();
    this.doc = new Y.Doc();
    this.carets = this.openCarets();
    this.store = this.offline(this.doc);
    this.edits = this.watch();
    if (reason) this.edits.refuse(reason);
    this.set({ epoch: this.state.epoch + 1, synced: false });
    old.destroy();
    this.again = true;
    void this.join();
  }

  private sayCaret(): void {
    const state = this.carets.own();
    if (state) this.sparsely.send("room.awareness", this.said({ state }), AWARENESS_EVERY_MS);
  }

  private said<B extends object>(body: B): B & { document: string } {
    return { document: this.options.documentId, ...body };
  }

  private async ask(name: string, body: object): Promise<Answer> {
    try {
      return (await this.socket.timeout(ANSWER_WITHIN_MS).emitWithAck(name, this.said(body))) as Answer;
    } catch {
      return {
        ok: false,
        error: { code: "unavailable", message: "The hub did not answer.", detail: { retryAfterMs: REJOIN_AFTER_MS } },
      };
    }
  }

  private set(change: Partial<Omit<RoomSnapshot, "saved">>): void {
    const next = { ...this.state, ...change };
    this.state = { ...next, saved: this.edits.saved(next) };
    for (const listener of this.listeners) listener();
  }
}

/** Two drew the same random number for their edits, and the other one was first. */
const NOT_OURS: ApiError = { code: "conflict", message: "The hub could not tell these edits from another person's." };

function whyNot(joined: RoomJoined): ApiError {
  return joined.frozen === null
    ? { code: "forbidden", message: "You may no longer change this document." }
    : { code: "frozen", message: "The report was signed meanwhile.", detail: { reason: joined.frozen } };
}
