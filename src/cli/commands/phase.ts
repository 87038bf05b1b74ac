import { InvalidArgumentError } from "commander";
import { calibrate } from "../../calibrate/calibrate.ts";
import type { Calibration } from "../../calibrate/calibration.ts";
import { parseTeam } from "../../organizations/parse-team.ts";
import { parseBudget } from "../../plan/budget.ts";
import { type AxisRequest, type PhaseMap, type PhaseRequest, phaseMap } from "../../plan/phase.ts";
import { parsePhaseAxis } from "../../plan/phase-axis.ts";
import { phasePage, phaseSvg } from "../../report/html/phase-page.ts";
import { phaseCsv } from "../../report/phase-csv.ts";
import { phaseLines } from "../../report/phase-text.ts";
import { phases } from "../../theory/phase.ts";
import { addInputOptions, type InputOptions, load } from "../load.ts";
import { parseNumber, parseShare } from "../options.ts";
import { printJson, printLines, writeWhole } from "../print.ts";
import type { Context, Verb } from "./command.ts";

type Given = NonNullable<PhaseRequest["given"]>;

interface Options extends InputOptions, Given {
  readonly x?: AxisRequest;
  readonly y?: AxisRequest;
  readonly team?: string;
  readonly confidence: number;
  readonly csv?: string;
  readonly svg?: string;
  readonly html?: string;
  readonly json?: boolean;
  readonly seed: number;
}

/** What may be stated instead of calibrated; of a parameter on an axis it is where the team stands. */
const quantities: Readonly<Record<Exclude<keyof Given, "budget">, string>> = {
  rho: "ρ: how often all inputs of a node are one shared error",
  gamma: "γ: what of a signal arrives",
  fanIn: "b: messages that one node reads",
  messageTokens: "m: tokens of a message",
  contextTokens: "W: tokens that a reader can read",
  accuracy: "p: share of right answers of one agent",
  beta: "β: how accuracy grows with compute",
  leafTokens: "tokens of one answer of that accuracy",
  scale: "k of k·x^β, instead of an accuracy and its tokens",
  lengthScale: "m₀ of γ(m) = 1 − exp(−m/m₀), instead of γ",
  rhoTask: "ρ of the difficulty of tasks",
};

export const phase: Verb = {
  summary: "phase diagram: where a team collapses, amplifies and beats one agent, over any two parameters",
  example: "npm exec quorate -- phase --x rho=0:0.6:200 --y gamma=0.2:1:200 --team tree:3x3 --accuracy 0.6",
  build: (command, context) => {
    addInputOptions(command, { optional: true })
      .option(
        "--x <axis>",
        "parameter=from:to:steps[:log]; rho, gamma, fanIn, messageTokens, contextTokens, budget or accuracy",
        parsePhaseAxis,
      )
      .option("--y <axis>", "the same, upwards", parsePhaseAxis)
      .option("--team <team>", "a vote, a star or a tree of equal layers, as tree:3x3/m=64@leaf=a,reader=b")
      .option("--budget <tokens>", "B: tokens per task, as 20000tok (default: what the team costs)", parseTokens);
    for (const [name, words] of Object.entries(quantities))
      command.option(
        `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} <number>`,
        words,
        parseNumber,
      );
    return command
      .option("--confidence <share>", "content of every interval", parseShare, 0.9)
      .option("--csv <file>", "write every point")
      .option("--svg <file>", "write the picture")
      .option("--html <file>", "write the picture with what it rests on")
      .action(async (files: string[], options: Options) => {
        const { team, confidence, seed, x, y, csv, svg, html } = options;
        const recordings = files.length > 0 ? await load(files, options, context) : null;
        const calibration: Calibration | null = recordings && calibrate(recordings, { confidence, seed });
        const knownNames = recordings?.table.columns.map(({ agent }) => agent) ?? [];
        const map = phaseMap(
          { x, y, given: givenOf(options), ...(team !== undefined && { team: parseTeam(team, { knownNames }) }) },
          calibration,
        );
        if (csv !== undefined) await writeWhole(context.cwd, csv, phaseCsv(map));
        if (svg !== undefined) await writeWhole(context.cwd, svg, phaseSvg(map));
        if (html !== undefined) await writeWhole(context.cwd, html, phasePage(map));
        print(map, options, context);
      });
  },
};

function givenOf(options: Options): Given {
  const names = ["budget", ...Object.keys(quantities)] as (keyof Given)[];
  return Object.fromEntries(names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])));
}

function parseTokens(text: string): number {
  const { amount, unit } = parseBudget(text);
  if (unit !== "tokens")
    throw new InvalidArgumentError("A phase diagram pays messages and answers in tokens: 20000tok.");
  return amount;
}

function print(map: PhaseMap, { json, csv, svg, html }: Options, context: Context): void {
  const written = [csv, svg, html].filter((file) => file !== undefined);
  const lines = phaseLines(map);
  if (json) printJson(context, documentOf(map));
  else printLines(context, written.length > 0 ? [lines[0]!, `written: ${written.join(", ")}`] : lines);
}

/** The diagram as one document; a team that does not fit has no accuracy. */
function documentOf({ problem, grid, ...rest }: PhaseMap) {
  const { x, y, accuracy, single, alpha, phase } = grid;
  return {
    ...rest,
    x: { ...problem.x, values: x },
    y: { ...problem.y, values: y },
    phases,
    accuracy: Array.from(accuracy, (value, i) => (phase[i] === 0 ? null : value)),
    single,
    alpha,
    phase,
  };
}
