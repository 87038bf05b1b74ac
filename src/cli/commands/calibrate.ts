import { answersByTask } from "../../calibrate/answers-by-task.ts";
import { calibrate as learn, NothingGraded } from "../../calibrate/calibrate.ts";
import type { AgentCalibration, Calibration } from "../../calibrate/calibration.ts";
import { type Compute, calibrateCompute } from "../../calibrate/compute.ts";
import { familiesOf } from "../../calibrate/families.ts";
import { separationOf } from "../../calibrate/separation.ts";
import {
  curveText,
  familyText,
  passText,
  preferredCurves,
  rankingText,
  toldRankings,
} from "../../report/compute-words.ts";
import { count, money, plain, plainInterval } from "../../report/format-number.ts";
import { type Interval, isMeasured, type Measured } from "../../theory/interval.ts";
import { type AnswersAlone, diversityLines, fromAnswersAlone } from "../diversity-lines.ts";
import { addInputOptions, type InputOptions, load } from "../load.ts";
import { printJson, printLines } from "../print.ts";
import { taskLines } from "../task-lines.ts";
import type { Verb } from "./command.ts";

export const calibrate: Verb = {
  summary: "learn accuracy, cost, shared errors, fidelity and compute exponent from graded answers",
  example: "npm exec quorate -- calibrate examples/gsm8k/answers.json",
  build: (command, context) =>
    addInputOptions(command)
      .option("--answers", "with --json: the answer distributions of every task, too")
      .action(async (files: string[], options: InputOptions & { answers?: boolean; json?: boolean; seed: number }) => {
        const recordings = await load(files, options, context);
        const { table } = recordings;
        const every = Uint32Array.from(table.tasks.keys());
        const answersAlone = fromAnswersAlone(table, every, options.seed);
        const learned = learnOr(() => learn(recordings, { seed: options.seed }), answersAlone);
        const answers = options.answers ? { answers: answersByTask(table, every) } : {};
        if (learned instanceof NothingGraded) {
          const { code, message, remedy } = learned;
          const lines = [`${recordings.name}: ${count(every.length)} tasks, none graded`, `  → ${remedy}`, ""];
          if (!options.json) printLines(context, [...lines, ...diversityLines(answersAlone)]);
          else
            printJson(context, {
              ...{ name: recordings.name, tasks: every.length, notGraded: { code, message, remedy } },
              ...{ ...answersAlone, assumptions: recordings.assumptions, ...answers },
            });
          return;
        }
        const compute = calibrateCompute(learned, { seed: options.seed });
        const kept = { confidence: learned.confidence, seed: options.seed };
        const told = {
          families: familiesOf(table, every, learned.confidence),
          separation: separationOf(table, every, kept),
        };
        const { table: _, tasks, ...calibration } = learned;
        if (options.json)
          printJson(context, { ...calibration, ...compute, tasks: tasks.length, ...told, ...answersAlone, ...answers });
        else
          printLines(context, [
            ...describe(learned),
            ...describeCompute(compute),
            ...taskLines(told),
            "",
            ...diversityLines(answersAlone),
          ]);
      }),
};

/** What needs no labels is told where nothing is graded, too: then it is all there is. */
function learnOr(learned: () => Calibration, { diversity }: AnswersAlone): Calibration | NothingGraded {
  try {
    return learned();
  } catch (error) {
    if (error instanceof NothingGraded && isMeasured(diversity)) return error;
    throw error;
  }
}

const percent = ({ value, low, high }: Interval) =>
  `${(100 * value).toFixed(1)} [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`;
const text = (quantity: Measured) =>
  isMeasured(quantity)
    ? `${plain(quantity.value)} ${plainInterval(quantity)}`
    : `not measured: ${quantity.notMeasured} → ${quantity.probe}`;

function agentLine(agent: AgentCalibration): string {
  const { usd, tokens } = agent.cost;
  const cost = isMeasured(usd)
    ? `${money(1000 * usd.value)} per 1,000`
    : isMeasured(tokens)
      ? `${count(tokens.value)} tokens`
      : "";
  return `  ${agent.name.padEnd(34)} ${percent(agent.accuracy).padEnd(20)} ${String(agent.tasks).padStart(6)} × ${String(agent.samples).padEnd(3)} ${cost}`;
}

function describe(calibration: Calibration): string[] {
  const pairs = calibration.pairs.flatMap(({ a, b, phi }) => (isMeasured(phi) ? [{ a, b, phi }] : []));
  const most = pairs.toSorted((x, y) => y.phi.value - x.phi.value);
  const show = (pair: (typeof pairs)[number] | undefined) =>
    pair ? `${pair.a} and ${pair.b}, φ ${text(pair.phi)}` : "";
  return [
    `${calibration.name}: ${count(calibration.tasks.length)} tasks, ${calibration.agents.length} agents; every interval ${Math.round(100 * calibration.confidence)} %`,
    "",
    "Right answers in %, tasks × samples, cost of one call",
    ...calibration.agents.map(agentLine),
    "",
    ...(most.length > 0
      ? ["Correlation of mistakes", `  highest  ${show(most[0])}`, `  lowest   ${show(most.at(-1))}`, ""]
      : []),
    "Parameters of the theory",
    `  ρ total    ${text(calibration.rhoTotal)}`,
    `  ρ task     ${text(calibration.rhoTask)}`,
    `  ρ within   ${text(calibration.rhoWithin)}`,
    ...fidelityLines(calibration.fidelity),
    `  β          ${text(calibration.beta)}`,
    `  W          ${isMeasured(calibration.contextTokens) ? `${count(calibration.contextTokens.value)} tokens (${calibration.contextTokens.agent})` : `not measured: ${calibration.contextTokens.notMeasured} → ${calibration.contextTokens.probe}`}`,
  ];
}

function fidelityLines(fidelity: Calibration["fidelity"]): string[] {
  if (!isMeasured(fidelity)) return [`  γ(m)       not measured: ${fidelity.notMeasured} → ${fidelity.probe}`];
  return fidelity.points.map(
    (point) => `  γ(${point.messageTokens})`.padEnd(13) + `${text(point.fidelity)} from ${count(point.relays)} relays`,
  );
}

/** A terminal page holds the first of each; all are in the JSON. */
const rowsMax = 8;

function describeCompute(compute: Compute): string[] {
  const curves = preferredCurves(compute.levelCurves);
  const rankings = toldRankings(compute.rankings);
  const block = (title: string, rows: readonly string[]) =>
    rows.length === 0
      ? []
      : [
          "",
          title,
          ...rows.slice(0, rowsMax),
          ...(rows.length > rowsMax ? [`  and ${rows.length - rowsMax} more: --json`] : []),
        ];
  return [
    ...block(
      "Right answers in % against compute, and at ten times the largest",
      curves.flatMap((curve) => [`  ${curve.agent}: ${curveText(curve)}`, `    ${familyText(curve)}`]),
    ),
    ...block(
      "Where agents change places",
      rankings.map((ranking) => `  ${rankingText(ranking)}`),
    ),
    ...block(
      "Tasks solved by any of k samples in %: the most that picking one of them can reach",
      compute.passAtK.map((one) => `  ${one.name.padEnd(24)} ${passText(one)}`),
    ),
  ];
}
