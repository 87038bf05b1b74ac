// Do 90 % intervals hold the truth nine times in ten? node bench/coverage/scripted.ts [seeds, default 1000] [first seed, 1]
// Writes results.json and results.md beside itself (then `npm run format`); the same seeds give the same table on any machine.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { scriptedExample } from "../../src/simulate/scripted.ts";
import { measureCoverage } from "../../test/coverage/measure-coverage.ts";

const seeds = Number(process.argv[2] ?? 1000);
const first = Number(process.argv[3] ?? 1);
const coverage = measureCoverage(scriptedExample, first, seeds);
const { tasks, agents } = scriptedExample;

const percent = (count: number) => `${((100 * count) / seeds).toFixed(1)} %`;
const row = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
const digits = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(4)).toString() : "∞");
const table = [
  row(["parameter", "symbol", "truth", "median estimate", "median width", "inside", "below truth", "above truth"]),
  row(["---", "---", "--:", "--:", "--:", "--:", "--:", "--:"]),
  ...coverage.parameters.map(({ name, symbol, truth, estimateMedian, widthMedian, inside, below, above }) =>
    row([
      name,
      symbol,
      ...[truth, estimateMedian, widthMedian].map(digits),
      percent(inside),
      percent(below),
      percent(above),
    ]),
  ),
  row(["all", "", "", "", "", `${(100 * coverage.pooled).toFixed(1)} %`, "", ""]),
].join("\n");

const text = `# Coverage of calibrated intervals

\`scriptedExample\`: ${agents.length} scripted agents, ${tasks} tasks; seeds ${first} to ${first + seeds - 1}; nominal ${100 * coverage.confidence} %.
Command: \`node bench/coverage/scripted.ts ${seeds} ${first}\`

${table}
`;
const here = fileURLToPath(new URL(".", import.meta.url));
writeFileSync(`${here}results.md`, text);
writeFileSync(`${here}results.json`, `${JSON.stringify({ first, ...coverage }, null, 2)}\n`);
process.stdout.write(text);
