// What one team is expected to do, without a search: votes of one agent by the mixture, teams of several as recorded.

import type { Calibration } from "../calibrate/calibration.ts";
import { KnownError } from "../errors.ts";
import { memberName, membersOf } from "../organizations/cast.ts";
import { readsMessages, type Team } from "../organizations/team.ts";
import { type AnswerTable, type Column, findColumn, gradesOf } from "../records/answer-table.ts";
import { UnknownAgent } from "../simulate/digest.ts";
import { outcomes, outcomesCached } from "../simulate/replay.ts";
import { studentTQuantile } from "../theory/special.ts";
import { callsAtOnce, callsMaxOf, repeatedForecast, stagesOf, votesRepeatedly } from "./candidates.ts";
import { mean, pick, variance } from "./choose.ts";
import { allCosts, type Expense, largestCallCost, repeatedCosts, replayedCosts, worstCase } from "./costs.ts";
import { cachingCaveat, caveatsOf, voteCaveats, wrongAnswersOf } from "./forecast-caveats.ts";
import { fitVotes, type VoteForecast, voteKeys } from "./mixture.ts";
import type { Costs, Forecast, WrongAnswers } from "./plan-types.ts";
import { forecastReaders } from "./readers.ts";
import { callersOf, silenceOf, silentVotes } from "./silence.ts";

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
 * Accuracy and cost of any team: of a single, a panel or a cascade from what its members answered (resampled), of repeats
 * of one agent by the mixture over tasks, of stars, trees and chains by the theory where its parameters are measured. The
 * interval is the one of the population: ± t√(sd²/k + 0.25/k²) for what was resampled.
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
  const replayed = outcomesCached(team, table, { seed, weights });
  const measured = tasks.filter((task) => !Number.isNaN(replayed.accuracy[task]!));
  if (measured.length < 2) throw new NoCommonTasks(team.text, measured.length);
  const accuracy = pick(replayed.accuracy, measured);
  const value = mean(accuracy);
  const deviation = Math.sqrt(variance(accuracy));
  const wrongAnswers = wrongAnswersOfRecorded(team, [...columns.values()], measured, value, { table, seed, weights });
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
    method: "resampled",
    tasks: k,
    caveats: caveatsOf(team, [...columns.values()], k, assumptions, wrongAnswers),
    deviation,
  };
}

/** The same replay with wrong answers that all differ, of members of which only right or wrong is recorded. */
function wrongAnswersOfRecorded(
  team: Team,
  columns: readonly Column[],
  tasks: Uint32Array,
  agree: number,
  { table, seed, weights }: { table: AnswerTable; seed: number; weights: ReadonlyMap<string, number> },
): WrongAnswers | undefined {
  if (team.kind === "single" || columns.every(({ answersKnown }) => answersKnown)) return undefined;
  let fresh = 1 << 30; // no code of a table is as large
  const apart = columns.map((column) => {
    if (column.answersKnown) return column;
    const value = column.value.map((code, at) => (code >= 0 && column.grade[at] === 0 ? fresh++ : code));
    return { ...column, value };
  });
  const { accuracy } = outcomes(team, { ...table, columns: apart }, { seed, weights });
  return { agree, scatter: mean(pick(accuracy, tasks)) };
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
 * Costs of asking one agent repeatedly: the calls that its mixture expects on each task, at the mean cost of its recorded calls there.
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
  const costs = repeatedCosts(column, votes.taskCalls, callsAtOnce(team), tasks);
  const largest = (unit: Expense) => worstCase(team, stages, unit, () => largestCallCost(column, unit, tasks));
  const found = allCosts(costs, largest, confidence);
  const { calls: mean, callsLow: low, callsHigh: high } = votes;
  return { ...found, calls: { ...found.calls, mean, low, high } };
}
