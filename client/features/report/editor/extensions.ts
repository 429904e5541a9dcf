import type { Extensions } from "@tiptap/core";
import { Collaboration } from "@tiptap/extension-collaboration";
import { StarterKit } from "@tiptap/starter-kit";
import type * as Y from "yjs";
import { AskedLines, type AskedOptions } from "./asked";
import { ReportField } from "./field";
import { CommentAnchor, Deletion, Insertion, OriginMark } from "./marks";
import { MeasurementField, type MeasurementOptions } from "./measurement";
import { Authors, type AuthorsOptions, Carets } from "./people";
import {
  ReportDocument,
  ReportSection,
  SectionGuard,
  SectionKeys,
  type SectionKeysOptions,
  type SectionTitle,
} from "./sections";
import { Suggesting, type SuggestingOptions } from "./suggesting";

export interface ReportEditorParts
  extends MeasurementOptions,
    SectionKeysOptions,
    AuthorsOptions,
    AskedOptions,
    SuggestingOptions {
  readonly doc: Y.Doc;
  titleOf(key: string): SectionTitle;
}

/** Exactly the elements and marks that the hub accepts in a report (shared/crdt/check.ts): anything else would be refused there. */
export function reportExtensions(parts: ReportEditorParts): Extensions {
  return [
    StarterKit.configure({
      document: false,
      blockquote: false,
      code: false,
      codeBlock: false,
      heading: false,
      horizontalRule: false,
      link: false,
      strike: false,
      trailingNode: false,
      // Undo is one's own, by the shared document's undo manager.
      undoRedo: false,
    }),
    ReportDocument,
    ReportSection.configure({ titleOf: parts.titleOf }),
    SectionGuard,
    SectionKeys.configure({ snippetFor: parts.snippetFor, onSign: parts.onSign, onLeave: parts.onLeave }),
    ReportField.configure({ fields: parts.fields }),
    AskedLines.configure({ fields: parts.fields, fieldLines: parts.fieldLines }),
    Insertion,
    Deletion,
    CommentAnchor,
    OriginMark,
    Suggesting.configure({
      suggester: parts.suggester,
      now: parts.now,
      newId: parts.newId,
      onRefused: parts.onRefused,
    }),
    MeasurementField.configure({ source: parts.source, onShow: parts.onShow }),
    Collaboration.configure({ document: parts.doc, field: "body" }),
    Carets.configure({ room: parts.room }),
    Authors.configure({ room: parts.room, colourOf: parts.colourOf, shown: parts.shown }),
  ];
}
