/** What this program calls itself, where it leaves its name: on marks, in DICOM objects, at health checks. */
export const PRODUCT = { name: "Readroom", version: "0.1.0" } as const;
