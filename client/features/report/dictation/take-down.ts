import type { ReportSpec } from "@readroom/shared/crdt/report.js";
import { dictationOf, joined } from "@readroom/shared/domain/report-text/dictation.js";
import type { Editor } from "@tiptap/core";
import { broughtIn } from "../editor/brought-in";
import { fillNormal, sectionAt } from "../editor/normal";
import { toNext } from "../editor/sections";

/** Writes a recognised phrase at the caret and does what it commands. Returns "stop" where the dictation was ended by voice. */
export function takeDown(editor: Editor, spec: ReportSpec, phrase: string): "stop" | null {
  for (const piece of dictationOf(phrase)) {
    if (piece.kind === "words") {
      const { $from } = editor.state.selection;
      const before = $from.parent.textBetween(0, $from.parentOffset, undefined, "\ufffc");
      editor.commands.insertContent(broughtIn(joined(before, piece.text), "dictation"));
      continue;
    }
    switch (piece.command) {
      case "next field":
        toNext(editor, 1);
        break;
      case "new paragraph":
        editor.commands.splitBlock();
        break;
      case "normal":
        fillNormal(editor, spec, sectionAt(editor));
        break;
      case "delete that":
        editor.commands.undo();
        break;
      case "stop":
        return "stop";
    }
  }
  return null;
}
