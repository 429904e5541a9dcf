import type { Role } from "@readroom/shared/domain/access.js";

/** The demo's organisations, places and people. All are invented; the password is the same for everybody. */
export const DEMO_PASSWORD = "readroom-demo";

export interface DemoSite {
  readonly code: string;
  readonly name: string;
  readonly timeZone: string;
  readonly jurisdiction: string;
  readonly patientIdIssuer: string;
  readonly hl7Facilities: readonly string[];
  readonly phone: string;
  readonly ladder: readonly {
    readonly name: string;
    readonly role: string;
    readonly phone: string;
    readonly email: string;
    readonly user?: string;
  }[];
}

export interface DemoPerson {
  readonly email: string;
  readonly name: string;
  readonly shortName: string;
  readonly title: string;
  readonly role: Role;
  readonly organisation: string;
  readonly colour: string;
  /** Shown on the log-in page: what this person does in the demo. */
  readonly blurb: string;
  /** A physician's number at the hospital, as its orders say who ordered. */
  readonly physicianNumber?: string;
  readonly reader?: {
    readonly subspecialties: readonly string[];
    readonly readTypes: readonly string[];
    readonly jurisdictions: readonly string[];
    readonly sites: readonly string[];
    readonly pools: readonly string[];
  };
}

export const ORGANISATIONS = [
  { code: "STMARY", kind: "hospital", name: "St Mary Medical Center", timeZone: "America/New_York" },
  { code: "NORTHGATE", kind: "hospital", name: "Northgate General", timeZone: "America/Chicago" },
  { code: "NIGHTLINE", kind: "reading_group", name: "Nightline Radiology", timeZone: "America/Los_Angeles" },
] as const;

export const SITES: Readonly<Record<string, readonly DemoSite[]>> = {
  STMARY: [
    {
      code: "STM-ED",
      name: "St Mary ED",
      timeZone: "America/New_York",
      jurisdiction: "US-NY",
      patientIdIssuer: "STMARY",
      hl7Facilities: ["STMARY", "STM_ED", "XYZ_RADIOLOGY"],
      phone: "+1 555 0100",
      ladder: [
        {
          name: "Dr Priya Raman",
          role: "Emergency physician on duty",
          phone: "+1 555 0101",
          email: "raman@stmary.example",
          user: "raman@stmary.example",
        },
        { name: "Charge nurse, ED", role: "Charge nurse", phone: "+1 555 0102", email: "ed-charge@stmary.example" },
        {
          name: "Nursing supervisor",
          role: "House supervisor",
          phone: "+1 555 0103",
          email: "supervisor@stmary.example",
        },
      ],
    },
    {
      code: "STM-HILL",
      name: "St Mary Hillside",
      timeZone: "America/New_York",
      jurisdiction: "US-NY",
      patientIdIssuer: "STMARY",
      hl7Facilities: ["STM_HILLSIDE"],
      phone: "+1 555 0110",
      ladder: [
        {
          name: "Clinician on call, Hillside",
          role: "On-call clinician",
          phone: "+1 555 0111",
          email: "oncall@hillside.example",
        },
      ],
    },
  ],
  NORTHGATE: [
    {
      code: "NGT",
      name: "Northgate",
      timeZone: "America/Chicago",
      jurisdiction: "US-IL",
      patientIdIssuer: "NORTHGATE",
      hl7Facilities: ["NORTHGATE", "NGT"],
      phone: "+1 555 0200",
      ladder: [
        {
          name: "Dr Tom Becker",
          role: "Emergency physician on duty",
          phone: "+1 555 0201",
          email: "becker@northgate.example",
          user: "becker@northgate.example",
        },
        {
          name: "Charge nurse, Northgate ED",
          role: "Charge nurse",
          phone: "+1 555 0202",
          email: "ed-charge@northgate.example",
        },
      ],
    },
  ],
};

export const POOLS = [
  { code: "NEURO", name: "Neuro", subspecialties: ["neuro"], fallback: "BODY" },
  { code: "BODY", name: "Body & chest", subspecialties: ["body", "chest", "cardiac", "general"], fallback: null },
  { code: "MSK", name: "MSK", subspecialties: ["msk", "paediatric"], fallback: "BODY" },
] as const;

/** Minutes that each contract allows, by urgency. */
export const TURNAROUND = { critical: 15, stat: 30, urgent: 120, routine: 720 } as const;

const EVERYWHERE = { jurisdictions: ["US-NY", "US-IL"], sites: ["STM-ED", "STM-HILL", "NGT"] } as const;
const BOTH = ["preliminary", "final"] as const;

export const PEOPLE: readonly DemoPerson[] = [
  {
    email: "lindqvist@nightline.example",
    name: "Dr Julia Lindqvist",
    shortName: "JL",
    title: "Neuroradiologist",
    role: "radiologist",
    organisation: "NIGHTLINE",
    colour: "#2dd4bf",
    blurb: "Reads the night: claims, reads, calls, signs",
    reader: {
      ...EVERYWHERE,
      subspecialties: ["neuro", "body", "chest", "general"],
      readTypes: BOTH,
      pools: ["NEURO", "BODY"],
    },
  },
  {
    email: "ortiz@nightline.example",
    name: "Dr Miguel Ortiz",
    shortName: "MO",
    title: "Body radiologist",
    role: "radiologist",
    organisation: "NIGHTLINE",
    colour: "#f59e0b",
    blurb: "The colleague to bring into a room",
    reader: {
      ...EVERYWHERE,
      subspecialties: ["body", "chest", "cardiac", "neuro", "general"],
      readTypes: BOTH,
      pools: ["BODY", "NEURO"],
    },
  },
  {
    email: "tanaka@nightline.example",
    name: "Dr Aiko Tanaka",
    shortName: "AT",
    title: "Musculoskeletal radiologist",
    role: "radiologist",
    organisation: "NIGHTLINE",
    colour: "#a78bfa",
    blurb: "Licensed in New York only: sees why she may not read Northgate",
    reader: {
      jurisdictions: ["US-NY"],
      sites: ["STM-ED", "STM-HILL"],
      subspecialties: ["msk", "paediatric", "general"],
      readTypes: BOTH,
      pools: ["MSK"],
    },
  },
  {
    email: "okafor@nightline.example",
    name: "Dr Sam Okafor",
    shortName: "SO",
    title: "Resident",
    role: "resident",
    organisation: "NIGHTLINE",
    colour: "#60a5fa",
    blurb: "Resident: reads and signs preliminary",
    reader: {
      ...EVERYWHERE,
      subspecialties: ["neuro", "body", "chest", "msk", "general"],
      readTypes: ["preliminary"],
      pools: ["NEURO", "BODY", "MSK"],
    },
  },
  {
    email: "fischer@nightline.example",
    name: "Lena Fischer",
    shortName: "LF",
    title: "Operations",
    role: "operator",
    organisation: "NIGHTLINE",
    colour: "#fb7185",
    blurb: "Keeps queues short: pools, clocks at risk, deliveries",
  },
  {
    email: "haddad@nightline.example",
    name: "Omar Haddad",
    shortName: "OH",
    title: "Administrator and privacy officer",
    role: "administrator",
    organisation: "NIGHTLINE",
    colour: "#94a3b8",
    blurb: "People, peers, tokens, and who saw which patient",
  },
  {
    email: "raman@stmary.example",
    name: "Dr Priya Raman",
    shortName: "PR",
    title: "Emergency physician",
    role: "referrer",
    organisation: "STMARY",
    colour: "#f472b6",
    blurb: "Referring physician: called about critical findings",
    physicianNumber: "1234",
  },
  {
    email: "becker@northgate.example",
    name: "Dr Tom Becker",
    shortName: "TB",
    title: "Emergency physician",
    role: "referrer",
    organisation: "NORTHGATE",
    colour: "#4ade80",
    blurb: "Referring physician at the second hospital",
    physicianNumber: "3310",
  },
  {
    email: "hall@stmary.example",
    name: "Grace Hall",
    shortName: "GH",
    title: "Imaging coordinator",
    role: "coordinator",
    organisation: "STMARY",
    colour: "#facc15",
    blurb: "The hospital's side: our studies, our clocks, our results",
  },
];

const SIMULATED = {
  title: "Simulated colleague",
  role: "radiologist",
  organisation: "NIGHTLINE",
  blurb: "",
  reader: {
    ...EVERYWHERE,
    subspecialties: ["neuro", "body", "chest", "cardiac", "msk", "paediatric", "general"],
    readTypes: BOTH,
    pools: ["NEURO", "BODY", "MSK"],
  },
} as const;

/**
 * Readers whom the demo itself plays: they take and sign some of the routine studies. They are people of their own, since a report must
 * never bear the name of somebody who may be logged in at that moment, and nobody can log in as one of them.
 */
export const COLLEAGUES: readonly DemoPerson[] = [
  {
    ...SIMULATED,
    email: "marsh@nightline.example",
    name: "Dr Helen Marsh",
    shortName: "HM",
    colour: "#38bdf8",
  },
  {
    ...SIMULATED,
    email: "nunes@nightline.example",
    name: "Dr Rafael Nunes",
    shortName: "RN",
    colour: "#c084fc",
  },
];
