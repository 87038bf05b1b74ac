// How promises hold on other tasks: 200 random halves of the real answers, the team chosen anew on each, at several
// budgets and gradings. node bench/study/splits.ts writes bench/study/results.md.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readAttempts, readConfig } from "../../src/records/read.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import { tryOnSplits } from "../../src/study/splits.ts";
import { summarize } from "../../test/study/summary.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const answers = at("../../examples/gsm8k/answers.json");
const config = await readConfig(undefined, { beside: answers });
const attempts = await readAttempts([answers]);
const rows = [];
for (const grade of ["answer", "flag"] as const)
  for (const amount of [0.0025, 0.005, 0.0102, 0.02]) {
    const recordings = tabulate(attempts, config, { grade });
    const splits = tryOnSplits(recordings, { perTask: { amount, unit: "usd" }, confidence: 0.9, seed: 1, count: 200 });
    const s = summarize(splits);
    const points = (share: number) => (100 * share).toFixed(1);
    rows.push(
      `| ${grade} | $${(1000 * amount).toFixed(2)} | ${s.splits} | ${points(s.covered)} | ${s.advised} | ${points(s.promised)} | ${points(s.measured)} | ${s.said.toFixed(3)} | ${s.cameTrue.toFixed(3)} | ${points(s.costShare)} |`,
    );
  }
const text = `# Promises on tasks that played no part in the choice

\`node bench/study/splits.ts\`, seeds 2 … 201, 659 tasks of examples/gsm8k in halves; the team is chosen anew on each first half.
*Covered*: the 90 % predictive interval of the difference team − best single agent held the measured one, %. The other columns are means over
the splits on which a team was advised: difference in points promised and measured, P(better) said and how often the team was better on the
other half, its share of the single agent's cost in %.

The splits are of one set of tasks, so they are not independent trials: where one half flatters a team, the other half must be unkind to it, which
makes every promise look too good by about as much again as choosing does.

| graded by | budget per 1,000 | splits | covered | advised | promised | measured | said | came true | cost share |
|---|---|---|---|---|---|---|---|---|---|
${rows.join("\n")}
`;
writeFileSync(at("results.md"), text);
process.stdout.write(text);
