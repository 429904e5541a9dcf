import { CT_HEAD, MR_BRAIN } from "./head/series.js";
import type { ChestLesion, CtKernel, HeadLesion, PhantomSpec } from "./types.js";

/** Every phantom the demo can make; the seed varies the person, the spec the finding. */
export const phantomCatalogue: readonly PhantomSpec[] = [
  ctHeadSpec("ct-head-normal", "CT head, no finding", { kind: "none" }),
  ctHeadSpec("ct-head-haemorrhage-right", "CT head, right basal ganglia haemorrhage", {
    kind: "intraparenchymal",
    side: "right",
  }),
  ctHeadSpec("ct-head-haemorrhage-left", "CT head, left basal ganglia haemorrhage", {
    kind: "intraparenchymal",
    side: "left",
  }),
  ctHeadSpec("ct-head-subdural-left", "CT head, left acute subdural haematoma", { kind: "subdural", side: "left" }),
  ctHeadSpec("ct-head-subdural-right", "CT head, right acute subdural haematoma", { kind: "subdural", side: "right" }),
  ctHeadSpec("ct-head-subarachnoid", "CT head, subarachnoid haemorrhage", { kind: "subarachnoid" }),
  ctHeadSpec("ct-head-normal-bone", "CT head, soft and bone kernels", { kind: "none" }, ["soft", "bone"]),
  chestSpec("dx-chest-normal", "Chest radiograph, no finding", { kind: "none" }),
  chestSpec("dx-chest-nodule", "Chest radiograph, right upper zone nodule", { kind: "nodule" }),
  chestSpec("dx-chest-pneumothorax", "Chest radiograph, right pneumothorax", { kind: "pneumothorax" }),
  echoSpec("us-echo-normal", "Echocardiogram, normal ejection", "normal"),
  echoSpec("us-echo-reduced", "Echocardiogram, reduced ejection", "reduced"),
  mrSpec("mr-brain-normal", "MR brain T2, no finding", { kind: "none" }),
  mrSpec("mr-brain-haemorrhage-left", "MR brain T2, left basal ganglia haemorrhage", {
    kind: "intraparenchymal",
    side: "left",
  }),
];

/** The phantom of that id; throws RangeError when there is none. */
export function phantomById(id: string): PhantomSpec {
  const spec = phantomCatalogue.find((s) => s.id === id);
  if (!spec) throw new RangeError(`no phantom is called ${id}`);
  return spec;
}

function ctHeadSpec(
  id: string,
  title: string,
  lesion: HeadLesion,
  kernels: readonly CtKernel[] = ["soft"],
): PhantomSpec {
  return {
    id,
    title,
    modality: "CT",
    bodyPart: "HEAD",
    studyDescription: "CT head without contrast",
    abnormal: lesion.kind !== "none",
    instances: CT_HEAD.slices * kernels.length,
    shape: { kind: "ct-head", lesion, kernels },
  };
}

function chestSpec(id: string, title: string, lesion: ChestLesion): PhantomSpec {
  return {
    id,
    title,
    modality: "DX",
    bodyPart: "CHEST",
    studyDescription: "Chest radiograph PA",
    abnormal: lesion.kind !== "none",
    instances: 1,
    shape: { kind: "dx-chest", lesion },
  };
}

function echoSpec(id: string, title: string, ejection: "normal" | "reduced"): PhantomSpec {
  return {
    id,
    title,
    modality: "US",
    bodyPart: "HEART",
    studyDescription: "Transthoracic echocardiogram",
    abnormal: ejection === "reduced",
    instances: 1,
    shape: { kind: "us-echo", ejection },
  };
}

function mrSpec(id: string, title: string, lesion: HeadLesion): PhantomSpec {
  return {
    id,
    title,
    modality: "MR",
    bodyPart: "BRAIN",
    studyDescription: "MR brain without contrast",
    abnormal: lesion.kind !== "none",
    instances: MR_BRAIN.slices,
    shape: { kind: "mr-brain", lesion },
  };
}
