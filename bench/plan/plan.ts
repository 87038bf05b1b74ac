// How fast a plan is. node bench/plan/plan.ts writes bench/plan/results.md. "First" prices every team from the answers;
// "again" finds the outcomes in the table's cache, as the 200 halves of a study do.
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { calibrate } from "../../src/calibrate/calibrate.ts";
import { fidelityAt } from "../../src/calibrate/fidelity.ts";
import { plan } from "../../src/plan/plan.ts";
import type { Work } from "../../src/plan/reader-costs.ts";
import { LayerMaps, messageLengths, proposedShapes } from "../../src/plan/reader-shapes.ts";
import { readAttempts, readConfig } from "../../src/records/read.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import { scriptedAttempts, scriptedConfig, scriptedExample } from "../../src/simulate/scripted.ts";
import { splitTasks } from "../../src/study/split.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const answers = at("../../examples/gsm8k/answers.json");
const config = await readConfig(undefined, { beside: answers });
const recordings = tabulate(await readAttempts([answers]), config, { grade: "answer" });
const perTask = { amount: 0.0102, unit: "usd" } as const;
const rounds = 20;

function milliseconds(work: (seed: number) => void): string {
  const times = Array.from({ length: rounds }, (_, round) => {
    const from = performance.now();
    work(round + 1);
    return performance.now() - from;
  }).toSorted((a, b) => a - b);
  const [min, median, max] = [times[0]!, times[rounds / 2]!, times.at(-1)!];
  return `${median.toFixed(1)} | ${min.toFixed(1)} – ${max.toFixed(1)}`;
}

const known = calibrate(tabulate(scriptedAttempts(scriptedExample, 1), scriptedConfig(scriptedExample), {}));
const accuracies = Float64Array.from({ length: 34 }, (_, i) => i / 33);
const prices = [300];
let shapes = 0;

const half = (seed: number) => splitTasks(recordings.table.tasks.length, seed).choosing;
const rows = {
  calibrate: milliseconds((seed) => calibrate(recordings, { tasks: half(seed), seed })),
  "calibrate and plan, first": milliseconds((seed) => {
    const fresh = { ...recordings, table: { ...recordings.table } }; // no outcomes are cached for a new table
    plan(calibrate(fresh, { tasks: half(seed), seed }), { perTask, seed });
  }),
  "calibrate and plan, again": milliseconds((seed) => {
    plan(calibrate(recordings, { tasks: half(seed), seed }), { perTask, seed });
  }),
};

// Teams of readers: scripted agents, whose fidelity and shared errors can be calibrated.
const scripted = tabulate(scriptedAttempts(scriptedExample, 1), scriptedConfig(scriptedExample), {});
const tokens = { amount: 20_000, unit: "tokens" } as const;
const unread = { notMeasured: "not asked for", probe: "none" };
const calibrations = Array.from({ length: rounds }, (_, seed) => calibrate(scripted, { seed: seed + 1 }));
const proposals = milliseconds((seed) => {
  const { fidelity, contextTokens } = calibrations[seed - 1]!;
  if ("notMeasured" in fidelity || "notMeasured" in contextTokens) throw new Error("the script measures both");
  const channel = { fidelity: (m = 1e9) => Math.min(1, fidelityAt(fidelity, m).value), rho: 0.1 };
  const maps = new LayerMaps(accuracies, channel, 2);
  const weights = accuracies.map(() => 1 / accuracies.length);
  const leaves = prices.map((price) => ({
    ...{ mixture: { weights }, options: 2, single: 0.6 },
    cost: ({ answers, readers, writtenByAnswers, writtenByReaders, readByReaders }: Work) =>
      answers * price + readers * 150 + writtenByAnswers + writtenByReaders + readByReaders,
  }));
  const bounds = { costMax: 1e9, callsMax: 1e6, windowTokens: 128_000, promptTokens: 150 };
  shapes = proposedShapes(leaves, () => maps, messageLengths(fidelity, 0.1, 127_850), bounds).length;
});
const readers = {
  "every odd b ≤ 101, L ≤ 6, 64 lengths, one leaf": proposals,
  "plan, no readers, first": milliseconds((seed) =>
    plan({ ...calibrations[seed - 1]!, fidelity: unread }, { perTask: tokens, seed }),
  ),
  "plan with readers, first": milliseconds((seed) => plan({ ...calibrations[seed - 1]! }, { perTask: tokens, seed })),
  "plan with readers, at another budget": milliseconds((seed) => {
    plan(known, { perTask: { ...tokens, amount: 20_000 + 100 * seed }, seed: 1 });
  }),
};
const table = (times: Readonly<Record<string, string>>) =>
  `| | median, ms | range, ms |
|---|---|---|
${Object.entries(times)
  .map(([name, time]) => `| ${name} | ${time} |`)
  .join("\n")}`;
const text = `# The speed of a plan

\`node bench/plan/plan.ts\`: examples/gsm8k, 330 tasks, 7 agents, 169 teams at $10.20 per 1,000 tasks; seeds 1 … ${rounds}.
Machine: ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load average ${loadavg()[0]!.toFixed(1)}.

${table(rows)}

Teams of readers: the scripted agents, 300 tasks, 7 columns, 20,000 tokens per task. The first row is the enumeration alone,
without budget, of one leaf at a window of 128,000: ${shapes.toLocaleString("en-US")} shapes, over 34 accuracies of a task each.

${table(readers)}
`;
writeFileSync(at("results.md"), text);
process.stdout.write(text);
