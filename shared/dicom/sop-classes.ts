/**
 * Storage SOP classes (DICOM PS3.4 Annex B.5) and what the hub does with each kind. The table names what is shown to people; what is
 * *accepted* is decided by {@link isStorageSopClass}, so that a class standardised next year, or a vendor's private one, is not lost.
 */
export type ObjectKind =
  | "image"
  | "report"
  | "key-objects"
  | "presentation"
  | "segmentation"
  | "document"
  | "radiotherapy"
  | "waveform"
  | "mapping"
  | "other";

const ROOT = "1.2.840.10008.5.1.4.1.1.";

/** Suffix below 1.2.840.10008.5.1.4.1.1 → [name, kind]. */
const STORAGE: Readonly<Record<string, readonly [string, ObjectKind]>> = {
  "1": ["Computed Radiography Image", "image"],
  "1.1": ["Digital X-Ray Image, for presentation", "image"],
  "1.1.1": ["Digital X-Ray Image, for processing", "image"],
  "1.2": ["Digital Mammography X-Ray Image, for presentation", "image"],
  "1.2.1": ["Digital Mammography X-Ray Image, for processing", "image"],
  "1.3": ["Digital Intra-Oral X-Ray Image, for presentation", "image"],
  "1.3.1": ["Digital Intra-Oral X-Ray Image, for processing", "image"],
  "2": ["CT Image", "image"],
  "2.1": ["Enhanced CT Image", "image"],
  "2.2": ["Legacy Converted Enhanced CT Image", "image"],
  "3": ["Ultrasound Multi-frame Image (retired)", "image"],
  "3.1": ["Ultrasound Multi-frame Image", "image"],
  "4": ["MR Image", "image"],
  "4.1": ["Enhanced MR Image", "image"],
  "4.2": ["MR Spectroscopy", "other"],
  "4.3": ["Enhanced MR Color Image", "image"],
  "4.4": ["Legacy Converted Enhanced MR Image", "image"],
  "5": ["Nuclear Medicine Image (retired)", "image"],
  "6": ["Ultrasound Image (retired)", "image"],
  "6.1": ["Ultrasound Image", "image"],
  "6.2": ["Enhanced US Volume", "image"],
  "6.3": ["Photoacoustic Image", "image"],
  "7": ["Secondary Capture Image", "image"],
  "7.1": ["Multi-frame Single Bit Secondary Capture Image", "image"],
  "7.2": ["Multi-frame Grayscale Byte Secondary Capture Image", "image"],
  "7.3": ["Multi-frame Grayscale Word Secondary Capture Image", "image"],
  "7.4": ["Multi-frame True Color Secondary Capture Image", "image"],
  "9.1.1": ["12-lead ECG Waveform", "waveform"],
  "9.1.2": ["General ECG Waveform", "waveform"],
  "9.1.3": ["Ambulatory ECG Waveform", "waveform"],
  "9.1.4": ["General 32-bit ECG Waveform", "waveform"],
  "9.2.1": ["Hemodynamic Waveform", "waveform"],
  "9.3.1": ["Cardiac Electrophysiology Waveform", "waveform"],
  "9.4.1": ["Basic Voice Audio Waveform", "waveform"],
  "9.4.2": ["General Audio Waveform", "waveform"],
  "9.5.1": ["Arterial Pulse Waveform", "waveform"],
  "9.6.1": ["Respiratory Waveform", "waveform"],
  "9.6.2": ["Multi-channel Respiratory Waveform", "waveform"],
  "9.7.1": ["Routine Scalp Electroencephalogram Waveform", "waveform"],
  "9.7.2": ["Electromyogram Waveform", "waveform"],
  "9.7.3": ["Electrooculogram Waveform", "waveform"],
  "9.7.4": ["Sleep Electroencephalogram Waveform", "waveform"],
  "9.8.1": ["Body Position Waveform", "waveform"],
  "11.1": ["Grayscale Softcopy Presentation State", "presentation"],
  "11.2": ["Color Softcopy Presentation State", "presentation"],
  "11.3": ["Pseudo-Color Softcopy Presentation State", "presentation"],
  "11.4": ["Blending Softcopy Presentation State", "presentation"],
  "11.5": ["XA/XRF Grayscale Softcopy Presentation State", "presentation"],
  "11.6": ["Grayscale Planar MPR Volumetric Presentation State", "presentation"],
  "11.7": ["Compositing Planar MPR Volumetric Presentation State", "presentation"],
  "11.8": ["Advanced Blending Presentation State", "presentation"],
  "11.9": ["Volume Rendering Volumetric Presentation State", "presentation"],
  "11.10": ["Segmented Volume Rendering Volumetric Presentation State", "presentation"],
  "11.11": ["Multiple Volume Rendering Volumetric Presentation State", "presentation"],
  "11.12": ["Variable Modality LUT Softcopy Presentation State", "presentation"],
  "12.1": ["X-Ray Angiographic Image", "image"],
  "12.1.1": ["Enhanced XA Image", "image"],
  "12.2": ["X-Ray Radiofluoroscopic Image", "image"],
  "12.2.1": ["Enhanced XRF Image", "image"],
  "13.1.1": ["X-Ray 3D Angiographic Image", "image"],
  "13.1.2": ["X-Ray 3D Craniofacial Image", "image"],
  "13.1.3": ["Breast Tomosynthesis Image", "image"],
  "13.1.4": ["Breast Projection X-Ray Image, for presentation", "image"],
  "13.1.5": ["Breast Projection X-Ray Image, for processing", "image"],
  "14.1": ["Intravascular OCT Image, for presentation", "image"],
  "14.2": ["Intravascular OCT Image, for processing", "image"],
  "20": ["Nuclear Medicine Image", "image"],
  "30": ["Parametric Map", "image"],
  "66": ["Raw Data", "other"],
  "66.1": ["Spatial Registration", "other"],
  "66.2": ["Spatial Fiducials", "other"],
  "66.3": ["Deformable Spatial Registration", "other"],
  "66.4": ["Segmentation", "segmentation"],
  "66.5": ["Surface Segmentation", "segmentation"],
  "66.6": ["Tractography Results", "other"],
  "66.7": ["Label Map Segmentation", "segmentation"],
  "66.8": ["Height Map Segmentation", "segmentation"],
  "67": ["Real World Value Mapping", "mapping"],
  "68.1": ["Surface Scan Mesh", "other"],
  "68.2": ["Surface Scan Point Cloud", "other"],
  "77.1.1": ["VL Endoscopic Image", "image"],
  "77.1.1.1": ["Video Endoscopic Image", "image"],
  "77.1.2": ["VL Microscopic Image", "image"],
  "77.1.2.1": ["Video Microscopic Image", "image"],
  "77.1.3": ["VL Slide-Coordinates Microscopic Image", "image"],
  "77.1.4": ["VL Photographic Image", "image"],
  "77.1.4.1": ["Video Photographic Image", "image"],
  "77.1.5.1": ["Ophthalmic Photography 8 Bit Image", "image"],
  "77.1.5.2": ["Ophthalmic Photography 16 Bit Image", "image"],
  "77.1.5.3": ["Stereometric Relationship", "other"],
  "77.1.5.4": ["Ophthalmic Tomography Image", "image"],
  "77.1.5.5": ["Wide Field Ophthalmic Photography Stereographic Projection Image", "image"],
  "77.1.5.6": ["Wide Field Ophthalmic Photography 3D Coordinates Image", "image"],
  "77.1.5.7": ["Ophthalmic OCT En Face Image", "image"],
  "77.1.5.8": ["Ophthalmic OCT B-scan Volume Analysis", "other"],
  "77.1.6": ["VL Whole Slide Microscopy Image", "image"],
  "77.1.7": ["Dermoscopic Photography Image", "image"],
  "77.1.8": ["Confocal Microscopy Image", "image"],
  "77.1.9": ["Confocal Microscopy Tiled Pyramidal Image", "image"],
  "78.1": ["Lensometry Measurements", "other"],
  "78.2": ["Autorefraction Measurements", "other"],
  "78.3": ["Keratometry Measurements", "other"],
  "78.4": ["Subjective Refraction Measurements", "other"],
  "78.5": ["Visual Acuity Measurements", "other"],
  "78.6": ["Spectacle Prescription Report", "report"],
  "78.7": ["Ophthalmic Axial Measurements", "other"],
  "78.8": ["Intraocular Lens Calculations", "other"],
  "79.1": ["Macular Grid Thickness and Volume Report", "report"],
  "80.1": ["Ophthalmic Visual Field Static Perimetry Measurements", "other"],
  "81.1": ["Ophthalmic Thickness Map", "image"],
  "82.1": ["Corneal Topography Map", "image"],
  "88.11": ["Basic Text SR", "report"],
  "88.22": ["Enhanced SR", "report"],
  "88.33": ["Comprehensive SR", "report"],
  "88.34": ["Comprehensive 3D SR", "report"],
  "88.35": ["Extensible SR", "report"],
  "88.40": ["Procedure Log", "report"],
  "88.50": ["Mammography CAD SR", "report"],
  "88.59": ["Key Object Selection Document", "key-objects"],
  "88.65": ["Chest CAD SR", "report"],
  "88.67": ["X-Ray Radiation Dose SR", "report"],
  "88.68": ["Radiopharmaceutical Radiation Dose SR", "report"],
  "88.69": ["Colon CAD SR", "report"],
  "88.70": ["Implantation Plan SR Document", "report"],
  "88.71": ["Acquisition Context SR", "report"],
  "88.72": ["Simplified Adult Echo SR", "report"],
  "88.73": ["Patient Radiation Dose SR", "report"],
  "88.74": ["Planned Imaging Agent Administration SR", "report"],
  "88.75": ["Performed Imaging Agent Administration SR", "report"],
  "88.76": ["Enhanced X-Ray Radiation Dose SR", "report"],
  "88.77": ["Waveform Annotation SR", "report"],
  "90.1": ["Content Assessment Results", "report"],
  "91.1": ["Microscopy Bulk Simple Annotations", "other"],
  "104.1": ["Encapsulated PDF", "document"],
  "104.2": ["Encapsulated CDA", "document"],
  "104.3": ["Encapsulated STL", "document"],
  "104.4": ["Encapsulated OBJ", "document"],
  "104.5": ["Encapsulated MTL", "document"],
  "128": ["Positron Emission Tomography Image", "image"],
  "128.1": ["Legacy Converted Enhanced PET Image", "image"],
  "130": ["Enhanced PET Image", "image"],
  "131": ["Basic Structured Display", "presentation"],
  "200.2": ["CT Performed Procedure Protocol", "other"],
  "200.8": ["XA Performed Procedure Protocol", "other"],
  "481.1": ["RT Image", "image"],
  "481.2": ["RT Dose", "radiotherapy"],
  "481.3": ["RT Structure Set", "radiotherapy"],
  "481.4": ["RT Beams Treatment Record", "radiotherapy"],
  "481.5": ["RT Plan", "radiotherapy"],
  "481.6": ["RT Brachy Treatment Record", "radiotherapy"],
  "481.7": ["RT Treatment Summary Record", "radiotherapy"],
  "481.8": ["RT Ion Plan", "radiotherapy"],
  "481.9": ["RT Ion Beams Treatment Record", "radiotherapy"],
  "481.10": ["RT Physician Intent", "radiotherapy"],
  "481.11": ["RT Segment Annotation", "radiotherapy"],
  "481.12": ["RT Radiation Set", "radiotherapy"],
  "481.13": ["C-Arm Photon-Electron Radiation", "radiotherapy"],
  "481.21": ["RT Treatment Preparation", "radiotherapy"],
};

/** Below the storage root, yet about no patient's study (PS3.4 Annex GG): protocols as defined, inventories. */
const NON_PATIENT = new Set(["200.1", "200.3", "200.4", "200.5", "200.6", "200.7", "201.1"].map((s) => ROOT + s));

const STANDARD_ROOT = "1.2.840.10008.";
const RT_BEAMS_DELIVERY_INSTRUCTION = "1.2.840.10008.5.1.4.34.7";

/** Verification SOP Class (PS3.4 Annex A): C-ECHO. */
export const VERIFICATION = "1.2.840.10008.1.1";
export const STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1";
export const STUDY_ROOT_MOVE = "1.2.840.10008.5.1.4.1.2.2.2";
export const STUDY_ROOT_GET = "1.2.840.10008.5.1.4.1.2.2.3";
export const PATIENT_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.1.1";
export const PATIENT_ROOT_MOVE = "1.2.840.10008.5.1.4.1.2.1.2";
export const PATIENT_ROOT_GET = "1.2.840.10008.5.1.4.1.2.1.3";
export const MODALITY_WORKLIST_FIND = "1.2.840.10008.5.1.4.31";
export const MODALITY_PERFORMED_PROCEDURE_STEP = "1.2.840.10008.3.1.2.3.3";
export const STORAGE_COMMITMENT = "1.2.840.10008.1.20.1";
/** The well-known instance that storage commitment is asked of (PS3.4 J.3.5). */
export const STORAGE_COMMITMENT_INSTANCE = "1.2.840.10008.1.20.1.1";
export const MEDIA_STORAGE_DIRECTORY = "1.2.840.10008.1.3.10";

/**
 * True for every abstract syntax that carries a composite object of a patient's study: the whole storage arc of the standard (also
 * members newer than the table above), and any UID outside the standard's own root, since a private SOP class is only ever proposed
 * for storage. False for query, print, worklist and the other services of the standard, and for non-patient objects.
 */
export function isStorageSopClass(uid: string): boolean {
  if (uid.startsWith(ROOT)) return !NON_PATIENT.has(uid);
  if (uid === RT_BEAMS_DELIVERY_INSTRUCTION) return true;
  return !uid.startsWith(STANDARD_ROOT);
}

/** What people call it; the UID itself for a class that the table doesn't know. */
export function sopClassName(uid: string): string {
  return uid.startsWith(ROOT) ? (STORAGE[uid.slice(ROOT.length)]?.[0] ?? uid) : uid;
}

export function sopClassKind(uid: string): ObjectKind {
  return uid.startsWith(ROOT) ? (STORAGE[uid.slice(ROOT.length)]?.[1] ?? "other") : "other";
}

/** The storage SOP classes that the table names, for a conformance statement or a sender's proposals. */
export function knownStorageSopClasses(): string[] {
  return Object.keys(STORAGE).map((suffix) => ROOT + suffix);
}
