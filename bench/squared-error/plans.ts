// Plans and studies in squared error: do they pick the best team, do their intervals hold, on scripted and on recorded numbers?
// node bench/squared-error/plans.ts [seeds, default 100] [--splits 200] [--data ../shared/data]   writes plans.md beside itself
import { existsSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { logRatio, shareSaved } from "../../src/plan/log-risk.ts";
import type { Budget } from "../../src/plan/plan-types.ts";
import { readAttempts } from "../../src/records/read.ts";
import type { Recordings } from "../../src/records/recordings.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import {
  type ScriptedEstimates,
  scriptedEstimates,
  scriptedEstimatesConfig,
  scriptedEstimatesExample,
} from "../../src/simulate/scripted-estimates.ts";
import { tryOnSplits } from "../../src/study/splits.ts";
import { measurePlans } from "../../test/squared-error/measure-plans.ts";
import { alike, isolated } from "../../test/squared-error/worlds.ts";

const { values, positionals } = parseArgs({
  options: { data: { type: "string", default: "../shared/data" }, splits: { type: "string", default: "200" } },
  allowPositionals: true,
});
const seeds = Number(positionals[0] ?? 100);
const count = Number(values.splits);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const row = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;

const text = `# Plans and studies in squared error

- Command: \`node bench/squared-error/plans.ts ${seeds} --splits ${count}\`
- Machine: ${cpus().length} × ${cpus()[0]!.model}, Node ${process.version}; nothing here is timed
- Seeds: 1 to ${seeds}; splits of seed 1; 90 % intervals

## Plans of scripted estimators against fresh tasks

One plan per seed; its best team, its best single agent and its twelve best candidates are measured on 4,000 fresh tasks of the same
script. *Best*: the plan's best team errs least of them, or within 0.5 %. *Regret*: mean error of the plan's best team above the least.
*Wrong*: plans that advise a team that errs more than the best single agent.

${plans()}

*different*: three agents, one of them at three levels, errors of their own. *alike*: three agents that make nearly the same errors, so
that hardly any team is better than the best of them.

## Splits: the predictive interval of what a team saves

${count} random halves; on each a plan is made anew, and the advised team (where one agent is advised, the best team that was not) is
checked on the other half. All splits share the same tasks.

${await splits()}

On fresh tasks no advice was wrong. On the other half of the same 300 tasks *different* looks worse: what one half shows too much of, the
other shows too little of, and 150 tasks tell a gain of a sixth to about ± 15 points.

Where one task makes the error (gsm8k), intervals do not hold: the half with the task and the half without it are two worlds, and nothing
in the one tells of the other. On two splits of three no team is advised; where one is, it errs more on the other half in one of three.
Squared error is the wrong question there: plan in accuracy.
`;
writeFileSync(join(fileURLToPath(new URL(".", import.meta.url)), "plans.md"), text);
process.stdout.write(text);

function plans(): string {
  const worlds: readonly (readonly [string, ScriptedEstimates])[] = [
    ["different", isolated],
    ["alike", alike],
  ];
  const lines = worlds.flatMap(([name, script]) =>
    [50, 150].flatMap((tasks) =>
      [450, 900].map((perTask) => {
        const found = measurePlans({ ...script, tasks }, { perTask, seeds });
        return row([
          ...[name, tasks, perTask, `${found.truestBest} of ${found.plans}`],
          percent(Math.expm1(found.regret)),
          `${found.advisedWrongly} of ${found.advised}`,
          ...[found.errorInside, found.gainInside].map((inside) => percent(inside / found.plans)),
          percent(Math.expm1(found.bias)),
        ]);
      }),
    ),
  );
  return [
    row([
      "agents",
      "tasks",
      "tokens per task",
      "best",
      "regret",
      "wrong",
      "error inside",
      "gain inside",
      "promised above true error",
    ]),
    row(["---", ...Array(8).fill("--:")]),
    ...lines,
  ].join("\n");
}

async function splits(): Promise<string> {
  const lines = [
    splitRow(
      "scripted, different, 300 tasks",
      tabulate(scriptedEstimates({ ...isolated, tasks: 300 }, 1), scriptedEstimatesConfig),
      { amount: 900, unit: "tokens" },
    ),
    splitRow(
      "scripted, alike, 300 tasks",
      tabulate(scriptedEstimates({ ...alike, tasks: 300 }, 1), scriptedEstimatesConfig),
      { amount: 900, unit: "tokens" },
    ),
    splitRow(
      "scripted, with groups, 300 tasks",
      tabulate(scriptedEstimates(scriptedEstimatesExample, 1), scriptedEstimatesConfig),
      { amount: 900, unit: "tokens" },
    ),
  ];
  const judges = join(values.data, "tot-scored", "records.jsonl.gz");
  const problems = join(values.data, "gsm8k-multi", "records.jsonl.gz");
  const none = { agents: {}, sources: [] };
  const recorded = existsSync(judges) && existsSync(problems);
  if (recorded) {
    const texts = tabulate(await readAttempts([judges], { from: "tot-judges" }), none);
    const numbers = tabulate(await readAttempts([problems]), none);
    for (const calls of [2, 3])
      lines.push(splitRow(`tot-scored, five judges, ${calls} calls`, texts, { amount: calls, unit: "calls" }));
    lines.push(splitRow("gsm8k-multi, 3 calls", numbers, { amount: 3, unit: "calls" }));
  }
  return [
    row(["numbers", "splits", "saved, median", "inside", "above", "below", "a team is advised", "and errs more"]),
    row(["---", ...Array(7).fill("--:")]),
    ...lines,
    ...(recorded ? [] : ["", "Recorded numbers: skipped, the public data is not there."]),
  ].join("\n");
}

function splitRow(name: string, recordings: Recordings, perTask: Budget): string {
  const { differences } = tryOnSplits(recordings, {
    perTask,
    metric: "squared-error",
    confidence: 0.9,
    seed: 1,
    count,
  });
  const share = (of: (one: (typeof differences)[number]) => boolean) =>
    percent(differences.filter(of).length / differences.length);
  const logs = differences.map(({ measured }) => logRatio(measured)).sort((a, b) => a - b);
  const advised = differences.filter((one) => one.advised);
  return row([
    ...[name, differences.length, percent(shareSaved(logs[logs.length >> 1]!)), share(({ inside }) => inside)],
    ...[
      share((one) => !one.inside && one.measured > one.forecast),
      share((one) => !one.inside && one.measured < one.forecast),
    ],
    ...[advised.length, advised.filter(({ measured }) => measured < 0).length],
  ]);
}
