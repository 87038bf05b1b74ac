// How fast a phase diagram is, in Node and in Chromium: node bench/phase/phase.ts writes bench/phase/results.md. The naive way
// asks `treeBias` and `amplification` at every point.
import { existsSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { communicationCost } from "../../src/theory/budget.ts";
import { treeAccuracyBeta } from "../../src/theory/difficulty.ts";
import { amplification } from "../../src/theory/level-map.ts";
import { type PhaseProblem, phaseAxisValues, phaseGrid } from "../../src/theory/phase.ts";
import { treeBias } from "../../src/theory/tree.ts";
import { moduleUrl, serveSources } from "../../test/phase/serve-sources.ts";
import { chromiumFlags, chromiumPath } from "../../test/report/chromium.ts";

const rounds = 21;
const rho = { parameter: "rho", from: 0, to: 0.6, steps: 200 } as const;
const gamma = { parameter: "gamma", from: 0.2, to: 1, steps: 200 } as const;
const budget = { parameter: "budget", from: 1e3, to: 1e6, steps: 200, log: true } as const;
const compute = 200;
const beta = 0.2;
const problems: Readonly<Record<string, PhaseProblem>> = {
  "ρ × γ, b = 5": { x: rho, y: gamma, layers: 3, values: { fanIn: 5, accuracy: 0.6 } },
  "ρ × γ, b = 101": { x: rho, y: gamma, layers: 3, values: { fanIn: 101, accuracy: 0.6 } },
  "B × γ at equal money, b = 5": {
    ...{ x: budget, y: gamma, layers: 3, leaf: { beta, compute } },
    values: { fanIn: 5, rho: 0.1, messageTokens: 40, contextTokens: 1000, accuracy: 0.6 },
  },
  "ρ × γ, b = 5, tasks differ (ρ_task = 0.1)": {
    ...{ x: rho, y: gamma, layers: 3, rhoTask: 0.1 },
    values: { fanIn: 5, accuracy: 0.6 },
  },
};

/** What anyone would write first; the sum keeps the work from being optimized away. */
function naive({ x, y, layers, values, rhoTask = 0, leaf }: PhaseProblem): number {
  let sum = 0;
  for (const yValue of phaseAxisValues(y))
    for (const xValue of phaseAxisValues(x)) {
      const at = { ...values, [x.parameter]: xValue, [y.parameter]: yValue } as Record<string, number>;
      const aggregation = { fanIn: at["fanIn"]!, fidelity: at["gamma"]!, rho: at["rho"]! };
      const bias = 2 * at["accuracy"]! - 1;
      const money = at["budget"];
      const cost = communicationCost(aggregation.fanIn, layers, at["messageTokens"] ?? 0);
      const given = (spent: number) => Math.min(1, bias * (Math.max(0, spent) / compute) ** beta);
      const leafBias = leaf && money ? given((money - cost) / aggregation.fanIn ** layers) : bias;
      const single = leaf && money ? given(money) : bias;
      sum += amplification(aggregation) + single;
      sum +=
        rhoTask > 0
          ? treeAccuracyBeta((1 + leafBias) / 2, rhoTask, layers, aggregation)
          : treeBias(leafBias, layers, aggregation);
    }
  return sum;
}

const summary = (times: readonly number[]) => {
  const sorted = [...times].sort((a, b) => a - b);
  return `${sorted[sorted.length >> 1]!.toFixed(1)} | ${times[0]!.toFixed(1)} | ${sorted[0]!.toFixed(1)} – ${sorted.at(-1)!.toFixed(1)}`;
};

function milliseconds(work: () => unknown, count = rounds): string {
  return summary(
    Array.from({ length: count }, () => {
      const from = performance.now();
      work();
      return performance.now() - from;
    }),
  );
}

async function inChromium(): Promise<Record<string, string>> {
  const browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumFlags });
  try {
    const results: Record<string, string> = {};
    for (const [name, problem] of Object.entries(problems)) {
      const page = await browser.newPage(); // each begins cold
      await serveSources(page);
      const times = await page.evaluate<number[]>(
        `import(${JSON.stringify(moduleUrl("theory/phase.ts"))}).then(({ phaseGrid }) => {
          const problem = ${JSON.stringify(problem)};
          return Array.from({ length: ${rounds} }, () => {
            const from = performance.now();
            phaseGrid(problem);
            return performance.now() - from;
          });
        })`,
      );
      results[name] = summary(times);
      await page.close();
    }
    return { ...results, version: browser.version() };
  } finally {
    await browser.close();
  }
}

const load = loadavg()[0]!.toFixed(1);
const browser = existsSync(chromiumPath) ? await inChromium() : null;
const rows = Object.entries(problems).map(([name, problem]) => {
  const here = milliseconds(() => phaseGrid(problem));
  const slow = milliseconds(() => naive(problem), problem.rhoTask ? 3 : rounds);
  return [
    `| ${name} | Node | ${here} |`,
    ...(browser ? [`| | Chromium | ${browser[name]} |`] : []),
    `| | naive, Node | ${slow} |`,
  ].join("\n");
});
const text = `# The speed of a phase diagram

\`node bench/phase/phase.ts\`: 200 × 200 exact points of a tree of three layers, ${rounds} rounds (naive with tasks that differ: 3); no seed, nothing is random.
Machine: ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}${browser ? `, Chromium ${browser["version"]}` : ""}, load average ${load} before the start.
First: the first call in a fresh page, and in Node in turn, so that only its first row is cold.

| points | where | median, ms | first, ms | range, ms |
|---|---|---|---|---|
${rows.join("\n")}
`;
writeFileSync(fileURLToPath(new URL("results.md", import.meta.url)), text);
process.stdout.write(text);
