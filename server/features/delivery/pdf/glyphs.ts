/** What the bundled Roboto has no glyph for and plain text can say as well. */
const SPELLED: Record<string, string> = {
  "→": "->",
  "←": "<-",
  "↑": "increased",
  "↓": "decreased",
  "≡": "=",
  "✓": "yes",
  "\u00a0": " ",
  "\t": "    ",
};

/** Latin, Greek and Cyrillic letters, and the signs that reports use: measured against the font file. */
const COVERED =
  /[\n\x20-\x7e\u00a0-\u017f\u0192\u0218-\u021b\u02c6-\u02dd\u0384-\u03ce\u0400-\u0482\u048a-\u04ff\u1e80-\u1e85\u1ea0-\u1ef9\u2010-\u2027\u2030-\u203a\u20ac\u2122\u2126\u212e\u215b-\u215e\u2202\u220f\u2211\u2212\u221a\u221e\u222b\u2248\u2260\u2264\u2265\ufffd]/u;

export interface PrintedText {
  readonly text: string;
  /** Characters that could not be printed: the page says so, since a reader must not take the rest for the whole. */
  readonly missing: number;
}

/**
 * Text as the PDF's font can show it. Chinese, Japanese, Korean, Hebrew and Arabic are not covered (fonts for them would be tens of
 * megabytes); each such character becomes U+FFFD, never nothing.
 */
export function printedText(text: string): PrintedText {
  let out = "";
  let missing = 0;
  for (const character of text.normalize("NFC").replace(/\r\n?/g, "\n")) {
    const spelled = SPELLED[character];
    if (spelled !== undefined) out += spelled;
    else if (COVERED.test(character)) out += character;
    else if (!/\p{C}|\p{M}/u.test(character)) {
      out += "\ufffd";
      missing++;
    }
  }
  return { text: out, missing };
}
