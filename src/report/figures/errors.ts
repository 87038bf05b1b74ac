import { between, correlation, correlationCell, percent } from "../format-number.ts";
import { matrixOf, rankedPairs } from "../sections/errors.ts";
import { Canvas } from "./canvas.ts";
import { type Draw, finished, labelLines } from "./drawing.ts";
import { clipMiddle, textWidth } from "./text-width.ts";

/** Upper ends of the six steps of color. */
const steps = [0.15, 0.25, 0.35, 0.45, 0.55] as const;

/** One triangle; the names stand on the diagonal, so every number stands once. */
export const errors: Draw = (reading, size) => {
  const { study, look } = reading;
  const agentsMax = size.wide ? 26 : 12;
  const { agents, phi } = matrixOf(study, agentsMax);
  if (agents.length < 2) return [];
  const canvas = new Canvas(size.width);
  const n = agents.length;
  const names = agents.map(({ label, accuracy }) => ({
    label,
    right: look.agent(accuracy, size.wide),
  }));
  // As wide as the names leave room for, row by row; very long names are clipped rather than all cells narrowed.
  const widest = Math.min(
    ...names
      .slice(1)
      .map(({ label, right }, i) => (size.width - textWidth(label, 12, true) - textWidth(right, 12) - 12) / (i + 1)),
  );
  const cell = {
    width: Math.max(size.wide ? 20 : 14, Math.min(size.wide ? 44 : 34, widest)),
    height: n > 16 ? 17 : size.wide ? 30 : 27,
  };
  const numbers = cell.width >= textWidth(".57", 11) + 5;
  const top = 2;
  for (let i = 0; i < n; i++) {
    const y = top + i * cell.height;
    for (let j = 0; j < i; j++) {
      const value = phi[i]![j]!;
      const step = steps.filter((edge) => value >= edge).length;
      const box = { x: j * cell.width, y, width: cell.width - 2, height: cell.height - 2 };
      canvas.rect(box, Number.isNaN(value) ? "unknown" : `q${step}`);
      if (numbers && !Number.isNaN(value))
        canvas.text(box.x + box.width / 2, y + cell.height / 2 + 3, correlationCell(value), {
          size: 11,
          anchor: "middle",
          more: `cell t${step}`,
        });
    }
    const x = i * cell.width + (i === 0 ? 0 : 4);
    const { label, right } = names[i]!;
    const room = size.width - x;
    const shown = clipMiddle(label, Math.max(40, room - textWidth(right, 12) - 6), 12, true);
    const tail = x + textWidth(shown, 12, true) + 6 + textWidth(right, 12) <= size.width ? { tail: right } : {};
    canvas.text(x, y + cell.height / 2 + 3, shown, { bold: true, color: "ink", ...tail });
  }
  let bottom = top + n * cell.height;
  const pairs = rankedPairs(study);
  const remarks = pairs.length > 1 ? [remark("Most alike", pairs[0]!), remark("Least alike", pairs.at(-1)!)] : [];
  // The free upper triangle holds the two extremes and the scale of colors, if the names leave room.
  const blockWidth = size.wide ? 300 : 350;
  const wrapped = remarks.map(({ title, text }) => ({
    title: labelLines(reading, title, blockWidth, { size: 12, bold: true, linesMax: 3 }),
    text: labelLines(reading, text, blockWidth, { size: 12, linesMax: 3 }),
  }));
  const blockHeight = wrapped.reduce((sum, { title, text }) => sum + 16 * (title.length + text.length) + 10, 0) + 66;
  const inTriangle = size.wide && blockFits(blockHeight, 760 - blockWidth - 24);
  let y = inTriangle ? 14 : bottom + 22;
  const [x, anchor] = inTriangle ? ([760, "end"] as const) : ([0, "start"] as const);
  for (const { title, text } of wrapped) {
    y = canvas.lines(x, y, title, { bold: true, color: "ink", anchor });
    y = canvas.lines(x, y, text, { color: "mute", anchor }) + 10;
  }
  const swatch = size.wide ? 34 : 30;
  const start = inTriangle ? 760 - 6 * swatch : 0;
  for (let step = 0; step < 6; step++)
    canvas.rect({ x: start + step * swatch, y: y - 8, width: swatch - 1, height: 8 }, `q${step}`);
  for (const [i, edge] of steps.entries())
    canvas.text(start + (i + 1) * swatch, y + 14, correlationCell(edge), { anchor: "middle", color: "mute" });
  if (phi.some((row, i) => row.some((value, j) => j < i && Number.isNaN(value)))) {
    canvas.rect({ x: start, y: y + 26, width: swatch - 1, height: 8 }, "unknown");
    canvas.text(start + swatch + 6, y + 34, "not measured", { color: "mute" });
    y += 22;
  }
  bottom = Math.max(bottom, y + 18);
  const hidden = new Set(study.pairs.flatMap(({ a, b }) => [a, b])).size - n;
  if (hidden > 0) {
    bottom += 22;
    canvas.text(0, bottom, `${hidden} more agents: in the numbers`, { color: "mute" });
  }
  return [finished(canvas, bottom + 6)];

  function blockFits(height: number, from: number): boolean {
    const rows = Math.ceil((height + 6) / cell.height);
    return names.every(
      ({ label, right }, i) =>
        i > rows || i * cell.width + 4 + textWidth(label, 12, true) + 6 + textWidth(right, 12) < from,
    );
  }
};

function remark(
  lead: string,
  { a, b, phi, low, high, sameWrong }: ReturnType<typeof rankedPairs>[number],
): { title: string; text: string } {
  return {
    title: `${lead}: ${a} and ${b}`,
    text: `${correlation(phi)} ${between(correlation(low), correlation(high))}${sameWrong === null ? "" : `; same wrong answer in ${percent(sameWrong)}`}`,
  };
}
