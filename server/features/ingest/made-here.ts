import { Tag } from "@readroom/shared/dicom/tags.js";
import { type DicomJson, firstText } from "./parse/dicom-json.js";

/** Manufacturer (0008,0070) of what the hub makes. */
export const OWN_MANUFACTURER = "Readroom";

/** True for the reports and presentation states that a hub made itself, told by their equipment module. */
export const isMadeHere = (metadata: DicomJson): boolean =>
  firstText(metadata, Tag.Manufacturer) === OWN_MANUFACTURER &&
  ["SR", "PR"].includes(firstText(metadata, Tag.Modality));
