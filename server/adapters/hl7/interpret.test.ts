import { describe, expect, test } from "vitest";
import type { Interpreted, OrderGroup } from "../../features/orders/ports.js";
import { interpret } from "./interpret.js";
import { bytesOf, madeOrder, realMessage, realMessages } from "./test-data.js";

const PROFILE = { patientIdIssuer: "GENERAL", timeZone: "Europe/Berlin", accessionFrom: null } as const;
const real = realMessages().length > 0;

const read = (text: string | Uint8Array, profile: Parameters<typeof interpret>[1] = PROFILE): Interpreted =>
  interpret(typeof text === "string" ? bytesOf(text) : text, profile);

function orders(found: Interpreted): Extract<Interpreted, { kind: "orders" }> {
  if (found.kind !== "orders") throw new Error(`not orders: ${JSON.stringify(found)}`);
  return found;
}

function only(found: Interpreted): OrderGroup {
  const [group, ...more] = orders(found).groups;
  if (!group || more.length > 0) throw new Error("not one order");
  return group;
}

function problem(found: Interpreted): string {
  if (!("problem" in found)) throw new Error(`taken: ${found.kind}`);
  return `${found.kind} ${found.problem.condition} ${found.problem.location}`;
}

describe("orders from real messages", () => {
  test.runIf(real)("[HL20] OMI^O23 of an IHE order filler", () => {
    const found = orders(read(realMessage("OMI_O23-ImagingOrder.hl7")));
    expect(found.patient).toMatchObject({
      mrn: "PID_1",
      issuer: "ADT1",
      name: { alphabetic: "Smith^Lucy^Mark" },
      birthDate: "20141014",
      sex: "F",
    });
    expect(found.groups).toHaveLength(1);
    expect(found.groups[0]).toMatchObject({
      control: { kind: "new" },
      content: {
        accessionNumber: "AccessionNumber",
        accessionFrom: "IPC-1",
        placerOrderNumber: "PlacerOrderNumberImagingServiceRequest",
        fillerOrderNumber: "FillerOrderNumberImagingServiceRequest",
        procedureCode: "10637-7",
        procedureCodingSystem: "LN",
        procedureText: "Microscopic Observation",
        modality: "CT",
        priority: "",
        patientClass: "E",
        studyInstanceUid: "1.2.392.200036.9125.0.198811291108.7",
        referringName: "DR RequestingPhysicianGN RequestingPhysicianMN RequestingPhysicianFN",
        visitNumber: "AdmissionIDFromVisitNo",
        scheduledAt: Date.UTC(2000, 7, 16, 13, 10),
      },
    });
    expect(found.groups[0]?.content.clinicalQuestion).toContain(
      "Rheumatoid, other arthritis with motor score from 12 –35.",
    );
    expect(found.groups[0]?.content.clinicalQuestion).toContain("RequestedProcedureComments");
    expect(found.groups[0]?.content.clinicalQuestion).not.toContain("PatientComments");
    expect(found.groups[0]?.content.remarks).toEqual([
      { label: "Body Weight", text: "65 kg" },
      { label: "Body Height", text: "1.65 m" },
    ]);
    expect(found.warnings).toContain("MSH-18 says 8859/1 but the bytes are UTF-8");
    expect(found.warnings).toContain("order 1: priority is no code of table 0485 and was read as routine");
  });

  test.runIf(real)(
    "[HL20] [HL23] an order whose header says OMI and whose body is ORM's: OBR-18 and ZDS stand in for IPC",
    () => {
      expect(only(read(realMessage("ORM_O01-GeneralOrder.hl7"))).content).toMatchObject({
        accessionNumber: "AccessionNumber",
        accessionFrom: "OBR-18",
        modality: "CT",
        studyInstanceUid: "1.2.392.200036.9125.0.198811291108.7",
      });
    },
  );

  test.runIf(real)(
    "[HL20] ORM^O01 v2.6 of a hospital without IHE fields: modality by the procedure, accession by the filler",
    () => {
      const found = orders(read(realMessage("ORM-O01-01.hl7")));
      expect(found.patient).toMatchObject({
        mrn: "PATID1234",
        issuer: "test1",
        name: { alphabetic: "EVERYMAN^ADAM^A^Dr.^III" },
        birthDate: "19880818",
        sex: "M",
      });
      expect(found.patient.otherIds).toEqual([
        { id: "123456789", issuer: "USSSA", type: "SS" },
        { id: "1234567", issuer: "test", type: "MR" },
        { id: "PATID567", issuer: "test2", type: "" },
      ]);
      expect(only(read(realMessage("ORM-O01-01.hl7"))).content).toMatchObject({
        accessionNumber: "1201",
        accessionFrom: "OBR-3",
        placerOrderNumber: "1101",
        procedureCode: "24725-4",
        procedureText: "CT Head",
        modality: "CT",
        patientClass: "O",
        patientLocation: "RADUnit01 Room01 GHH",
        referringName: "JONES A ORDPROVIDER",
        visitNumber: "5001",
        orderedAt: Date.UTC(2021, 9, 20, 9, 11),
      });
      expect(only(read(realMessage("ORM-O01-01.hl7"))).content.clinicalQuestion).toContain("Traumatic brain injury");
    },
  );

  test.runIf(real)("[HL20] two orders in one message are two orders", () => {
    const found = orders(read(realMessage("ORM-O01-03.hl7")));
    expect(
      found.groups.map((g) => [
        g.content.accessionNumber,
        g.content.placerOrderNumber,
        g.content.procedureText,
        g.content.modality,
      ]),
    ).toEqual([
      ["1201", "1101", "CT Head", "CT"],
      ["2301", "2203", "MR Brain", "MR"],
    ]);
    // A diagnosis belongs to the order that it follows.
    expect(found.groups.map((g) => g.content.clinicalQuestion)).toEqual(["Traumatic brain injury", ""]);
  });

  test.runIf(real)("[HL21] laboratory orders are refused in words", () => {
    expect(problem(read(realMessage("LAB-ORM-1.hl7")))).toBe("unacceptable 103 OBR^1^24");
    expect(problem(read(realMessage("OMG-O19-01.hl7")))).toMatch(/^unacceptable 103 /);
  });

  test.runIf(real)("[HL20] patient updates and merges, and what this listener does not take", () => {
    expect(read(realMessage("ADT_A31-UpdatePersonInfo.hl7"))).toMatchObject({
      kind: "patient_update",
      patient: { mrn: "PID_1", issuer: "ADT1" },
    });
    expect(read(realMessage("ADT-A08-01.hl7"))).toMatchObject({ kind: "patient_update" });
    expect(read(realMessage("ADT_A40-PatientMerge.hl7"))).toMatchObject({
      kind: "patient_merge",
      patient: { mrn: "NEW_PID_1" },
      prior: { mrn: "OLD_PID_1", issuer: "ADT1" },
    });
    expect(read(realMessage("ADT-A40-01.hl7"))).toMatchObject({
      patient: { mrn: "12345", issuer: "BCBS" },
      prior: { mrn: "56789", issuer: "BCBS" },
    });
    const refused = realMessages().filter(({ bytes }) => read(bytes).kind === "unsupported");
    expect(refused.map(({ name }) => name).sort()).toEqual(
      [
        "ADT-A01-01.hl7",
        "ADT-A03-01.hl7",
        "ADT-A04-01.hl7",
        "ADT01-23.hl7",
        "ADT04-251.hl7",
        "LAB-ORU-1.hl7",
        "MDM-T01-01.hl7",
        "MDM-T02-01.hl7",
      ]
        .concat(
          [
            "OML-O21-01.hl7",
            "ORU-R01-01.hl7",
            "ORU_R01-PDF.hl7",
            "ORU_R01-SR.hl7",
            "REF-I12-01.hl7",
            "SIU-S12-01.hl7",
            "SIU_S12-NewAppointmentBooking.hl7",
          ],
          "VXU.hl7",
        )
        .sort(),
    );
  });
});

describe("orders of our own making", () => {
  test("[HL20] every field of an ORM^O01, in every version", () => {
    for (const version of ["2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.8"]) {
      const found = orders(read(madeOrder({ version })));
      expect(found.patient).toEqual({
        mrn: "4711",
        issuer: "GENERAL",
        name: { alphabetic: "Müller^Anna^Maria^Dr" },
        birthDate: "19610509",
        sex: "F",
        otherIds: [{ id: "99", issuer: "SSA", type: "SS" }],
      });
      expect(found.groups).toEqual([
        {
          position: 1,
          control: { kind: "new" },
          content: {
            accessionNumber: "A100",
            accessionFrom: "OBR-18",
            placerOrderNumber: "P100",
            fillerOrderNumber: "F100",
            procedureCode: "CTHEAD",
            procedureCodingSystem: "L",
            procedureText: "CT Head without contrast",
            modality: "CT",
            bodyPart: "Head",
            laterality: "",
            priority: "stat",
            patientClass: "E",
            patientLocation: "ED 12 1 GENERAL",
            clinicalQuestion: "Exclude haemorrhage\nSudden headache\nGCS 14",
            studyInstanceUid: "1.2.3.4.5",
            referringName: "Dr Lisa Cuddy",
            referringNumber: "77",
            referringPhone: "+1 555 1234567",
            visitNumber: "V100",
            scheduledAt: Date.UTC(2026, 10, 24, 8, 30),
            orderedAt: Date.UTC(2026, 10, 24, 8, 10),
            remarks: [],
            cleared: [],
          },
        },
      ]);
    }
  });

  test("[HL22] order control codes", () => {
    const control = (orc: string) => only(read(madeOrder({ segments: { ORC: `ORC|${orc}` } }))).control;
    expect(["NW", "RO", "CH"].map((code) => control(`${code}|P1`).kind)).toEqual(["new", "new", "new"]);
    expect(["XO", "XX"].map((code) => control(`${code}|P1`).kind)).toEqual(["change", "change"]);
    expect(["CA", "OC", "DC", "OD", "RP", "RU"].map((code) => control(`${code}|P1`))).toEqual(
      ["cancelled", "cancelled", "discontinued", "discontinued", "replaced", "replaced"].map((reason) => ({
        kind: "cancel",
        reason,
      })),
    );
    expect(control("HD|P1")).toEqual({ kind: "hold", held: true });
    expect(control("SC|P1|F1||IP")).toEqual({ kind: "status", state: "in_progress" });
    expect(problem(read(madeOrder({ segments: { ORC: "ORC|ZZ|P1" } })))).toBe("unacceptable 103 ORC^1^1");
    expect(problem(read(madeOrder({ segments: { ORC: "ORC||P1" } })))).toBe("unacceptable 101 ORC^1^1");
    expect(problem(read(madeOrder({ segments: { ORC: "ORC|SC|P1|||??" } })))).toBe("unacceptable 103 ORC^1^5");
    expect(problem(read(madeOrder({ segments: { ORC: "", OBR: "" } })))).toBe("unacceptable 100 ORC");
  });

  test("[HL23] the accession number's field, by profile and by site", () => {
    const both = { segments: { IPC: "IPC|I1|||S1|CT" } };
    expect(only(read(madeOrder(both))).content.accessionNumber).toBe("A100");
    expect(only(read(madeOrder({ ...both, type: "OMI^O23^OMI_O23" }))).content.accessionNumber).toBe("I1");
    expect(only(read(madeOrder(both), { ...PROFILE, accessionFrom: "OBR-2" })).content.accessionNumber).toBe("P100");
    const placerAlone = orders(read(madeOrder({ segments: { ORC: "ORC|NW|P1", OBR: "OBR|1|P1||CT^CT Head^L" } })));
    expect(placerAlone.groups[0]?.content).toMatchObject({ accessionNumber: "", placerOrderNumber: "P1" });
    expect(placerAlone.warnings).toContain("order 1: no accession number; a new order takes its placer order number");
    const shared = `${madeOrder({ segments: { ORC: "ORC|NW|P1", OBR: "OBR|1|P1||CT^CT Head^L" } })}OBR|2|P2||DX^XR Chest^L\r`;
    expect(orders(read(shared)).groups.map((group) => group.content.placerOrderNumber)).toEqual(["P1", "P2"]);
    const none = { segments: { ORC: "ORC|NW", OBR: "OBR|1|||CT^CT Head^L" } };
    expect(problem(read(madeOrder(none)))).toBe("unacceptable 101 OBR^1^18");
  });

  test("[HL24] priority in each of its places", () => {
    const priority = (segments: Record<string, string>) => only(read(madeOrder({ segments }))).content.priority;
    const plain = { ORC: "ORC|NW|P1", OBR: "OBR|1|P1|F1|CT^CT Head^L" };
    expect(priority(plain)).toBe("");
    expect(priority({ ...plain, TQ1: "TQ1|1||||||||A" })).toBe("urgent");
    expect(priority({ ...plain, ORC: "ORC|NW|P1|||||^^^^^R" })).toBe("routine");
    expect(priority({ ...plain, OBR: `OBR|1|P1|F1|CT^CT Head^L${"|".repeat(23)}^^^^^S` })).toBe("stat");
    expect(priority({ ...plain, OBR: "OBR|1|P1|F1|CT^CT Head^L|STAT" })).toBe("stat");
  });

  test("[HL25] which number and which name", () => {
    const patient = (pid: string) => orders(read(madeOrder({ segments: { PID: pid } }))).patient;
    expect(patient("PID|1||1^^^OTHER^MR~2^^^GENERAL^MR~3^^^GENERAL^PI||A^B")).toMatchObject({
      mrn: "2",
      issuer: "GENERAL",
    });
    expect(patient("PID|1||7^^^^PI~8^^^&1.2.3&ISO^MR||A^B")).toMatchObject({ mrn: "8", issuer: "1.2.3" });
    expect(patient("PID|1|5|||A^B")).toMatchObject({ mrn: "5", issuer: "GENERAL" });
    expect(problem(read(madeOrder({ segments: { PID: "PID|1||9^^^SSA^SS||A^B" } })))).toBe("unacceptable 101 PID^1^3");
    expect(patient("PID|1||9^^^SSA^SS~N1^^^^NNDEU~8^^^^MR||A^B").mrn).toBe("8");
    expect(patient("PID|1||9^^^SSA^SS~E12^^^^TW||A^B").mrn).toBe("E12");
    expect(patient("PID|1||N1^^^^NI||A^B").mrn).toBe("N1");
    expect(patient("PID|1||1||Yamada^Tarou^^^^^L^A~山田^太郎^^^^^L^I~やまだ^たろう^^^^^L^P").name).toEqual({
      alphabetic: "Yamada^Tarou",
      ideographic: "山田^太郎",
      phonetic: "やまだ^たろう",
    });
    expect(patient("PID|1||1||Hong^Gildong~洪^吉洞").name).toEqual({
      alphabetic: "Hong^Gildong",
      ideographic: "洪^吉洞",
    });
  });

  test("[HL21] imaging or not", () => {
    const content = (obr: string) => read(madeOrder({ segments: { OBR: `OBR|1|P1|F1|${obr}`, ZDS: "" } }));
    const section = (code: string, text: string) => `1^${text}^L${"|".repeat(20)}${code}`;
    expect(only(content(section("RAD", "Knee"))).content.modality).toBe("");
    expect(only(content(section("Radiologie", "Knee"))).content.modality).toBe("");
    expect(only(content(section("X-RAY", "Knee 2 views"))).content.modality).toBe("DX");
    expect(only(content(section("NMR", "Knee"))).content.modality).toBe("MR");
    expect(only(content(section("", "XR chest 2 views"))).content.modality).toBe("DX");
    expect(problem(content(section("", "Potassium")))).toBe("unacceptable 103 OBR^1^24");
    expect(problem(content(section("CH", "CT ratio")))).toBe("unacceptable 103 OBR^1^24");
  });

  test("[HL21] imaging by the words of many languages, by CPT, and by whom it is ordered of", () => {
    const read21 = (obr4: string, msh5 = "READROOM") => {
      const made = madeOrder({ segments: { OBR: `OBR|1|P1|F1|${obr4}`, ZDS: "" } });
      const found = read(made.replace("|READROOM|", `|${msh5}|`));
      return "problem" in found ? problem(found) : only(found).content.modality;
    };
    const words: Record<string, string> = {
      "Chest X-Ray": "DX",
      "Portable CXR": "DX",
      "HEAD CT W/O CONTRAST": "CT",
      "Renal US": "US",
      "Røntgen thorax": "DX",
      "Röntgen Thorax 2 Ebenen": "DX",
      "RX torace": "DX",
      "Thorax, 2 incidences": "DX",
      "Рентген грудной клетки": "DX",
      胸部X光: "DX",
      "TAC cráneo sin contraste": "CT",
      "Scanner: tomodensitométrie cérébrale": "CT",
      心臟電腦斷層造影: "CT",
      "КТ головы": "CT",
      "IRM cérébrale": "MR",
      "Resonancia magnética de rodilla": "MR",
      "Schädel-MRT": "MR",
      "MRT Schädel": "MR",
      脑部磁共振: "MR",
      "Ecografía abdominal": "US",
      "Échographie rénale": "US",
      "Siêu âm khớp vai": "US",
      "Abdomen Ultrasound": "US",
      "Bilateral digital mammography": "MG",
      "Positron emission tomography": "PT",
      "PET/CT whole body": "PT",
      "CT/NG NAAT, urine": "refused",
      "CT GC DNA probe": "refused",
      "SARS-CoV-2 PCR with CT value": "refused",
      "Optical something": "refused",
      "constructor __proto__ toString": "refused",
      Potassium: "refused",
      "Lipid panel with direct LDL": "refused",
      "MRSA culture, nares": "refused",
      "CTX ceftriaxone sensitivity": "refused",
      "Hemogram and platelet count": "refused",
      "Urinalysis, 3 parameters": "refused",
    };
    const seen = Object.keys(words).map((text) => [text, read21(`1^${text}^L`).replace(/^unacceptable.*/, "refused")]);
    expect(Object.fromEntries(seen)).toEqual(words);
    expect(read21("71020^Thorax^CPT")).toBe("DX");
    expect(read21("70450^Head^CPT4")).toBe("CT");
    expect(read21("73721^Knee^C4")).toBe("MR");
    expect(read21("70015^Cisternography^CPT-4")).toBe("");
    expect(read21("77427^Treatment weekly^CPT")).toBe("unacceptable 103 OBR^1^24");
    expect(read21("80053^Metabolic panel^CPT4")).toBe("unacceptable 103 OBR^1^24");
    expect(read21("71020^Thorax^L")).toBe("unacceptable 103 OBR^1^24");
    expect(read21("P1^Procedure 1^L", "PACS_RIS")).toBe("");
    expect(read21("P1^Procedure 1^L", "RADIOLOGY")).toBe("");
  });

  test("[HL22] a null clears, an empty field does not", () => {
    const found = only(
      read(
        madeOrder({
          segments: {
            ORC: 'ORC|XO|P100|F100|||||||||||""',
            OBR: `OBR|1|P100|F100|CT^CT Head^L${"|".repeat(11)}""|||A100${"|".repeat(13)}""`,
          },
        }),
      ),
    );
    expect(found.content.cleared).toEqual(["clinicalQuestion", "referringPhone", "bodyPart"]);
    expect(found.content.clinicalQuestion).toBe("");
  });

  test("[HL30] a header that can't be taken is rejected", () => {
    expect(problem(read(madeOrder({ type: "ORU^R01" })))).toBe("unsupported 200 MSH^1^9^1");
    expect(problem(read(madeOrder({ type: "ORM^O99" })))).toBe("unsupported 201 MSH^1^9^2");
    expect(problem(read(madeOrder({ version: "3.0" })))).toBe("unsupported 203 MSH^1^12");
    expect(problem(read(madeOrder({ controlId: "" })))).toBe("unsupported 101 MSH^1^10");
    expect(problem(read("GET / HTTP/1.1\r\n"))).toBe("unsupported 100 MSH^1");
    expect(problem(read(madeOrder().replace("|P|2", "|X|2")))).toBe("unsupported 202 MSH^1^11");
  });

  test("[HL43] a field too long to be what it says it is names itself; a long reason is no such field", () => {
    const named = (pid: string) => read(madeOrder({ segments: { PID: pid } }));
    expect(problem(named(`PID|1||P1^^^STMARY^MR||${"A".repeat(4_001)}`))).toBe("unacceptable 102 PID^1^5");
    const reason = (length: number) =>
      read(
        madeOrder({ segments: { OBR: `OBR|1|P100|F100|CT^CT Head^L${"|".repeat(9)}${"a".repeat(length)}|||||A100` } }),
      );
    expect(only(reason(64_000)).content.clinicalQuestion).toHaveLength(64_000);
    expect(problem(reason(64_001))).toBe("unacceptable 102 OBR^1^13");
  });
});
