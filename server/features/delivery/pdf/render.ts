import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Content, TDocumentDefinitions } from "pdfmake/interfaces.js";
import { printedText } from "./glyphs.js";

/** A report version as plain values; times in milliseconds since 1970, shown in `timeZone`. */
export interface ReportPdfInput {
  readonly letterhead: { readonly group: string; readonly lines: readonly string[] };
  readonly hospital: string;
  readonly site: string;
  readonly timeZone: string;
  readonly patient: {
    readonly name: string;
    readonly mrn: string;
    readonly birthDate: string | null;
    readonly sex: string | null;
  };
  readonly study: {
    readonly procedure: string;
    readonly modality: string;
    readonly accession: string;
    readonly at: number | null;
  };
  readonly referring: string;
  readonly clinicalQuestion: string;
  readonly versions: readonly ReportPdfVersion[];
}

/** The version itself last; before it those that it adds to (an addendum is printed under its report). */
export interface ReportPdfVersion {
  readonly version: number;
  readonly kind: "preliminary" | "final" | "addendum" | "corrected";
  readonly sections: readonly { readonly title: string; readonly text: string }[];
  readonly communications: readonly {
    readonly finding: string;
    readonly category: string;
    readonly person: string;
    readonly at: number | null;
    readonly via: string;
    readonly readBack: string;
    readonly acknowledgedAt: number | null;
    readonly acknowledgedBy: string;
  }[];
  readonly signedByName: string;
  readonly signedAt: number;
  readonly contentHash: string;
  /** Whose words it is made of, one line a person or source, with its share: "Dr Sam Okafor: 62 %, 14 % dictated". */
  readonly writtenBy?: readonly string[];
}

const fonts = join(dirname(createRequire(import.meta.url).resolve("pdfmake/package.json")), "fonts", "Roboto");
let loading: Promise<typeof import("pdfmake")> | undefined;

/** The renderer, loaded with the first report: it is a large part of the hub's code and no start should wait for it. */
function renderer() {
  loading ??= import("pdfmake").then(({ default: pdfmake }) => {
    pdfmake.setFonts({
      Roboto: {
        normal: join(fonts, "Roboto-Regular.ttf"),
        bold: join(fonts, "Roboto-Medium.ttf"),
        italics: join(fonts, "Roboto-Italic.ttf"),
        bolditalics: join(fonts, "Roboto-MediumItalic.ttf"),
      },
    });
    // Report text is data: nothing in it may make the renderer read a file or open an address.
    pdfmake.setUrlAccessPolicy(() => false);
    pdfmake.setLocalAccessPolicy((path) => path.startsWith(fonts));
    return pdfmake;
  });
  return loading;
}

const TITLE = {
  preliminary: "Preliminary report",
  final: "Final report",
  addendum: "Report with addendum",
  corrected: "Corrected report",
} as const;
const GREY = "#5b6470";
const LINE = "#c9ced6";
const RED = "#b42318";

/**
 * The report as a PDF: letterhead, patient on every page, sections, critical communication, signature with time zone, page n of m. The same
 * version gives the same bytes: the document's date is the signature's, and nothing else depends on when or where it is made.
 */
export async function renderReportPdf(input: ReportPdfInput): Promise<Uint8Array> {
  const page = new Page(input);
  const definition: TDocumentDefinitions = {
    pageSize: "A4",
    pageMargins: [48, 92, 48, 56],
    defaultStyle: { font: "Roboto", fontSize: 10, lineHeight: 1.25 },
    info: {
      title: page.text(`${TITLE[page.last.kind]} ${input.study.accession}`),
      author: page.text(page.last.signedByName),
      subject: page.text(input.study.procedure),
      creator: "Readroom",
      producer: "Readroom",
      creationDate: new Date(page.last.signedAt),
      modDate: new Date(page.last.signedAt),
    },
    content: page.content(),
    header: page.header(),
    footer: (current, count) => page.footer(current, count),
  };
  return new Uint8Array(await (await renderer()).createPdf(definition).getBuffer());
}

class Page {
  readonly input: ReportPdfInput;
  readonly last: ReportPdfVersion;
  #missing = 0;

  constructor(input: ReportPdfInput) {
    const last = input.versions.at(-1);
    if (!last) throw new Error("a report PDF needs a signed version");
    this.input = input;
    this.last = last;
  }

  text(text: string): string {
    const printed = printedText(text);
    this.#missing += printed.missing;
    return printed.text;
  }

  header(): Content {
    const { letterhead, hospital, site } = this.input;
    return {
      margin: [48, 28, 48, 0],
      columns: [
        {
          stack: [
            { text: this.text(letterhead.group), bold: true, fontSize: 14 },
            { text: this.text(letterhead.lines.join(" · ")), color: GREY, fontSize: 8 },
          ],
        },
        { text: this.text(`${hospital}\n${site}`), alignment: "right", color: GREY, fontSize: 9 },
      ],
    };
  }

  footer(current: number, count: number): Content {
    const { patient, study } = this.input;
    const who = this.text(`${readableName(patient.name)} · ${patient.mrn} · ${study.accession}`);
    return {
      margin: [48, 16, 48, 0],
      fontSize: 8,
      color: GREY,
      columns: [{ text: who }, { text: `Page ${current} of ${count}`, alignment: "right" }],
    };
  }

  content(): Content[] {
    const { versions } = this.input;
    const main = versions.filter((version) => version.kind !== "addendum");
    const shown = versions.slice(versions.indexOf(main.at(-1) ?? this.last));
    const body: Content[] = [
      this.#title(),
      this.#banner(),
      ...this.#question(),
      ...shown.flatMap((version) => this.#version(version)),
    ];
    if (this.#missing > 0) body.push({ text: FONT_NOTE, italics: true, color: RED, margin: [0, 12, 0, 0] });
    return body;
  }

  #title(): Content {
    const preliminary = this.last.kind === "preliminary";
    return {
      text: TITLE[this.last.kind],
      fontSize: 16,
      bold: true,
      color: preliminary ? RED : "#111827",
      margin: [0, 0, 0, 6],
    };
  }

  #banner(): Content {
    const { patient, study, referring } = this.input;
    const cell = (label: string, value: string): Content => ({
      stack: [{ text: label, color: GREY, fontSize: 7.5 }, { text: this.text(value) || "–" }],
    });
    return {
      layout: { hLineColor: () => LINE, vLineColor: () => LINE, hLineWidth: () => 0.5, vLineWidth: () => 0.5 },
      margin: [0, 0, 0, 10],
      table: {
        widths: ["*", "*", "*"],
        body: [
          [
            cell("Patient", readableName(patient.name)),
            cell("Patient number", patient.mrn),
            cell(
              "Born / sex",
              [readableDate(patient.birthDate), patient.sex].filter((part) => part !== null && part !== "").join(" / "),
            ),
          ],
          [
            cell("Examination", [study.procedure, study.modality].filter((part) => part !== "").join(", ")),
            cell("Accession number", study.accession),
            cell("Performed", study.at === null ? "" : this.#time(study.at)),
          ],
          [
            cell("Referring physician", referring),
            cell("Report version", String(this.last.version)),
            cell("Signed", this.#time(this.last.signedAt)),
          ],
        ],
      },
    };
  }

  #question(): Content[] {
    const question = this.text(this.input.clinicalQuestion);
    return question === "" ? [] : [this.#heading("Clinical question"), { text: question }];
  }

  #version(version: ReportPdfVersion): Content[] {
    const addendum = version.kind === "addendum";
    return [
      ...(addendum
        ? [
            {
              text: `Addendum, ${this.#time(version.signedAt)}`,
              bold: true,
              fontSize: 12,
              margin: [0, 14, 0, 2] as [number, number, number, number],
            },
          ]
        : []),
      ...version.sections
        .filter((section) => section.text !== "")
        .flatMap((section) => [this.#heading(section.title), { text: this.text(section.text) }]),
      ...version.communications.map((communication) => this.#communication(communication)),
      this.#signature(version),
    ];
  }

  #communication(c: ReportPdfVersion["communications"][number]): Content {
    const lines = [
      c.at === null
        ? "Nobody was reached yet."
        : `Communicated to ${c.person} at ${this.#time(c.at)}${c.via === "" ? "" : ` by ${c.via}`}.`,
      c.readBack === "" ? "" : `Read back: "${c.readBack}"`,
      c.acknowledgedAt === null
        ? "Not acknowledged yet."
        : `Acknowledged${c.acknowledgedBy === "" ? "" : ` by ${c.acknowledgedBy}`} at ${this.#time(c.acknowledgedAt)}.`,
    ];
    return {
      margin: [0, 12, 0, 0],
      layout: { hLineColor: () => RED, vLineColor: () => RED, hLineWidth: () => 1, vLineWidth: () => 1 },
      table: {
        widths: ["*"],
        body: [
          [
            {
              stack: [
                { text: this.text(`Critical communication: ${c.finding} (${c.category})`), bold: true, color: RED },
                ...lines.filter((line) => line !== "").map((line) => ({ text: this.text(line) })),
              ],
            },
          ],
        ],
      },
    };
  }

  #signature(version: ReportPdfVersion): Content {
    return {
      unbreakable: true,
      margin: [0, 14, 0, 0],
      stack: [
        { text: this.text(`Electronically signed by ${version.signedByName}`), bold: true },
        { text: `${this.#time(version.signedAt)} · ${version.kind}, version ${version.version}`, color: GREY },
        ...(version.writtenBy?.length
          ? [{ text: this.text(`Words by ${version.writtenBy.join("; ")}`), color: GREY, fontSize: 7 }]
          : []),
        { text: `Content SHA-256 ${version.contentHash}`, color: GREY, fontSize: 7 },
      ],
    };
  }

  #heading(title: string): Content {
    return { text: this.text(title), bold: true, fontSize: 11, margin: [0, 10, 0, 2] };
  }

  /** "2026-11-24 09:14 (GMT+1)": the site's wall clock, with the zone said. */
  #time(at: number): string {
    const parts = Object.fromEntries(
      new Intl.DateTimeFormat("en-GB", {
        timeZone: this.input.timeZone,
        hourCycle: "h23",
        year: "numeric",
        month: "2-digit",
        day: "2-digit",
        hour: "2-digit",
        minute: "2-digit",
        timeZoneName: "shortOffset",
      })
        .formatToParts(at)
        .map((part) => [part.type, part.value]),
    );
    return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute} (${parts.timeZoneName})`;
  }
}

const FONT_NOTE =
  "Characters of this report that the document's font can't show are printed as \ufffd. The complete text is in the report itself.";

/** "Family^Given^Middle^Prefix^Suffix" (PS3.5 §6.2.1) as FAMILY, Prefix Given Middle Suffix. */
function readableName(name: string): string {
  const [family = "", given = "", middle = "", prefix = "", suffix = ""] = name.split("^");
  const rest = [prefix, given, middle, suffix].filter((part) => part !== "").join(" ");
  return rest === "" ? family : `${family.toUpperCase()}, ${rest}`;
}

function readableDate(date: string | null): string {
  if (date === null) return "";
  return [date.slice(0, 4), date.slice(4, 6), date.slice(6, 8)].filter((part) => part !== "").join("-");
}
