/** What the hospital's systems know about a study before the first image exists; every object of it carries these. */
export interface StudyHeader {
  readonly patient: {
    /** DICOM person name, e.g. `Brandt^Jonas`; any script, written as UTF-8 (ISO_IR 192). */
    readonly name: string;
    readonly id: string;
    readonly issuer?: string;
    /** YYYYMMDD, or empty when unknown. */
    readonly birthDate: string;
    readonly sex: "M" | "F" | "O" | "";
  };
  readonly accessionNumber: string;
  readonly studyId: string;
  /** Left out: derived from the seed and the accession number, so that a second run makes the same study. */
  readonly studyInstanceUid?: string;
  /** YYYYMMDD and HHMMSS in the hospital's local time; `timezoneOffset` as +HHMM. */
  readonly studyDate: string;
  readonly studyTime: string;
  readonly timezoneOffset?: string;
  readonly institution: string;
  readonly stationName: string;
  readonly referringPhysician: string;
  /** Left out: the phantom's own description. */
  readonly studyDescription?: string;
}

export type PhantomModality = "CT" | "DX" | "US" | "MR";
export type Side = "left" | "right";
export type Vec3 = readonly [number, number, number];

export type HeadLesion =
  | { readonly kind: "none" }
  | { readonly kind: "intraparenchymal"; readonly side: Side }
  | { readonly kind: "subdural"; readonly side: Side }
  | { readonly kind: "subarachnoid" };

export type ChestLesion = { readonly kind: "none" } | { readonly kind: "nodule" } | { readonly kind: "pneumothorax" };

export type PhantomShape =
  | { readonly kind: "ct-head"; readonly lesion: HeadLesion; readonly kernels: readonly CtKernel[] }
  | { readonly kind: "mr-brain"; readonly lesion: HeadLesion }
  | { readonly kind: "dx-chest"; readonly lesion: ChestLesion }
  | { readonly kind: "us-echo"; readonly ejection: "normal" | "reduced" };

export type CtKernel = "soft" | "bone";

export interface PhantomSpec {
  readonly id: string;
  readonly title: string;
  readonly modality: PhantomModality;
  /** Body Part Examined (0018,0015), a defined term of PS3.16 Annex L. */
  readonly bodyPart: string;
  readonly studyDescription: string;
  readonly abnormal: boolean;
  readonly instances: number;
  readonly shape: PhantomShape;
}

/** One DICOM object as a Part 10 file, explicit VR little endian. */
export interface PhantomInstance {
  readonly sopInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopClassUid: string;
  readonly dataset: Uint8Array;
}

export interface ComputeOptions {
  /** Anatomy, noise and UIDs all follow from it. */
  readonly seed: number;
  /** Seed of the person's anatomy when a prior shall show the same head under other noise; `seed` by default. */
  readonly anatomySeed?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What is exactly known about a phantom, in patient millimetres (LPS), HU and ml. */
export type PhantomTruth = HeadTruth | ChestRadiographTruth | EchoTruth;

export interface HeadTruth {
  readonly kind: "head";
  /** Largest outer diameters of the skull (left-right, front-back) and the height (z) at which they hold. */
  readonly skullOuterDiameterMm: { readonly leftRight: number; readonly frontBack: number; readonly atZ: number };
  /** Displacement of the septum pellucidum towards the patient's left (positive) or right (negative). */
  readonly midlineShiftMm: number;
  readonly haemorrhage: null | {
    readonly centre: Vec3;
    readonly semiAxesMm: Vec3;
    readonly volumeMl: number;
    readonly meanHu: number;
  };
  readonly subdural: null | { readonly side: Side; readonly maxThicknessMm: number; readonly meanHu: number };
  /** Places whose surroundings (radius in mm) are of one tissue, with its mean HU. */
  readonly rois: readonly {
    readonly name: string;
    readonly centre: Vec3;
    readonly radiusMm: number;
    readonly hu: number;
  }[];
}

export interface ChestRadiographTruth {
  readonly kind: "dx-chest";
  /** Centre in image pixels (column, row), diameter in millimetres on the detector. */
  readonly nodule: null | { readonly column: number; readonly row: number; readonly diameterMm: number };
  readonly pneumothorax: null | { readonly side: Side; readonly apicalDistanceMm: number };
  readonly heartWidthMm: number;
  readonly thoraxWidthMm: number;
}

export interface EchoTruth {
  readonly kind: "us-echo";
  readonly frames: number;
  readonly frameTimeMs: number;
  /** Left ventricle's cavity length and width in mm at end diastole (frame 1) and end systole. */
  readonly diastole: { readonly lengthMm: number; readonly widthMm: number };
  readonly systole: { readonly lengthMm: number; readonly widthMm: number; readonly frame: number };
  readonly mmPerPixel: number;
}
