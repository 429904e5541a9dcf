import type { NoticesView, NoticeView } from "@readroom/shared/contract/http/notices.js";
import { describe, expect, it } from "vitest";
import { afterAct, bellLabel, grouped } from "./model";

const notice = (id: string, more: Partial<NoticeView> = {}): NoticeView => ({
  ...{ id, kind: "stat_study", urgent: false, title: "A stat study is waiting", detail: "", href: "/worklist" },
  ...{ studyId: null, at: 1000, read: false, snoozedUntil: null },
  ...more,
});
const view = (...notices: NoticeView[]): NoticesView => ({
  serverNow: 2000,
  notices,
  unread: notices.length,
  waiting: 0,
});

describe("notices", () => {
  it("urgent ones stand first, silenced ones last, the rest by kind", () => {
    const groups = grouped(
      view(
        notice("a"),
        notice("b", { kind: "results" }),
        notice("c", { kind: "critical", urgent: true }),
        notice("d", { snoozedUntil: 9000 }),
        notice("e"),
      ),
    );
    expect(groups.map(({ label, notices }) => [label, notices.map(({ id }) => id)])).toEqual([
      ["Now", ["c"]],
      ["Stat and stroke studies", ["a", "e"]],
      ["Results", ["b"]],
      ["Quiet for now", ["d"]],
    ]);
  });

  it("what one does shows before the hub answers", () => {
    const all = view(notice("a"), notice("b"));
    expect(afterAct(all, { ids: ["a"], act: "read" })).toMatchObject({ unread: 1 });
    expect(afterAct(all, { act: "dismiss" })).toMatchObject({ unread: 0, notices: [] });
    expect(afterAct(all, { ids: ["b"], act: "snooze", minutes: 10 })).toMatchObject({ unread: 1 });
  });

  it("the bell says its counts in words", () => {
    expect(bellLabel({ ...view(notice("a")), waiting: 3 })).toBe("Notices: 1 unread notice, 3 waiting until you sign");
    expect(bellLabel(view())).toBe("Notices: no unread notices");
  });
});
