// A run in a terminal of 80 columns: the verdict first.
import { plainText, type Table } from "./document.ts";
import type { RunReport } from "./run-report.ts";

const width = 80;

/** Lines of the report; colour repeats what words already say. */
export function runLines(
  { headline, lede, warnings, sections, result, team }: RunReport,
  { color = false } = {},
): string[] {
  const bold = (text: string) => (color ? `\u001b[1m${text}\u001b[0m` : text);
  const dim = (text: string) => (color ? `\u001b[2m${text}\u001b[0m` : text);
  const lines = [
    dim(`quorate run  ${team}`),
    ...wrap(headline, width).map(bold),
    ...wrap(plainText(lede), width),
    ...warnings.flatMap((warning) => wrap(warning, width - 2).map((line, i) => `${i === 0 ? "!" : " "} ${line}`)),
  ];
  for (const { title, blocks } of sections) {
    lines.push("", `${bold(title)} ${dim("─".repeat(Math.max(0, width - title.length - 1)))}`);
    for (const block of blocks) {
      lines.push(...wrap(block.title, width));
      if (block.table) lines.push(...tableLines(block.table));
      for (const paragraph of block.paragraphs ?? [])
        lines.push(...wrap(paragraph, width - 2).map((line) => `  ${dim(line)}`));
    }
  }
  lines.push("", dim(`journal  ${result.run}`));
  return lines.map((line) => line.replaceAll("\u202f", " ").trimEnd());
}

/** Columns as wide as they need; names are cut where the line would be longer than the page. */
function tableLines({ columns, rows }: Table): string[] {
  const cells = [columns.map(({ name }) => name), ...rows.map((row) => row.cells)];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? "").length)));
  const spare = width - 2 - widths.reduce((sum, one) => sum + one + 2, -2);
  if (spare < 0) widths[0] = Math.max(12, widths[0]! + spare);
  return cells.map((row) =>
    `  ${row
      .map((cell, i) => {
        const size = widths[i]!;
        const text = cell.length > size ? `${cell.slice(0, size - 1)}…` : cell;
        return columns[i]?.as === "number" ? text.padStart(size) : text.padEnd(size);
      })
      .join("  ")}`.trimEnd(),
  );
}

function wrap(text: string, size: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > size) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
