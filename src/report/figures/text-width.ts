// Advance widths in hundredths of the font size, U+0020 to U+007E: for each character the wider of Inter and DejaVu Sans,
// measured in Chromium 120 at 100 px. Text set in a narrower font only leaves more room.
const regular = [
  32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 46, 32, 36, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84,
  84, 84, 53, 100, 68, 69, 73, 77, 63, 59, 77, 75, 29, 54, 66, 56, 89, 75, 79, 63, 79, 69, 64, 64, 74, 68, 99, 69, 66,
  69, 39, 36, 39, 84, 50, 50, 61, 63, 56, 63, 62, 36, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59,
  82, 59, 59, 54, 64, 34, 64, 84,
]; // prettier-ignore
const semibold = [
  35, 46, 52, 84, 70, 100, 87, 31, 46, 46, 54, 84, 38, 47, 38, 38, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 40, 40, 84,
  84, 84, 58, 100, 77, 76, 74, 83, 68, 68, 82, 84, 37, 56, 77, 64, 100, 84, 85, 73, 85, 77, 72, 68, 81, 77, 110, 77, 72,
  73, 46, 39, 46, 84, 50, 50, 67, 72, 59, 72, 68, 44, 72, 71, 34, 34, 67, 34, 104, 71, 69, 72, 72, 49, 60, 48, 71, 65,
  92, 65, 65, 58, 71, 39, 71, 84,
]; // prettier-ignore
/** Letters of other alphabets, arrows and mathematical signs; East Asian characters are square. */
const otherWidth = { narrow: 22, latin: 84, wide: 108 };

/** Width of one line of text in pixels, never less than a browser needs for it in a common sans-serif font. */
export function textWidth(text: string, size: number, bold = false): number {
  const widths = bold ? semibold : regular;
  let sum = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0)!;
    if (code >= 0x20 && code <= 0x7e) sum += widths[code - 0x20]!;
    else if (code === 0x202f || code === 0xb7 || code === 0x2019)
      sum += otherWidth.narrow + (code === 0xb7 ? 16 : code === 0x2019 ? 16 : 0);
    else if (code === 0xa0) sum += widths[0]!;
    else if (/\p{Mn}/u.test(letter)) continue;
    else
      sum +=
        code < 0x250 || (code >= 0x370 && code < 0x400) || (code >= 0x2010 && code < 0x2300)
          ? otherWidth.latin
          : otherWidth.wide;
  }
  return (sum * size) / 100 + 0.5;
}

/** The beginning and the end of a text that is too wide, so that versions at the end of names survive. */
export function clipMiddle(text: string, width: number, size: number, bold = false): string {
  if (textWidth(text, size, bold) <= width) return text;
  const letters = [...text];
  for (let kept = letters.length - 1; kept > 1; kept--) {
    const head = Math.ceil(kept / 2);
    const clipped = `${letters.slice(0, head).join("")}…${letters.slice(letters.length - (kept - head)).join("")}`;
    if (textWidth(clipped, size, bold) <= width) return clipped;
  }
  return "…";
}

/**
 * Lines no wider than `width`, broken at spaces but not inside a name. A name that is wider is clipped in its middle; text
 * beyond `linesMax` ends in an ellipsis: the numbers table has it whole.
 */
export function wrapText(
  text: string,
  width: number,
  {
    size,
    bold = false,
    linesMax = 4,
    names = [],
  }: { size: number; bold?: boolean; linesMax?: number; names?: readonly string[] },
): string[] {
  const glued = names.reduce((sum, name) => sum.replaceAll(name, name.replaceAll(" ", "\u00a0")), text);
  const lines: string[] = [];
  for (const word of glued.split(" ").map((one) => clipMiddle(one, width, size, bold))) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`, size, bold) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  if (lines.length <= linesMax) return lines;
  const kept = lines.slice(0, linesMax);
  kept[linesMax - 1] = clipEnd(`${kept[linesMax - 1]} ${lines[linesMax]}`, width, size, bold);
  return kept;
}

function clipEnd(text: string, width: number, size: number, bold: boolean): string {
  const letters = [...text];
  while (letters.length > 0 && textWidth(`${letters.join("").trimEnd()}…`, size, bold) > width) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}
