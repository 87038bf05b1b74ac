// What does measuring where it matters save, and do its intervals hold? node bench/measure/measure.ts [seeds of intervals, default
// 200] [seeds of decisions, default 60] [first seed, 1]. Writes results.json and results.md beside itself; the same seeds give the
// same tables on any machine.
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { measureHeld } from "../../test/measure/coverage.ts";
import { compareDecisions, type Decided } from "../../test/measure/decisions.ts";
import { worlds } from "../../test/measure/worlds.ts";

const [held, decided, first] = [200, 60, 1].map((usual, i) => Number(process.argv[2 + i] ?? usual)) as [
  number,
  number,
  number,
];
const budgetTokens = { held: 1_500_000, decided: 4_000_000 };
const started = performance.now();

const leveled = worlds.find(({ name }) => name === "levels of compute")!;
const coverage = await measureHeld(leveled, first, held, budgetTokens.held);
process.stderr.write(`intervals: ${Math.round((performance.now() - started) / 1000)} s\n`);
const decisions = [];
for (const world of worlds) {
  decisions.push(await compareDecisions(world, first, decided, budgetTokens.decided));
  process.stderr.write(`${world.name}: ${Math.round((performance.now() - started) / 1000)} s\n`);
}

const row = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
const rule = (columns: number) => row(["---", ...new Array<string>(columns - 1).fill("--:")]);
const thousands = (tokens: number) =>
  Number.isFinite(tokens) ? `${Math.round(tokens / 1000).toLocaleString("en-US")}k` : "never";
const points = ({ regret, regretError }: Decided) => `${(100 * regret).toFixed(2)} ± ${(100 * regretError).toFixed(2)}`;
const percent = (share: number) => `${Math.round(100 * share)} %`;
const ratio = (a: number, b: number) => (Number.isFinite(b) ? (a / b).toFixed(2) : "0 (never)");
const digits = (value: number) => Number(value.toPrecision(3)).toString();

const heldTable = [
  row(["parameter", "truth", "median width", "inside", "below truth", "above truth", "not measured"]),
  rule(7),
  ...coverage.parameters.map(({ name, truth, widthMedian, inside, below, above, notMeasured }) =>
    row([
      ...[
        name,
        digits(truth),
        digits(widthMedian),
        `${((100 * inside) / Math.max(1, held - notMeasured)).toFixed(1)} %`,
      ],
      ...[below, above, notMeasured],
    ]),
  ),
].join("\n");

const decisionTable = [
  row([
    ...["world", "best", "measured: tokens", "regret, points", "wrong kind"],
    ...["uniform, same rule: tokens", "regret", "wrong kind", "ratio"],
    ...["uniform at equal error: tokens", "ratio"],
  ]),
  rule(11),
  ...decisions.map(({ world, best, measured, uniformStopped, uniformTokensAtEqualError }) =>
    row([
      ...[world, best.team, thousands(measured.tokens), points(measured), percent(measured.wrong)],
      ...[thousands(uniformStopped.tokens), points(uniformStopped), percent(uniformStopped.wrong)],
      ratio(measured.tokens, uniformStopped.tokens),
      ...[thousands(uniformTokensAtEqualError), ratio(measured.tokens, uniformTokensAtEqualError)],
    ]),
  ),
].join("\n");

const curves = decisions
  .map(({ world, uniformFixed, measured }) =>
    [
      `### ${world}`,
      "",
      `Measured ended ${Object.entries(measured.statuses)
        .map(([status, count]) => `${count} × ${status}`)
        .join(", ")}.`,
      "",
      row(["uniform probing of so many tasks", "tokens", "regret, points", "wrong kind"]),
      rule(4),
      ...uniformFixed.map((one) => row([one.tasks, thousands(one.tokens), points(one), percent(one.wrong)])),
    ].join("\n"),
  )
  .join("\n\n");

const seconds = Math.round((performance.now() - started) / 1000);
const text = `# Measuring where it matters

\`node bench/measure/measure.ts ${held} ${decided} ${first}\`: scripted worlds of test/measure/worlds.ts, ${seconds} s.
Machine: ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load average ${loadavg()[0]!.toFixed(1)}; the numbers do not depend on it.

## Do 90 % intervals hold, where what is bought depends on what was seen?

World "${coverage.world}", ${held} seeds, budget ${thousands(budgetTokens.held)} tokens, ${thousands(coverage.tokensMean)} spent on average; ended
${Object.entries(coverage.statuses)
  .map(([status, count]) => `${count} × ${status}`)
  .join(", ")}.

${heldTable}

## What a decision takes

${decided} seeds a world, budget ${thousands(budgetTokens.decided)} tokens. *Regret*: right answers that the advised team lacks to the best one, by a
recording of 4,000 tasks with 15 answers of every agent each. *Wrong kind*: one agent, one agent repeated or a team, where another kind is best
and more than a point is lost. *Uniform, same rule*: everything on the menu equally often on every task, looks and end as \`measure\`
has them. *Uniform at equal error*: the number of tasks from which on uniform probing lacks no more than \`measure\` did, as if one knew it.

${decisionTable}

## Uniform probing by number of tasks

${curves}
`;
const here = fileURLToPath(new URL(".", import.meta.url));
writeFileSync(`${here}results.md`, text);
writeFileSync(`${here}results.json`, `${JSON.stringify({ first, coverage, decisions }, null, 2)}\n`);
process.stdout.write(text);
