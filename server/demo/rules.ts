import type { RuleAction, RuleCondition } from "@readroom/shared/domain/routing.js";

interface DemoRule {
  readonly name: string;
  readonly condition: RuleCondition;
  readonly action: RuleAction;
}

/** The reading group's own rules: few, in the order in which a night needs them, and each one visible in some explanation of the demo. */
export const DEMO_RULES: readonly DemoRule[] = [
  {
    name: "Stroke call",
    condition: {
      any: [
        { field: "procedureText", contains: ["stroke", "code stroke", "thrombolysis", "thrombectomy"] },
        {
          all: [
            { field: "modality", is: ["CT"] },
            { field: "bodyPart", is: ["HEAD"] },
            { field: "priority", is: ["stat", "S"] },
          ],
        },
      ],
    },
    action: { raiseTo: "stat", pool: "NEURO" },
  },
  {
    name: "Emergency head CT",
    condition: {
      all: [
        { field: "modality", is: ["CT"] },
        { field: "procedureText", contains: ["head", "brain"] },
        { field: "patientClass", is: ["E"] },
      ],
    },
    action: { raiseTo: "urgent", pool: "NEURO", turnaroundMinutes: 60 },
  },
  {
    name: "Pulmonary embolism",
    condition: { field: "procedureText", contains: ["pulmonary angiogram", "pulmonary embolism", "CTPA"] },
    action: { raiseTo: "urgent", pool: "BODY", turnaroundMinutes: 60 },
  },
  {
    name: "Bones and joints",
    condition: {
      field: "procedureText",
      contains: ["rib", "ribs", "wrist", "knee", "hip", "ankle", "shoulder", "hand", "foot"],
    },
    action: { pool: "MSK", subspecialty: "msk" },
  },
  {
    name: "Emergency department",
    condition: { field: "patientClass", is: ["E"] },
    action: { raiseTo: "urgent" },
  },
];
