import { calibrate } from "../../calibrate/calibrate.ts";
import { type CalibratedChannel, channelOf } from "../../calibrate/channel.ts";
import { numberChannelOf } from "../../calibrate/estimates.ts";
import { memberName, membersOf } from "../../organizations/cast.ts";
import { parseTeam } from "../../organizations/parse-team.ts";
import { readsMessages, ruleOf, type Team } from "../../organizations/team.ts";
import { requireRoom } from "../../plan/readers.ts";
import { teamWeights } from "../../plan/weights.ts";
import type { Recordings } from "../../records/recordings.ts";
import type { Metric } from "../../simulate/outcomes.ts";
import { readingsOf } from "../../simulate/recorded-readings.ts";
import { replay as measure, ReaderNotRecorded, type SquaredErrors } from "../../simulate/replay.ts";
import { isMeasured } from "../../theory/interval.ts";
import { addInputOptions, type InputOptions, load } from "../load.ts";
import { metricOption, requireRecorded } from "../options.ts";
import { printJson, printLines } from "../print.ts";
import type { Verb } from "./command.ts";

type Options = InputOptions & {
  team: string;
  calibrateOn?: string[];
  metric: Metric;
  recordedOnly?: boolean;
  json?: boolean;
  seed: number;
};

export const replay: Verb = {
  summary: "measure a team on recorded answers",
  example:
    "npm exec quorate -- replay examples/gsm8k/answers.json --team cascade@tora-70b+mixtral-8x7b,gpt-4-1106-preview",
  build: (command, context) =>
    addInputOptions(command)
      .requiredOption("--team <team>", "organization[.rule][:sizes][/m=tokens][@cast], as vote:5@gpt")
      .option(
        "--calibrate-on <file...>",
        "learn weights of votes and the channel of messages from these answers, not from the replayed",
      )
      .addOption(metricOption())
      .option("--recorded-only", "refuse teams whose agents read messages: their answers are not recorded")
      .action(async (files: string[], options: Options) => {
        const recordings = await load(files, options, context);
        const { table } = recordings;
        const team = parseTeam(options.team, { knownNames: table.columns.map(({ agent }) => agent) });
        const others = options.calibrateOn && (await load(options.calibrateOn, options, context));
        const source: Source = others
          ? { recordings: others, name: "other answers" }
          : { recordings, name: "the replayed answers" };
        const weighing = weighingOf(team, source);
        const { seed, metric } = options;
        if (options.recordedOnly) requireRecorded(team, table);
        const isRecorded = metric === "accuracy" && readingsOf(team, table).length > 0;
        const drawing = isRecorded ? undefined : drawingOf(team, source, options);
        const result = measure(team, table, {
          ...{ seed, metric },
          ...(weighing && { weights: weighing.weights }),
          ...(drawing && { channel: drawing.channel }),
        });
        if (options.json)
          return printJson(context, { ...result, ...weighing, ...(drawing && drawingDocument(team, drawing)) });
        const { accuracy, errors, unanswered, cost, tasks, skipped, method, caveats } = result;
        const error = accuracy.standardError;
        const number = (value: number | null, digits: number) =>
          value === null ? "not recorded" : value.toFixed(digits);
        const spread = Number.isNaN(error)
          ? "± unknown from one task"
          : `± ${metric === "accuracy" ? (100 * error).toFixed(1) : error.toPrecision(3)}`;
        printLines(context, [
          result.team,
          result.metric === "accuracy"
            ? `  right answers   ${(100 * accuracy.mean).toFixed(1)} % ${spread} (standard error), ${method}`
            : `  squared error   ${accuracy.mean.toPrecision(4)} ${spread} (standard error), ${method}`,
          ...(errors ? errorLines(errors) : []),
          `  per task        ${number(cost.calls, 2)} calls, tokens ${number(cost.tokens, 0)} (${number(cost.tokensIn, 0)} in, ${number(cost.tokensOut, 0)} out), dollars ${number(cost.usd, 5)}, seconds ${number(cost.seconds, 1)}`,
          ...(unanswered > 0 ? [silenceLine(unanswered, metric)] : []),
          `  tasks           ${tasks} ${drawing ? "simulated" : "measured"}, ${skipped} skipped for want of answers`,
          ...(weighing ? [`  weights         ${weighingText(weighing)}`] : []),
          ...(drawing ? drawingLines(team, drawing) : []),
          ...caveats.map((caveat) => `  ! ${caveat}`),
        ]);
      }),
};

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function errorLines({ rootMeanSquare, median, largest }: SquaredErrors): string[] {
  return [
    `  in its unit     root mean square ${rootMeanSquare.toPrecision(4)}; median of the tasks' squared errors ${median.toPrecision(4)}`,
    `  largest task    ${largest.task} holds ${percent(largest.share)} of the sum`,
  ];
}

function silenceLine(unanswered: number, metric: Metric): string {
  return metric === "accuracy"
    ? `  no answer       on ${percent(unanswered)} of the tasks`
    : `  no number       on ${percent(unanswered)} of the tasks, each charged as if the mean truth had been answered`;
}

/** What weights and channel are learned from. */
interface Source {
  readonly recordings: Recordings;
  readonly name: string;
}

interface Weighing {
  readonly weights: ReadonlyMap<string, number>;
  readonly weightsFrom: string;
}

/** What the team's rule weighs its members by, as learned; undefined where it needs no weights. */
function weighingOf(team: Team, { recordings, name }: Source): Weighing | undefined {
  if (!ruleOf(team).weighted) return undefined;
  const weights = teamWeights(team, calibrate(recordings, { pairs: false }))!;
  const members = new Set(membersOf(team.cast).map(memberName));
  return { weights: new Map([...weights].filter(([member]) => members.has(member))), weightsFrom: name };
}

function weighingText({ weights, weightsFrom }: Weighing): string {
  const list = [...weights].map(([name, weight]) => `${name} ${weight.toFixed(2)}`).join(", ");
  return `learned from ${weightsFrom}: ${list}`;
}

interface Drawing {
  readonly channel: CalibratedChannel;
  readonly channelFrom: string;
}

/** The channel that readers are drawn from, of answers or of numbers; undefined where nobody reads. */
function drawingOf(
  team: Team,
  { recordings, name }: Source,
  { seed, metric }: Pick<Options, "seed" | "metric">,
): Drawing | undefined {
  if (!readsMessages(team)) return undefined;
  const calibration = calibrate(recordings, { pairs: false, seed });
  requireRoom(team, calibration);
  const leaf = memberName(membersOf(team.cast)[0]!);
  const channel = metric === "accuracy" ? channelOf(calibration) : numberChannelOf(calibration, leaf);
  if (!isMeasured<CalibratedChannel>(channel)) throw new ReaderNotRecorded(team.text, channel);
  return { channel, channelFrom: name };
}

/** The channel at the team's message lengths; null is a whole answer. */
function lossesOf(
  { messageTokens }: Team,
  { channel }: Drawing,
): readonly {
  readonly messageTokens: number | null;
  readonly fidelity?: number;
  readonly variance?: number;
}[] {
  const lengths = messageTokens.length === 0 ? [undefined] : [...new Set(messageTokens)];
  return lengths.map((length) => ({
    messageTokens: length ?? null,
    ...(channel.variance ? { variance: channel.variance(length) } : { fidelity: channel.fidelity(length) }),
  }));
}

function drawingDocument(team: Team, drawing: Drawing) {
  const { channel, channelFrom } = drawing;
  const { rho, assumptions } = channel;
  return {
    channel: { [channel.variance ? "variance" : "fidelity"]: lossesOf(team, drawing), rho, assumptions },
    channelFrom,
  };
}

function drawingLines(team: Team, drawing: Drawing): string[] {
  const { channel, channelFrom } = drawing;
  const losses = lossesOf(team, drawing).map(({ messageTokens, fidelity, variance }) => {
    const length = messageTokens ?? "whole answers";
    return variance === undefined
      ? `γ(${length}) = ${fidelity!.toFixed(2)}`
      : `σ²(${length}) = ${variance.toPrecision(3)}`;
  });
  return [
    `  simulated       readers were drawn from the calibrated channel ${losses.join(", ")}, ρ = ${channel.rho.toFixed(2)}, learned from ${channelFrom}`,
    ...channel.assumptions.map(({ value, source }) => `  ! Assumed: ${value}, as ${source}.`),
  ];
}
