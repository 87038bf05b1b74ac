// What one team is expected to do, without a search: votes of one agent by the mixture, teams of several as recorded.

import type { Calibration } from "../calibrate/calibration.ts";
import { KnownError } from "../errors.ts";
import { memberName, membersOf } from "../organizations/cast.ts";
import { readsMessages, ruleOf, type Team } from "../organizations/team.ts";
import { type Column, findColumn, gradesOf } from "../records/answer-table.ts";
import { UnknownAgent } from "../simulate/digest.ts";
import type { Outcomes } from "../simulate/outcomes.ts";
import { outcomes, outcomesCached } from "../simulate/replay.ts";
import { studentTQuantile } from "../theory/special.ts";
import { callsAtOnce, callsMaxOf, repeatedForecast, stagesOf, votesRepeatedly } from "./candidates.ts";
import { mean, pick, variance } from "./choose.ts";
import { allCosts, type Expense, largestCallCost, repeatedCosts, replayedCosts, worstCase } from "./costs.ts";
import { callsOfMembers, drawnOutcomes, wrongApart } from "./drawn-answers.ts";
import { cachingCaveat, caveatsOf, voteCaveats, wrongAnswersOf } from "./forecast-caveats.ts";
import type { Costs, Forecast, WrongAnswers } from "./plan-types.ts";
import { forecastReaders } from "./readers.ts";
import { callersOf, silenceOf, silentVotes } from "./silence.ts";
import type { VoteForecast } from "./vote-forecast.ts";
import { usualSamples, voteKeys } from "./vote-keys.ts";
import { fitVotes } from "./vote-mixture.ts";

export interface ForecastOptions {
  /** Probability content of every interval. @default 0.9 */
  readonly confidence?: number;
  /** Of bootstraps and draws. @default 1 */
  readonly seed?: number;
}

/** Repeats of one agent cannot be forecast from one sample per task. */
export class SamplesNeeded extends KnownError {
  readonly code = "samples-needed";
  constructor(team: string, agent: string) {
    super(
      `${team} asks "${agent}" several times per task, and no task has two graded right-or-wrong answers of it.`,
      "Record at least 2 samples per task (field `sample`), better 3 to 5.",
    );
  }
}

/** Beyond this many repeats a forecast takes minutes and moves by less than its interval. */
const repeatsMax = 1001;

/** One agent is asked more often than a forecast is made for. */
export class TooManyRepeats extends KnownError {
  readonly code = "too-many-repeats";
  constructor(team: string, calls: number) {
    super(
      `${team} asks one agent up to ${calls.toLocaleString("en-US")} times per task; forecasts are made up to ${repeatsMax.toLocaleString("en-US")}.`,
      `Ask for the forecast of ${repeatsMax.toLocaleString("en-US")} or fewer: by then the accuracy hardly rises.`,
    );
  }
}

/** The members of a team have not answered the same tasks. */
export class NoCommonTasks extends KnownError {
  readonly code = "no-common-tasks";
  constructor(team: string, tasks: number) {
    super(
      `${team} can be replayed on ${tasks === 1 ? "1 task" : `${tasks} tasks`} of this calibration; a forecast needs 2.`,
      "Record answers of all its members, with as many samples as it asks for, to the same tasks.",
    );
  }
}

/**
 * Accuracy and cost of any team: of a single, a panel or a cascade from what its members answered (resampled), with further
 * answers drawn from their laws of votes where it asks more often than was recorded; of repeats of one agent by the mixture over
 * tasks; of stars, trees and chains by the theory where its parameters are measured, or by what their reader was recorded to make
 * of such answers. The interval is the one of the population: ± t√(sd²/k + 0.25/k²) for what was resampled.
 *
 * @throws {UnknownAgent} where no graded answer of a member is recorded
 * @throws {SamplesNeeded} for repeats of an agent with one sample per task
 * @throws {TooManyRepeats} {@link TooManyRepeats}
 * @throws {NoCommonTasks} {@link NoCommonTasks}
 * @throws {ReadersNotMeasured | WindowExceeded} for teams that read messages
 */
export function forecast(
  team: Team,
  calibration: Calibration,
  { confidence = 0.9, seed = 1 }: ForecastOptions = {},
): Forecast {
  const names = membersOf(team.cast).map(memberName);
  const columns = new Map(names.map((name) => [name, columnOf(name, calibration)]));
  if (readsMessages(team)) return forecastReaders(team, calibration, { confidence, seed });
  const [name] = names;
  return team.kind !== "single" && votesRepeatedly(team)
    ? forecastRepeated(team, columns.get(name!)!, calibration, { confidence, seed })
    : forecastRecorded(team, columns, calibration, { confidence, seed });
}

function columnOf(name: string, { table, agents }: Calibration): Column {
  const column = agents.some((agent) => agent.name === name) ? findColumn(table, name) : undefined;
  if (!column)
    throw new UnknownAgent(
      name,
      agents.map((agent) => agent.name),
    );
  return column;
}

function forecastRecorded(
  team: Team,
  columns: ReadonlyMap<string, Column>,
  { table, tasks, weights, assumptions }: Calibration,
  { confidence, seed }: Required<ForecastOptions>,
): Forecast {
  const recorded = outcomesCached(team, table, { seed, weights });
  const drawn = furtherDrawn(team, columns, { table, tasks, weights }, seed);
  const replayed = drawn?.outcomes ?? recorded;
  const measured = tasks.filter((task) => !Number.isNaN(replayed.accuracy[task]!));
  if (measured.length < 2) throw new NoCommonTasks(team.text, measured.length);
  const accuracy = pick(replayed.accuracy, measured);
  const value = mean(accuracy);
  // what is drawn from a law tells a task's expectation, which scatters less than outcomes: those are taken for right or wrong
  const deviation = Math.sqrt(drawn ? value * (1 - value) : variance(accuracy));
  const agreed = { team, columns: [...columns.values()], tasks: measured, agree: value };
  const wrongAnswers = wrongAnswersOfRecorded(agreed, () =>
    drawn ? drawn.wrongDiffer() : outcomes(team, { ...table, columns: wrongApart(agreed.columns) }, { seed, weights }),
  );
  const k = measured.length;
  const half = studentTQuantile((1 + confidence) / 2, k - 1) * Math.sqrt(deviation ** 2 / k + 0.25 / k ** 2);
  const costs = replayedCosts(replayed, table, measured);
  const largest = (unit: Expense) =>
    worstCase(team, stagesOf(team), unit, (name) => largestCallCost(columns.get(name)!, unit, measured));
  return {
    team: team.text,
    kind: team.kind,
    metric: "accuracy",
    accuracy: { mean: value, low: Math.max(0, value - half), high: Math.min(1, value + half), confidence },
    ...(wrongAnswers && { wrongAnswers }),
    cost: allCosts(costs, largest, confidence),
    silence: silenceOf(callersOf(replayed, table, measured), measured, pick(replayed.unanswered, measured), confidence),
    method: drawn ? "mixture" : "resampled",
    tasks: k,
    caveats: [...caveatsOf(team, [...columns.values()], k, assumptions, wrongAnswers), ...(drawn?.caveats ?? [])],
    deviation,
  };
}

/** Draws per task of a forecast in all, so that thousands of tasks take no longer than hundreds. */
const drawsMax = 30_000;

/**
 * Outcomes where some member is asked more often than it was recorded on most tasks; undefined where none is, or the rule is one on
 * numbers, of which no law is known here.
 *
 * @throws {SamplesNeeded} where only one sample of that member is recorded
 */
function furtherDrawn(
  team: Team,
  columns: ReadonlyMap<string, Column>,
  { table, tasks, weights }: Pick<Calibration, "table" | "tasks" | "weights">,
  seed: number,
):
  | { readonly outcomes: Outcomes; readonly wrongDiffer: () => Outcomes; readonly caveats: readonly string[] }
  | undefined {
  if (ruleOf(team).combine || team.kind === "single") return undefined;
  const calls = callsOfMembers(team);
  const graded = tasks.filter((task) =>
    [...columns.values()].every((column) => !Number.isNaN(gradesOf(column, Uint32Array.of(task))[0]!)),
  );
  const short = [...columns].filter(([name, column]) => {
    const keys = voteKeys(column, graded);
    return keys && calls.get(name)! > usualSamples(keys.keys);
  });
  if (short.length === 0) return undefined;
  const known = graded.filter((task) =>
    [...columns].every(
      ([name, { start }]) => short.some(([one]) => one === name) || start[task + 1]! - start[task]! >= calls.get(name)!,
    ),
  );
  if (known.length < 2) return undefined;
  const members = [...columns].map(([name, column]) => {
    const keys = voteKeys(column, known);
    const further = short.some(([one]) => one === name);
    if (further && !keys?.repeated) throw new SamplesNeeded(team.text, name);
    const mixture = keys?.repeated && fitVotes(keys, column.answersKnown, seed);
    return { column, calls: calls.get(name)!, further, ...(mixture && { mixture }) };
  });
  const draws = Math.max(10, Math.min(200, Math.floor(drawsMax / known.length)));
  const options = { seed, weights, draws };
  return {
    outcomes: drawnOutcomes(team, members, table, known, options),
    wrongDiffer: () => drawnOutcomes(team, members, table, known, { ...options, wrongDiffer: true }),
    caveats: members.flatMap(({ column: { name }, further, mixture }) =>
      further
        ? `${calls.get(name)} answers of ${name} are drawn from its law of votes, as ${mixture!.samples} are recorded per task.`
        : [],
    ),
  };
}

/** Both ends, the second by outcomes with wrong answers that all differ, where only right or wrong is recorded of some member. */
function wrongAnswersOfRecorded(
  { team, columns, tasks, agree }: { team: Team; columns: readonly Column[]; tasks: Uint32Array; agree: number },
  wrongDiffer: () => Outcomes,
): WrongAnswers | undefined {
  if (team.kind === "single" || columns.every(({ answersKnown }) => answersKnown)) return undefined;
  return { agree, scatter: mean(pick(wrongDiffer().accuracy, tasks)) };
}

function forecastRepeated(
  team: Team,
  column: Column,
  { table, tasks, agents, assumptions }: Calibration,
  { confidence, seed }: Required<ForecastOptions>,
): Forecast {
  const calls = callsMaxOf(team);
  if (calls > repeatsMax) throw new TooManyRepeats(team.text, calls);
  const grades = gradesOf(column, tasks);
  const measured = tasks.filter((_, i) => !Number.isNaN(grades[i]!));
  const keys = voteKeys(column, measured);
  if (!keys?.repeated) throw new SamplesNeeded(team.text, column.name);
  if (measured.length < 2) throw new NoCommonTasks(team.text, measured.length);
  const mixture = fitVotes(keys, column.answersKnown, seed);
  const votes = repeatedForecast(team, mixture, confidence);
  const wrongAnswers = wrongAnswersOf(votes);
  return {
    team: team.text,
    kind: team.kind,
    metric: "accuracy",
    accuracy: { mean: votes.accuracy, low: votes.accuracyLow, high: votes.accuracyHigh, confidence },
    ...(wrongAnswers && { wrongAnswers }),
    cost: costsOfRepeats(team, column, votes, measured, confidence),
    silence: silenceOf(
      [{ column, calls: votes.taskCalls }],
      measured,
      silentVotes(team, table, column, measured, confidence),
      confidence,
    ),
    method: "mixture",
    tasks: mixture.tasks,
    caveats: [
      ...caveatsOf(team, [column], mixture.tasks, assumptions),
      ...voteCaveats(team, votes, column, mixture.samples),
      ...cachingCaveat(agents.find(({ name }) => name === column.name)!, votes.calls),
    ],
    deviation: votes.deviation,
  };
}

/**
 * Costs of asking one agent repeatedly: the calls that its mixture expects on each task, at the mean cost of its recorded calls there
 * and what those that it cannot expect cost more, as tasks of other difficulty do.
 *
 * @param tasks  the tasks of `votes`, in the same order
 */
export function costsOfRepeats(
  team: Team,
  column: Column,
  votes: VoteForecast,
  tasks: Uint32Array,
  confidence: number,
): Costs {
  const stages = stagesOf(team);
  const costs = repeatedCosts(column, votes, callsAtOnce(team), tasks);
  const largest = (unit: Expense) => worstCase(team, stages, unit, () => largestCallCost(column, unit, tasks));
  const found = allCosts(costs, largest, confidence);
  const { calls: mean, callsLow: low, callsHigh: high } = votes;
  return { ...found, calls: { ...found.calls, mean, low, high } };
}
