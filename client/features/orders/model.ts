import type { NewOrder } from "@readroom/shared/contract/http/orders.js";

/** The form's fields, as inputs hold them: texts; "" or null where nothing was chosen. */
export interface OrderForm {
  siteId: string | null;
  mrn: string;
  family: string;
  given: string;
  /** YYYY-MM-DD, as a date input gives it. */
  birthDate: string;
  sex: "M" | "F" | "O" | null;
  procedureText: string;
  modality: string | null;
  bodyPart: string;
  laterality: "" | "L" | "R" | "B";
  priority: "stat" | "urgent" | "routine";
  patientClass: "E" | "I" | "O" | null;
  patientLocation: string;
  clinicalQuestion: string;
  referringName: string;
  referringPhone: string;
}

export const EMPTY: OrderForm = {
  siteId: null,
  mrn: "",
  family: "",
  given: "",
  birthDate: "",
  sex: null,
  procedureText: "",
  modality: null,
  bodyPart: "",
  laterality: "",
  priority: "routine",
  patientClass: null,
  patientLocation: "",
  clinicalQuestion: "",
  referringName: "",
  referringPhone: "",
};

/** What is missing, by field, in words. */
export function problems(form: OrderForm): Partial<Record<keyof OrderForm, string>> {
  const missing: Partial<Record<keyof OrderForm, string>> = {};
  if (!form.siteId) missing.siteId = "Which site images the patient?";
  if (!form.family.trim()) missing.family = "The patient's family name";
  if (!form.mrn.trim()) missing.mrn = "The number that this site knows the patient by";
  if (!form.procedureText.trim()) missing.procedureText = "What is to be done?";
  if (!form.clinicalQuestion.trim()) missing.clinicalQuestion = "What should the images answer?";
  if (form.birthDate && !/^\d{4}-\d{2}-\d{2}$/.test(form.birthDate)) missing.birthDate = "A date";
  return missing;
}

/** The form as the hub takes it. */
export function orderOf(form: OrderForm): NewOrder {
  return {
    siteId: form.siteId ?? "",
    patient: {
      mrn: form.mrn,
      family: form.family,
      given: form.given,
      birthDate: form.birthDate ? form.birthDate.replaceAll("-", "") : null,
      sex: form.sex,
    },
    procedureText: form.procedureText,
    modality: form.modality ?? "",
    bodyPart: form.bodyPart,
    laterality: form.laterality,
    priority: form.priority,
    patientClass: form.patientClass ?? "",
    patientLocation: form.patientLocation,
    clinicalQuestion: form.clinicalQuestion,
    referringName: form.referringName,
    referringPhone: form.referringPhone,
    scheduledAt: null,
  };
}
