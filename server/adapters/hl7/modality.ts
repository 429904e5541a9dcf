/** Modalities that the hub takes an order for (DICOM PS3.3 §C.7.3.1.1.1, those that acquire images). */
const DICOM_MODALITIES = new Set(
  [
    "BI",
    "BMD",
    "CR",
    "CT",
    "DG",
    "DX",
    "EPS",
    "ES",
    "GM",
    "IO",
    "IVOCT",
    "IVUS",
    "MG",
    "MR",
    "NM",
    "OCT",
    "OP",
    "OPT",
    "OT",
  ].concat(["PT", "PX", "RF", "RG", "SM", "TG", "US", "VL", "XA", "XC"]),
);

/** HL7 table 0074 (diagnostic service sections) that are imaging. "": imaging, with the modality not said. */
const SERVICE_SECTIONS: Record<string, string> = {
  RAD: "",
  RX: "DX",
  XR: "DX",
  XRC: "RF",
  CTH: "XA",
  CUS: "US",
  OUS: "US",
  RUS: "US",
  VUS: "US",
  NMR: "MR",
  NMS: "NM",
  MAMMO: "MG",
  PET: "PT",
  MRI: "MR",
};

/** What a department calls itself in OBR-24 where it has no code of the table. */
const OWN_SECTIONS = /^(?:X-?RAY|RX|RADIOLOG\w*|IMAGING|IMG|R[OÖ]NTGEN|DIAGNOSTIC IMAGING)$/iu;

/** Words that begin a procedure's name and say how it is done, as order catalogues in many languages and LOINC's radiology names have them. */
const LEADING_WORDS: readonly (readonly [RegExp, string])[] = [
  [/^(?:PET|PT)(?:[ /-]?CT)?$/iu, "PT"],
  [/^(?:CT|CTA|TAC|TDM|КТ|МСКТ)$/iu, "CT"],
  [/^(?:MR|MRI|MRA|MRT|MRCP|IRM|RMN|RM|МРТ)$/iu, "MR"],
  [/^(?:US|USG|SONO|УЗИ)$/iu, "US"],
  [/^(?:MG|MAMMO|MAMO)$/iu, "MG"],
  [/^(?:XR|CXR|DX|CR|RX|RTG|RÖ)$/iu, "DX"],
  [/^(?:NM|SPECT)$/iu, "NM"],
  [/^(?:RF|FLUORO)$/iu, "RF"],
  [/^(?:XA|ANGIO)$/iu, "XA"],
];

/** Words that say it wherever they stand: long enough that nothing of a laboratory has them. In the order in which they win. */
const TELLING_WORDS: readonly (readonly [RegExp, string])[] = [
  [/positron|pozitron|позитрон/iu, "PT"],
  [/mammogra|mamogra[fp]|mammografi|маммогр|乳房攝影|乳腺摄影/iu, "MG"],
  [
    /magnet\w*[ -]+reson|r[ée]sonance magn|resonancia magn|ress?on[âa]ncia magn|risonanza magn|kernspin|магнитно.?резонанс|磁共振|磁振|자기공명/iu,
    "MR",
  ],
  [/angiogra|ангиогр|血管造影|血管攝影/iu, "XA"],
  [
    /ultraso(?:und|nogra)|ultraschall|ultralyd|ultraljud|sonogra[fp]|ecogra[fp]|[ée]chogra[fp]|(?:ecoc|echoc|[ée]choc)ardi|\bdoppler|duplex|ультразвук|siêu âm|超音波|超声|초음파/iu,
    "US",
  ],
  [/s[cz]intigra|gammagra|сцинтигр|闪烁/iu, "NM"],
  [/tomogra[fp]|tomodensitom|томогр|斷層|断层|단층/iu, "CT"],
  [/fluorosco|durchleuchtung|透視/iu, "RF"],
  [
    /x-?ray|radiogra[fp]|r[öøo]e?ntgen|рентген|レントゲン|摄影|攝影|撮影|촬영|x ?[光線线]|\b\d\s*(?:views?|incidences?|ebenen|proyecciones|incid[êe]ncias|proiezioni)\b/iu,
    "DX",
  ],
];

/** An application that images are ordered of. */
const RADIOLOGY_RECEIVER = /^(?:RIS|PACS|RAD|RADIOLOG\w*)(?:[_ -]|$)|[_ -](?:RIS|PACS|RADIOLOG\w*)$/iu;

/**
 * CPT, chapter Radiology (70010–79999 without the treatment planning of 77261–77799): what the ranges are done with. The first that
 * holds a code counts; other codes of the chapter are imaging of a kind that is not said.
 */
const CPT_RANGES: readonly (readonly [modality: string, ranges: string])[] = [
  [
    "CT",
    "70450-70498 71250-71275 72125-72133 72191-72194 73200-73206 73700-73706 74150-74178 74261-74263 75571-75574 75635 76380",
  ],
  [
    "MR",
    "70336 70540-70559 71550-71555 72141-72159 72195-72198 73218-73225 73718-73725 74181-74185 75557-75565 77046-77049",
  ],
  ["US", "76506-76999"],
  ["MG", "77063-77067"],
  ["BMD", "77080-77086"],
  ["PT", "78459 78491-78492 78608-78609 78811-78816"],
  ["NM", "78012-78999"],
  ["XA", "75600-75989"],
  ["RF", "74210-74283"],
  ["DX", "70030-70330 71010-71130 72010-72120 72170-72190 73000-73140 73500-73660 74000-74022"],
];
const CPT_SYSTEM = /^(?:CPT|C4|C5|HCPCS|HCPT)[- ]?[45]?$/iu;

function byProcedureCode(code: string, system: string): string | undefined {
  if (!CPT_SYSTEM.test(system) || !/^\d{5}$/.test(code)) return undefined;
  const number = Number(code);
  if (number < 70_010 || number > 79_999 || (number >= 77_261 && number <= 77_799)) return undefined;
  const holds = (range: string): boolean => {
    const [from = "", to = from] = range.split("-");
    return number >= Number(from) && number <= Number(to);
  };
  return CPT_RANGES.find(([, ranges]) => ranges.split(" ").some(holds))?.[0] ?? "";
}

/** Abbreviations that say it anywhere in a name, in capitals ("Head CT w/o contrast"); US at its end alone. */
const CAPITALS: ReadonlyMap<string, string> = new Map([
  ["PET", "PT"],
  ...["CT", "CTA", "КТ"].map((word) => [word, "CT"] as const),
  ...["MRI", "MRA", "MRT", "MRCP", "IRM", "RMN", "МРТ"].map((word) => [word, "MR"] as const),
  ...["XR", "CXR"].map((word) => [word, "DX"] as const),
  ["УЗИ", "US"],
]);
/** What makes an abbreviation another one: CT is Chlamydia trachomatis and the cycle of a PCR too. */
const LABORATORY =
  /chlamyd|gonorr|\b(?:GC|NG)\b|culture|serum|plasma|antibod|\bPCR\b|\b[DR]NA\b|\bNAAT\b|toxin|antigen/iu;

function byWords(text: string): string {
  const telling = TELLING_WORDS.find(([pattern]) => pattern.test(text))?.[1] ?? "";
  if (LABORATORY.test(text)) return telling;
  const words = text.split(/[\s,:;.()[\]/+_-]+/u).filter((word) => word !== "");
  const leading = LEADING_WORDS.find(([pattern]) => pattern.test(words[0] ?? ""))?.[1] ?? "";
  const inside = words.map((word) => CAPITALS.get(word)).find((modality) => modality !== undefined) ?? "";
  return leading || telling || inside || (words.at(-1) === "US" ? "US" : "");
}

export type ModalityFinding = { imaging: boolean; modality: string; from: string };

/**
 * Whether an order is for imaging, and with what: IPC-5, then OBR-24 (a DICOM code or HL7 table 0074), then the procedure's words and
 * its CPT code, then to whom it is sent. An order that says none of these, and has no imaging segment, belongs to the laboratory or
 * somewhere else.
 */
export function findModality(order: {
  ipcModality: string;
  serviceSection: string;
  procedureText: string;
  procedureCode: string;
  codingSystem: string;
  receiver: string;
  hasImagingSegment: boolean;
}): ModalityFinding {
  const ipc = order.ipcModality.toUpperCase();
  if (DICOM_MODALITIES.has(ipc)) return { imaging: true, modality: ipc, from: "IPC-5" };
  const section = order.serviceSection.toUpperCase();
  if (DICOM_MODALITIES.has(section)) return { imaging: true, modality: section, from: "OBR-24" };
  const coded = byProcedureCode(order.procedureCode, order.codingSystem);
  const said = byWords(order.procedureText) || (coded ?? "");
  const mapped = OWN_SECTIONS.test(section) ? "" : SERVICE_SECTIONS[section];
  if (mapped !== undefined) return { imaging: true, modality: mapped || said, from: "OBR-24" };
  // A section that is named and is not imaging (HM haematology, CH chemistry …) outweighs a word that happens to fit.
  if (section !== "" && !order.hasImagingSegment) return { imaging: false, modality: "", from: "" };
  if (said !== "" || coded !== undefined) return { imaging: true, modality: said, from: "OBR-4" };
  if (order.hasImagingSegment) return { imaging: true, modality: "", from: "" };
  return { imaging: RADIOLOGY_RECEIVER.test(order.receiver), modality: "", from: "MSH-5" };
}
