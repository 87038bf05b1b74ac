// What one team of numbers is expected to lose, in mean squared error: as recorded where it can be replayed, by the
// formulas of the continuous theory where more answers or readers are asked for than anyone recorded.

import type { Calibration, ChannelNoise, EstimateCalibration } from "../calibrate/calibration.ts";
import { channelVarianceAt, columnErrors, taskErrors } from "../calibrate/estimates.ts";
import { combineIntervals } from "../calibrate/estimators/combine-intervals.ts";
import { clampInterval, clampShare } from "../calibrate/estimators/estimate.ts";
import { skewedMeanInterval } from "../calibrate/estimators/skewed-mean.ts";
import { KnownError } from "../errors.ts";
import { memberName, membersOf } from "../organizations/cast.ts";
import { formOf, organizationOf, readsMessages, ruleOf, type Team } from "../organizations/team.ts";
import { type Column, findColumn } from "../records/answer-table.ts";
import { truthFor } from "../records/truth.ts";
import { UnknownAgent } from "../simulate/digest.ts";
import { outcomes, outcomesCached } from "../simulate/replay.ts";
import { columnNames, NoNumbers } from "../simulate/scores.ts";
import { type Interval, isMeasured, type NotMeasured } from "../theory/interval.ts";
import { type NumbersAmong, numbersRecorded, numbersWith, passedOn } from "./averaging.ts";
import { callsMaxOf, stagesOf } from "./candidates.ts";
import { mean, pick, variance } from "./choose.ts";
import { allCosts, type Expense, largestCallCost, repeatedCosts, replayedCosts, worstCase } from "./costs.ts";
import { type ForecastOptions, NoCommonTasks } from "./forecast.ts";
import { caveatsOf } from "./forecast-caveats.ts";
import type { Forecast } from "./plan-types.ts";
import { ReadersNotMeasured, readingTeam } from "./readers.ts";
import { callersOf, silenceOf } from "./silence.ts";
import { teamWeights } from "./weights.ts";

/** A squared error is to be forecast, and nobody gave numbers. */
export class EstimatesNotMeasured extends KnownError {
  readonly code = "estimates-not-measured";
  constructor(team: string, { notMeasured, probe }: NotMeasured) {
    super(
      `The squared error of ${team} cannot be forecast: ${notMeasured}.`,
      `Measure it: ${probe}, or ask for accuracy.`,
    );
  }
}

/** What is known of numbers. @throws {EstimatesNotMeasured} {@link EstimatesNotMeasured} */
export function requireEstimates(team: string, { estimates }: Calibration): EstimateCalibration {
  if (!isMeasured<EstimateCalibration>(estimates)) throw new EstimatesNotMeasured(team, estimates);
  return estimates;
}

/**
 * Mean squared error and cost of any team of numbers; `accuracy` of the forecast is the risk, in the square of the answers'
 * unit, and less is better. Recorded teams by what their members answered; the mean of more answers of one agent than were
 * recorded by v(ρ + (1 − ρ)/N); stars, trees and chains whose readers average by the formulas of §7. Intervals are of the
 * population, skewness allowed for (`skewedMeanInterval`).
 *
 * @throws {EstimatesNotMeasured} {@link EstimatesNotMeasured}
 * @throws {UnknownAgent | NoNumbers} where a member is not recorded, or never gave a number
 * @throws {NoCommonTasks} where the members' answers are too few, and no formula knows the rest
 * @throws {ReadersNotMeasured | WindowExceeded} for teams that read messages
 */
export function forecastSquaredError(team: Team, calibration: Calibration, options: ForecastOptions = {}): Forecast {
  return forecastRisks(team, calibration, options).forecast;
}

/** A forecast with the squared errors that it is the mean of. */
export interface RiskForecast extends Risks {
  readonly forecast: Forecast;
}

/** The same, task by task. */
export function forecastRisks(
  team: Team,
  calibration: Calibration,
  { confidence = 0.9, seed = 1 }: ForecastOptions = {},
): RiskForecast {
  const estimates = requireEstimates(team.text, calibration);
  organizationOf(team);
  requireNumbers(team, calibration, estimates);
  const options = { confidence, seed };
  if (readsMessages(team)) return forecastReaders(team, calibration, estimates, options);
  const recorded = recordedRisks(team, calibration, estimates, seed);
  const repeated = repeatedRisks(team, calibration, estimates);
  return repeated && repeated.tasks.length > recorded.tasks.length
    ? forecastRepeated(team, calibration, estimates, repeated, options)
    : forecastRecorded(team, calibration, estimates, recorded, options);
}

/** Who answers the task must be known by numbers; who only reads, by anything. */
function requireNumbers(team: Team, { agents }: Calibration, estimates: EstimateCalibration): void {
  const answering = membersOf(team.cast.filter(({ role }) => role !== "reader")).map(memberName);
  for (const name of columnNames(team)) {
    if (!agents.some((agent) => agent.name === name))
      throw new UnknownAgent(
        name,
        agents.map((agent) => agent.name),
      );
    if (answering.includes(name) && !estimates.agents.some((agent) => agent.name === name)) throw new NoNumbers(name);
  }
}

/** Squared errors on the tasks that have them. */
interface Risks {
  readonly tasks: Uint32Array;
  /** Of the team, per task of `tasks`. */
  readonly perTask: Float64Array;
}

// ── as recorded ────────────────────────────────────────────────────────────────────────────────────────────────────

function recordedRisks(team: Team, calibration: Calibration, { guess }: EstimateCalibration, seed: number): Risks {
  const { table, tasks } = calibration;
  const common = { seed, guess, metric: "squared-error" } as const;
  const risks = isFitted(team)
    ? fittedElsewhere(team, calibration, (weights) => outcomes(team, table, { ...common, weights }).accuracy)
    : outcomesCached(team, table, { ...common, weights: calibration.weights }).accuracy;
  const measured = tasks.filter((task) => !Number.isNaN(risks[task]!));
  return { tasks: measured, perTask: pick(risks, measured) };
}

/** True where the calibration chooses weights to make the team's squared error small. */
function isFitted(team: Team): boolean {
  const rule = ruleOf(team);
  return rule.weighted && rule.combine !== undefined && membersOf(team.cast).length > 1;
}

/** Tasks are dealt into so many parts. */
const parts = 5;

/** On each task with weights learned from the other parts: those learned from the task itself would promise too much. */
function fittedElsewhere(
  team: Team,
  calibration: Calibration,
  risksWith: (weights: ReadonlyMap<string, number>) => Float64Array,
): Float64Array {
  const { table, tasks } = calibration;
  const risks = new Float64Array(table.tasks.length).fill(Number.NaN);
  for (let part = 0; part < parts; part++) {
    const others = tasks.filter((_, i) => i % parts !== part);
    const found = risksWith(teamWeights(team, calibration, others)!);
    tasks.forEach((task, i) => {
      if (i % parts === part) risks[task] = found[task]!;
    });
  }
  return risks;
}

function forecastRecorded(
  team: Team,
  calibration: Calibration,
  estimates: EstimateCalibration,
  { tasks, perTask }: Risks,
  { confidence, seed }: Required<ForecastOptions>,
): RiskForecast {
  if (tasks.length < 2) throw new NoCommonTasks(team.text, tasks.length);
  const { table } = calibration;
  const weights = teamWeights(team, calibration);
  const known = outcomesCached(team, table, {
    ...{ seed, guess: estimates.guess, metric: "squared-error" },
    ...(weights && { weights }),
  });
  const columns = columnNames(team).map((name) => findColumn(table, name)!);
  const largest = (unit: Expense) =>
    worstCase(team, stagesOf(team), unit, (name) => largestCallCost(findColumn(table, name)!, unit, tasks));
  const forecast: Forecast = {
    ...head(team, perTask, confidence),
    cost: allCosts(replayedCosts(known, table, tasks), largest, confidence),
    silence: silenceOf(callersOf(known, table, tasks), tasks, pick(known.unanswered, tasks), confidence),
    method: "resampled",
    tasks: tasks.length,
    caveats: [
      ...caveatsOf(team, columns, tasks.length, calibration.assumptions),
      ...riskCaveats(calibration, estimates, { tasks, perTask }, pick(known.unanswered, tasks)),
    ],
  };
  return { forecast, tasks, perTask };
}

function head(team: Team, perTask: Float64Array, confidence: number) {
  const { value, low, high } = positive(skewedMeanInterval(perTask, confidence));
  return {
    team: team.text,
    kind: team.kind,
    metric: "squared-error" as const,
    accuracy: { mean: value, low, high, confidence },
    deviation: Math.sqrt(variance(perTask)),
  };
}

const positive = (interval: Interval) => clampInterval(interval, 0, Number.POSITIVE_INFINITY);

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** What a mean squared error hides. */
function riskCaveats(
  { table }: Calibration,
  { guess, truthFromOthers }: EstimateCalibration,
  { tasks, perTask }: Risks,
  unanswered: Float64Array,
): string[] {
  const sum = perTask.reduce((total, risk) => total + risk, 0);
  const most = perTask.reduce((largest, risk, i) => (risk > perTask[largest]! ? i : largest), 0);
  const share = perTask[most]! / sum;
  const silent = mean(unanswered);
  return [
    ...(share > 0.25
      ? [
          `One task, ${table.tasks[tasks[most]!]}, holds ${percent(share)} of the squared error: believe the interval, not the mean.`,
        ]
      : []),
    ...(silent >= 0.0005
      ? [
          `On ${percent(silent)} of the tasks there is no number; each is charged as if ${Number(guess.toPrecision(4))}, the mean truth, had been answered.`,
        ]
      : []),
    ...(truthFromOthers
      ? [
          "Nobody knows the truth: the mean of the agents outside the team stands for it, and their errors are in the risk.",
        ]
      : []),
  ];
}

// ── more answers of one agent than were recorded ───────────────────────────────────────────────────────────────────

/**
 * The mean of N answers of one agent, on every task with two numbers of it: E[e e′] + (E[e²] − E[e e′]) E[1/J], J the
 * numbers among N answers, and the guess where there is none. Undefined for other teams, and where the truth is that of
 * others.
 */
function repeatedRisks(team: Team, calibration: Calibration, { guess, truthFromOthers }: EstimateCalibration) {
  const [member, ...others] = membersOf(team.cast);
  const stage = stagesOf(team)?.[0];
  if (truthFromOthers || others.length > 0 || !stage?.rule.averages || callsMaxOf(team) < 2) return undefined;
  const { table } = calibration;
  const errors = taskErrors(table, memberName(member!), calibration.tasks);
  const truth = truthFor(table, []);
  const at = [...calibration.tasks.keys()].filter((i) => !Number.isNaN(errors.common[i]!));
  const calls = callsMaxOf(team);
  const cases = at.map((i) => numbersRecorded(errors.numbers[i]!, errors.silent[i]!)(calls));
  const tasks = Uint32Array.from(at, (i) => calibration.tasks[i]!);
  const perTask = Float64Array.from(at, (i, row) => {
    const { none, inverse } = cases[row]!;
    const [risk, common] = [errors.risk[i]!, errors.common[i]!];
    return (1 - none) * (common + (risk - common) * inverse) + none * (guess - truth[tasks[row]!]!) ** 2;
  });
  return { tasks, perTask, unanswered: Float64Array.from(cases, ({ none }) => none) };
}

function forecastRepeated(
  team: Team,
  calibration: Calibration,
  estimates: EstimateCalibration,
  { tasks, perTask, unanswered }: Risks & { readonly unanswered: Float64Array },
  { confidence }: Required<ForecastOptions>,
): RiskForecast {
  if (tasks.length < 2) throw new NoCommonTasks(team.text, tasks.length);
  const column = findColumn(calibration.table, columnNames(team)[0]!)!;
  const { samples } = estimates.agents.find(({ name }) => name === column.name)!;
  const calls = callsMaxOf(team);
  const costs = repeatedCosts(
    column,
    { taskCalls: new Float64Array(tasks.length).fill(calls) },
    Number.POSITIVE_INFINITY,
    tasks,
  );
  const largest = (unit: Expense) => worstCase(team, stagesOf(team), unit, () => largestCallCost(column, unit, tasks));
  const forecast: Forecast = {
    ...head(team, perTask, confidence),
    cost: allCosts(costs, largest, confidence),
    silence: silenceOf([{ column, calls: new Float64Array(tasks.length).fill(calls) }], tasks, unanswered, confidence),
    method: "exact",
    tasks: tasks.length,
    caveats: [
      ...caveatsOf(team, [column], tasks.length, calibration.assumptions),
      `${calls} answers are forecast from ${samples} recorded samples per task, by v(ρ + (1 − ρ)/N).`,
      ...riskCaveats(calibration, estimates, { tasks, perTask }, unanswered),
    ],
  };
  return { forecast, tasks, perTask };
}

// ── readers ────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Stars, trees and chains whose readers average (§7). What samples of a task share, its own effect and every bias, no
 * averaging takes away; only the rest is averaged:
 *
 *   risk = E[e e′] + R(E[e²] − E[e e′]),   R: `passedOn`
 *
 * of the numbers that are given; where none is, the guess is charged. ρ_within is inside R where groups told it. Where they did
 * not, samples may also have shared contexts instead of the task; then a deep tree would average more away, and the interval
 * reaches down to that.
 */
function forecastReaders(
  team: Team,
  calibration: Calibration,
  estimates: EstimateCalibration,
  { confidence }: Required<ForecastOptions>,
): RiskForecast {
  const { answering, cost, silence } = readingTeam(team, calibration, confidence);
  const { tasks } = calibration;
  const truth = truthFor(calibration.table, []);
  const errors = columnErrors(answering.column, truth, tasks);
  const at = [...tasks.keys()].filter((i) => !Number.isNaN(errors.common[i]!));
  if (at.length < 2) throw new NoCommonTasks(team.text, at.length);
  const noises = noisesOf(team, estimates.channel);
  const rho = withinOf(answering.column, estimates);
  const [common, risk] = [pick(errors.common, at), pick(errors.risk, at)];
  const own = risk.map((value, i) => value - common[i]!);
  const numbers = at.map((i) => numbersRecorded(errors.numbers[i]!, errors.silent[i]!));
  const numbersAtMean = numbersWith(
    mean(Float64Array.from(at, (i) => errors.numbers[i]! / (errors.numbers[i]! + errors.silent[i]!))),
  );
  const variances = noises.map(({ value }) => value);
  const averaged = numbers.map((among) => passedOn(team, rho.value, variances, among));
  const unanswered = Float64Array.from(averaged, ({ none }) => none);
  const perTask = common.map((shared, i) => {
    const { risk, none } = averaged[i]!;
    return (1 - none) * (shared + risk(own[i]!)) + none * (estimates.guess - truth[tasks[at[i]!]!]!) ** 2;
  });
  const ownMean = mean(own);
  const atMean = (within: number, noise: readonly number[]) => {
    const { risk, none } = passedOn(team, within, noise, numbersAtMean);
    return (1 - none) * risk(ownMean);
  };
  // Of the tasks by their scatter; of ρ_within and σ² by moving each, at the mean task.
  const moved = combineIntervals(
    [positive(skewedMeanInterval(perTask, confidence)), rho, ...noises],
    (value, within, ...moved) => value + atMean(clampShare(within), moved) - atMean(rho.value, variances),
  );
  const { value, low, high } = positive(moved);
  const refreshed =
    rho.known || !formOf(team).layers ? value : refreshedRisk(team, risk, common, variances, numbersAtMean);
  const risks = { tasks: Uint32Array.from(at, (i) => tasks[i]!), perTask };
  const forecast: Forecast = {
    ...head(team, perTask, confidence),
    accuracy: { mean: value, low: Math.max(0, low + Math.min(0, refreshed - value)), high, confidence },
    ...{ cost, silence },
    method: "exact",
    tasks: at.length,
    caveats: [
      ...caveatsOf(team, [answering.column], at.length, calibration.assumptions),
      "Readers are taken to average what they read, as the theory has it: nobody has seen them do it.",
      ...(refreshed < value
        ? [
            `Errors of the task and errors of a shared context were not told apart: ${Number(value.toPrecision(4))} if the task makes them, ${Number(refreshed.toPrecision(4))} if a context does; the interval spans both readings.`,
          ]
        : []),
      ...riskCaveats(calibration, estimates, risks, unanswered),
    ],
    recorded: false,
    ...(!rho.known && { sharedErrors: { none: value, all: refreshed } }),
  };
  return { forecast, ...risks };
}

/** The other extreme of isolated samples: all that they share is shared within nodes, and made anew at every layer. */
function refreshedRisk(
  team: Team,
  risk: Float64Array,
  common: Float64Array,
  variances: readonly number[],
  numbersAmong: NumbersAmong,
): number {
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  const all = sum(risk);
  const rho = all > 0 ? clampShare(sum(common) / all) : 0; // where all is right, nothing is shared
  return passedOn(team, rho, variances, numbersAmong).risk(all / risk.length);
}

/** σ² of each layer's messages, or one for all; none where whole answers are passed on. @throws {ReadersNotMeasured} */
function noisesOf(team: Team, channel: EstimateCalibration["channel"]): readonly Interval[] {
  return team.messageTokens.map((messageTokens) => {
    const found = isMeasured<ChannelNoise>(channel) ? channelVarianceAt(channel, messageTokens) : channel;
    if (!isMeasured(found)) throw new ReadersNotMeasured(team.text, found);
    return found;
  });
}

/** ρ_within of these numbers in [0, 1]; 0, and not known, where none of them stood in groups. */
function withinOf({ name }: Column, { agents }: EstimateCalibration): Interval & { readonly known: boolean } {
  const found = agents.find((agent) => agent.name === name)?.rhoWithin;
  if (found && isMeasured(found)) return { ...clampInterval(found, 0, 1), known: true };
  return { value: 0, low: 0, high: 0, confidence: 1, known: false };
}
