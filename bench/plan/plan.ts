// How fast a plan is. node bench/plan/plan.ts writes bench/plan/results.md. "First" prices every team from the answers;
// "again" finds the outcomes in the table's cache, as the 200 halves of a study do.
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { calibrate } from "../../src/calibrate/calibrate.ts";
import { plan } from "../../src/plan/plan.ts";
import { readAttempts, readConfig } from "../../src/records/read.ts";
import { tabulate } from "../../src/records/tabulate.ts";
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
const text = `# The speed of a plan

\`node bench/plan/plan.ts\`: examples/gsm8k, 330 tasks, 7 agents, 169 teams at $10.20 per 1,000 tasks; seeds 1 … ${rounds}.
Machine: ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load average ${loadavg()[0]!.toFixed(1)}.

| | median, ms | range, ms |
|---|---|---|
${Object.entries(rows)
  .map(([name, times]) => `| ${name} | ${times} |`)
  .join("\n")}
`;
writeFileSync(at("results.md"), text);
process.stdout.write(text);
