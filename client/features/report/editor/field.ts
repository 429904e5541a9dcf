import { chosen, FIELD_VALUE_MAX, type FieldSpec } from "@readroom/shared/crdt/report-fields.js";
import { type Editor, Node } from "@tiptap/core";

export interface FieldOptions {
  fields: ReadonlyMap<string, FieldSpec>;
}

declare module "@tiptap/core" {
  interface Commands<ReturnType> {
    reportField: {
      /** Sets fields that are still empty, by key. */
      fillFields: (values: ReadonlyMap<string, string>) => ReturnType;
    };
  }
}

/** A field of the template in the text: chosen, measured or typed in place. Its value is shared like words are. */
export const ReportField = Node.create<FieldOptions>({
  name: "reportField",
  group: "inline",
  inline: true,
  atom: true,
  selectable: false,
  marks: "",
  addOptions: () => ({ fields: new Map() }),
  addAttributes: () => ({ fieldKey: { default: "" }, value: { default: null } }),
  parseHTML: () => [
    { tag: "span[data-field]", getAttrs: (element) => ({ fieldKey: element.getAttribute("data-field") }) },
  ],
  renderHTML: ({ node }) => ["span", { "data-field": String(node.attrs.fieldKey) }],
  addCommands() {
    return {
      fillFields:
        (values) =>
        ({ tr, dispatch }) => {
          const places: { at: number; value: string }[] = [];
          tr.doc.descendants((node, at) => {
            const value = node.type === this.type ? values.get(String(node.attrs.fieldKey)) : undefined;
            if (value && !node.attrs.value) places.push({ at, value });
          });
          if (dispatch) for (const { at, value } of places) tr.setNodeAttribute(at, "value", value);
          return places.length > 0;
        },
    };
  },
  addNodeView() {
    return ({ node, editor, getPos }) => {
      const spec = this.options.fields.get(String(node.attrs.fieldKey));
      const set = (value: string): void => {
        const at = getPos();
        if (at === undefined || !editor.isEditable) return;
        editor.view.dispatch(editor.state.tr.setNodeAttribute(at, "value", value.slice(0, FIELD_VALUE_MAX)));
      };
      const dom = document.createElement("span");
      dom.dataset.field = String(node.attrs.fieldKey);
      dom.contentEditable = "false";
      const control = spec ? controlOf(spec, set, editor) : unknownControl();
      dom.append(control.dom);
      control.show(String(node.attrs.value ?? ""));
      return {
        dom,
        update: (now) => {
          if (now.type !== node.type || now.attrs.fieldKey !== node.attrs.fieldKey) return false;
          control.show(String(now.attrs.value ?? ""));
          return true;
        },
        stopEvent: () => true,
        ignoreMutation: () => true,
      };
    };
  },
});

interface Control {
  readonly dom: HTMLElement;
  show(value: string): void;
}

function unknownControl(): Control {
  const dom = document.createElement("span");
  dom.textContent = "(field of another template)";
  return { dom, show: () => undefined };
}

function controlOf(spec: FieldSpec, set: (value: string) => void, editor: Editor): Control {
  if (spec.kind === "choice") return choiceControl(spec, set, editor);
  if (spec.kind === "choices") return choicesControl(spec, set, editor);
  return inputControl(spec, set, editor);
}

function choiceControl(spec: FieldSpec, set: (value: string) => void, editor: Editor): Control {
  const dom = document.createElement("select");
  dom.setAttribute("aria-label", spec.label);
  for (const { value, text } of [{ value: "", text: "choose…" }, ...spec.options]) {
    const option = document.createElement("option");
    option.value = value;
    option.textContent = text;
    dom.append(option);
  }
  dom.addEventListener("change", () => set(dom.value));
  guard(dom, editor);
  return { dom, show: (value) => mark(dom, spec, value, () => (dom.value = value)) };
}

function inputControl(spec: FieldSpec, set: (value: string) => void, editor: Editor): Control {
  const dom = document.createElement("span");
  const input = document.createElement("input");
  input.type = spec.kind === "date" ? "date" : "text";
  if (spec.kind === "number") input.inputMode = "decimal";
  input.setAttribute("aria-label", spec.unit ? `${spec.label}, ${spec.unit}` : spec.label);
  input.placeholder = spec.kind === "number" ? "0" : "…";
  const fit = (): void => {
    if (spec.kind !== "date") input.style.width = `${Math.min(40, Math.max(3, input.value.length + 1))}ch`;
  };
  input.addEventListener("input", () => {
    fit();
    set(input.value);
  });
  guard(input, editor);
  dom.append(input);
  if (spec.unit) dom.append(` ${spec.unit}`);
  return {
    dom,
    show: (value) =>
      mark(input, spec, value, () => {
        if (input.value !== value) input.value = value;
        fit();
      }),
  };
}

function choicesControl(spec: FieldSpec, set: (value: string) => void, editor: Editor): Control {
  const dom = document.createElement("span");
  dom.dataset.choices = "";
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-haspopup", "true");
  const list = document.createElement("span");
  list.setAttribute("role", "group");
  list.setAttribute("aria-label", spec.label);
  list.hidden = true;
  const boxes = spec.options.map(({ value, text }) => {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.value = value;
    box.addEventListener("change", () =>
      set(
        boxes
          .filter((one) => one.checked)
          .map((one) => one.value)
          .join("|"),
      ),
    );
    guard(box, editor);
    label.append(box, ` ${text}`);
    list.append(label);
    return box;
  });
  const open = (on: boolean): void => {
    list.hidden = !on;
    button.setAttribute("aria-expanded", String(on));
  };
  open(false);
  button.addEventListener("click", () => open(list.hidden === true));
  dom.addEventListener("focusout", (event) => {
    if (!dom.contains(event.relatedTarget as globalThis.Node | null)) open(false);
  });
  dom.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    event.stopPropagation();
    open(false);
    button.focus();
  });
  guard(button, editor);
  dom.append(button, list);
  return {
    dom,
    show: (value) =>
      mark(button, spec, value, () => {
        const values = chosen(value);
        for (const box of boxes) box.checked = values.includes(box.value);
        const texts = spec.options.filter((option) => values.includes(option.value)).map(({ text }) => text);
        button.textContent = texts.join(", ") || "choose…";
        button.setAttribute("aria-label", `${spec.label}: ${texts.join(", ") || "nothing chosen"}`);
      }),
  };
}

function mark(dom: HTMLElement, spec: FieldSpec, value: string, show: () => void): void {
  show();
  dom.dataset.state = value ? "filled" : spec.required ? "required" : "empty";
}

/** Where the report is only read, nothing in it takes input. */
function guard(dom: HTMLInputElement | HTMLSelectElement | HTMLButtonElement, editor: Editor): void {
  const follow = (): void => {
    dom.disabled = !editor.isEditable;
  };
  follow();
  editor.on("update", follow);
  editor.on("selectionUpdate", follow);
  editor.on("transaction", follow);
}
