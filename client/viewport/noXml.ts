/**
 * In the place of xmlbuilder2, which the renderer's readers of surface meshes bring along (with a DOM, a URL parser and YAML: a tenth of
 * all its code). No mesh in XML is ever read here.
 * @throws always
 */
export function create(): never {
  throw new Error("meshes in XML are not read");
}
export const convert = create;
