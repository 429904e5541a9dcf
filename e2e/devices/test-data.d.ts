/** Folder of real test files of a kind (READROOM_TEST_DATA, else beside the repository), or undefined in a clone without it. */
export declare function realData(kind: "dicom" | "hl7" | "templates"): string | undefined;
/** Folder of real DICOM test files; where there is none, tests run on generated files, and say so. */
export declare function realDicom(): string | undefined;
