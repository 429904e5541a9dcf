declare module "dcmjs" {
  const dcmjs: {
    readonly data: { readonly DicomMetaDictionary: { readonly nameMap: Readonly<Record<string, unknown>> } };
  };
  export default dcmjs;
}
