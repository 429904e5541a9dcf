import type { DefaultTreeAdapterTypes } from "parse5";

export type Element = DefaultTreeAdapterTypes.Element;
type Node = DefaultTreeAdapterTypes.ChildNode | DefaultTreeAdapterTypes.ParentNode;

export const isElement = (node: Node): node is Element => "tagName" in node;

export const childrenOf = (node: Node): Element[] => ("childNodes" in node ? node.childNodes.filter(isElement) : []);

export const attribute = (element: Element, name: string): string =>
  element.attrs?.find((one) => one.name === name)?.value ?? "";

export const parentOf = (element: Element): Element | null => {
  const parent = element.parentNode;
  return parent && isElement(parent) ? parent : null;
};

/** The text without badges (codes shown beside a label) and without what controls hold, white space folded. */
export function textOf(node: Node | undefined): string {
  if (!node) return "";
  const collect = (one: Node): string => {
    if (one.nodeName === "#text" && "value" in one) return one.value;
    if (!("childNodes" in one)) return "";
    if (
      isElement(one) &&
      (/badge/.test(attribute(one, "class")) || ["select", "textarea", "script"].includes(one.tagName))
    )
      return "";
    return one.childNodes.map(collect).join(" ");
  };
  return collect(node).replace(/\s+/g, " ").trim();
}
