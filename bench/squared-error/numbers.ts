// Numbers in squared error: do intervals hold the truth of scripted estimators, and what do rules lose on recorded answers?
// node bench/squared-error/numbers.ts [seeds, default 200] [--data ../shared/data]   writes results.md beside itself
import { existsSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { calibrate } from "../../src/calibrate/calibrate.ts";
import { parseTeam } from "../../src/organizations/parse-team.ts";
import { forecastSquaredError } from "../../src/plan/squared-error.ts";
import { readAttempts } from "../../src/records/read.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import { type ReplayOptions, replay } from "../../src/simulate/replay.ts";
import {
  scriptedEstimates,
  scriptedEstimatesConfig,
  scriptedEstimatesExample,
  scriptedVariance,
} from "../../src/simulate/scripted-estimates.ts";
import { averagingChainRisk, starRisk, treeRisk } from "../../src/theory/squared-error.ts";
import { measureEstimateCoverage } from "../../test/coverage/measure-coverage.ts";

const { values, positionals } = parseArgs({
  options: { data: { type: "string", default: "../shared/data" } },
  allowPositionals: true,
});
const seeds = Number(positionals[0] ?? 200);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const row = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;

const text = `# Numbers in squared error

- Command: \`node bench/squared-error/numbers.ts ${seeds}\`
- Machine: ${cpus().length} × ${cpus()[0]!.model}, Node ${process.version}; nothing here is timed
- Seeds: 1 to ${seeds}; 90 % intervals

## Parameters of scripted estimators

\`scriptedEstimatesExample\`: bias, risk, what samples share, ρ, ρ_within, pairs, risk law, channel noise.

${parameters()}

## Forecasts of scripted teams

The same estimators "eye" and "rule" without groups, 12 samples of each per task, ${5 * seeds} seeds. Truth by the formulas of the theory from the script's parameters.

${teams()}

Deep trees cover more: their interval also reaches down to errors that are shared within nodes instead of by the task.

${await recorded()}
`;
writeFileSync(join(fileURLToPath(new URL(".", import.meta.url)), "results.md"), text);
process.stdout.write(text);

function parameters(): string {
  const lines = [100, 300].map((tasks) => {
    const { parameters, pooled } = measureEstimateCoverage({ ...scriptedEstimatesExample, tasks }, 1, seeds);
    const inside = parameters.map((parameter) => parameter.inside / seeds).sort((a, b) => a - b);
    const sum = (side: "below" | "above") =>
      parameters.reduce((total, parameter) => total + parameter[side], 0) / seeds / parameters.length;
    return row([
      tasks,
      parameters.length,
      percent(pooled),
      percent(inside[0]!),
      percent(inside.at(-1)!),
      percent(sum("below")),
      percent(sum("above")),
    ]);
  });
  return [
    row(["tasks", "parameters", "inside", "least", "most", "below truth", "above truth"]),
    row(Array(7).fill("--:")),
    ...lines,
  ].join("\n");
}

function teams(): string {
  const agents = scriptedEstimatesExample.agents.slice(0, 2);
  const script = { ...scriptedEstimatesExample, agents, groups: { perTask: 12, size: 1, rhoWithin: 0 } };
  const [common, own] = [1, 3]; // of "eye": ρ v and (1 − ρ) v
  const noise = { rho: 0, channelVariance: scriptedVariance(script, 32) };
  const truths: readonly (readonly [string, number])[] = [
    ["single@eye", common + own],
    ["vote.mean:5@eye", common + own / 5],
    ["vote.mean:101@eye", common + own / 101],
    ["star:9/m=32@leaf=eye,reader=rule", common + starRisk(own, 9, noise)],
    ["tree:3x2/m=32@leaf=eye,reader=rule", common + treeRisk(own, 2, 3, noise)],
    ["chain:6/m=32@eye", common + averagingChainRisk(own, 5, noise)],
  ];
  const lines = [100, 300].flatMap((tasks) => {
    const forecasts = Array.from({ length: 5 * seeds }, (_, i) => {
      const recordings = tabulate(scriptedEstimates({ ...script, tasks }, i + 1), scriptedEstimatesConfig);
      const calibration = calibrate(recordings, { pairs: false });
      return truths.map(([team]) => forecastSquaredError(parseTeam(team), calibration).accuracy);
    });
    return truths.map(([team, truth], number) => {
      const found = forecasts.map((ofTeams) => ofTeams[number]!);
      const share = (of: (one: (typeof found)[number]) => boolean) => percent(found.filter(of).length / found.length);
      const mean = found.reduce((sum, one) => sum + one.mean, 0) / found.length;
      return row([
        ...[tasks, `\`${team}\``, truth.toFixed(3), mean.toFixed(3)],
        share(({ low, high }) => low <= truth && truth <= high),
        ...[share(({ high }) => high < truth), share(({ low }) => low > truth)],
      ]);
    });
  });
  return [
    row(["tasks", "team", "truth", "mean forecast", "inside", "below truth", "above truth"]),
    row(["--:", "---", ...Array(5).fill("--:")]),
    ...lines,
  ].join("\n");
}

async function recorded(): Promise<string> {
  const [problems, texts] = ["gsm8k-multi", "tot-scored"].map((set) => join(values.data, set, "records.jsonl.gz"));
  if (!existsSync(problems!) || !existsSync(texts!)) return "## Recorded\n\nskipped: the public data is not there.";
  const cast = "tora-70b-v1.0,gpt-4-1106-preview,Mixtral-8x7B-Instruct-v0.1,codex-pot-fewshot,openai-6b_verification";
  const gsm8k = await table(
    problems!,
    {},
    [
      "single@tora-70b-v1.0",
      "single@gpt-4-1106-preview",
      ...["vote", "vote.median", "vote.mean", "vote.linear"].map((vote) => `${vote}@${cast}`),
    ],
    "gsm8k-test-0796",
  );
  const judges = await table(texts!, { from: "tot-judges" }, [
    ...[1, 2, 3, 4, 5].map((judge) => `single@judge-${judge}`),
    "vote.mean@judge-1,judge-2",
    ...["vote.mean", "vote.median", "vote"].map((vote) => `${vote}@judge-1,judge-2,judge-3`),
    "vote.mean@judge-1,judge-2,judge-3,judge-4",
  ]);
  return `## Recorded: numeric answers of gsm8k-multi

Five agents (${cast.replaceAll(",", ", ")}). Accuracy counts equal numbers. \`linear\`: weights learned on four fifths of the tasks, measured on the fifth.

${gsm8k}

One problem of truth 2,880,000 is nearly the whole sum of every team that gets it wrong. Two agents say 3,120,000, which is the
plurality; the others say 2,640,000 and 88,000, so that the median of the four numbers is right, by luck. Without that problem
the order of median, plurality and mean is the same. Medians lose accuracy, where two wrong numbers lie on either side of no answer.

## Recorded: the five judge scores of tot-scored

820 texts, scores of 1 to 10; the truth is the mean of the judges outside the team, whose own scatter is in every number: with four
judges in the team, one judge is the truth.

${judges}

Channel noise: not measured on recorded data, nobody relayed numbers; on scripted estimators only.`;
}

/** With `without`, also what replays lose on all tasks but that one; then accuracy means something, too. */
async function table(
  file: string,
  options: { readonly from?: string },
  teams: readonly string[],
  without?: string,
): Promise<string> {
  const recordings = tabulate(await readAttempts([file], options), { agents: {}, sources: [] });
  const calibration = calibrate(recordings);
  const { tasks: names } = recordings.table;
  const tasks = Uint32Array.from(names.keys()).filter((task) => names[task] !== without);
  const digits = (value: number) => value.toPrecision(3);
  const lines = teams.map((text) => {
    const team = parseTeam(text);
    const { accuracy, tasks: count } = forecastSquaredError(team, calibration);
    const of = (rest: Partial<ReplayOptions>) => replay(team, recordings.table, { seed: 1, ...rest });
    const fitted = team.rule === "linear"; // its replay would be on the tasks that its weights were learned from
    const { errors } = fitted ? {} : of({ metric: "squared-error" });
    return row([
      ...[`\`${text.replace(/@.*,.*,.*,.*,.*/, "@five")}\``, count],
      `${digits(accuracy.mean)} [${digits(accuracy.low)}, ${digits(accuracy.high)}]`,
      digits(Math.sqrt(accuracy.mean)),
      ...(errors ? [digits(errors.median), percent(errors.largest.share)] : ["", ""]),
      ...(without === undefined
        ? []
        : fitted
          ? ["", ""]
          : [digits(of({ metric: "squared-error", tasks }).accuracy.mean), percent(of({}).accuracy.mean)]),
    ]);
  });
  const heads = [
    "team",
    "tasks",
    "mean squared error",
    "root",
    "median of tasks",
    "largest task",
    ...(without === undefined ? [] : ["without it", "right"]),
  ];
  return [row(heads), row(heads.map((_, i) => (i === 0 ? "---" : "--:"))), ...lines].join("\n");
}
