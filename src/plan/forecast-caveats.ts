// What to know of a forecast beside its numbers.

import type { AgentCalibration } from "../calibrate/calibration.ts";
import { ruleOf, type Team } from "../organizations/team.ts";
import type { Column } from "../records/answer-table.ts";
import type { Assumption } from "../records/recordings.ts";
import { isMeasured } from "../theory/interval.ts";
import { callsMaxOf, stagesOf } from "./candidates.ts";
import type { WrongAnswers } from "./plan-types.ts";
import type { VoteForecast } from "./vote-forecast.ts";

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** What to know of a team's forecast: assumed prices, unknown answers, few tasks, ties. */
export function caveatsOf(
  team: Team,
  columns: readonly Column[],
  tasks: number,
  assumptions: readonly Assumption[],
  wrongAnswers?: WrongAnswers,
): string[] {
  const assumed = (subject: RegExp) =>
    columns.filter(({ agent, name }) =>
      assumptions.some(
        (one) => one.status === "assumed" && subject.test(one.subject) && (one.agent === agent || one.agent === name),
      ),
    );
  const names = (some: readonly Column[]) => [...new Set(some.map(({ name }) => name))].join(", ");
  const [prices, lengths] = [assumed(/price/), assumed(/length/)];
  const unknown = columns.filter(({ answersKnown }) => !answersKnown);
  const several = columns.length > 1 && team.kind !== "single";
  return [
    ...(prices.length > 0 ? [`Prices of ${names(prices)} are assumed.`] : []),
    ...(lengths.length > 0 ? [`Prompt or answer lengths of ${names(lengths)} are assumed.`] : []),
    ...(several && unknown.length > 0
      ? [
          wrongAnswers
            ? onlyGrades(` of ${names(unknown)}`, wrongAnswers)
            : `Of ${names(unknown)} only right or wrong is recorded: wrong answers are taken to agree, so a vote may do better.`,
        ]
      : []),
    ...(several && !ruleOf(team).combine ? ["Ties go to the earliest member of the cast."] : []),
    ...(tasks < 100 ? [`Learned from ${tasks} tasks: believe the interval, not the mean.`] : []),
  ];
}

/** A share of the dollars that is worth a word. */
const savingMin = 0.1;

/** What a provider that caches prompts could save of `calls` calls of this agent, where no price of cached tokens is stated. */
export function cachingCaveat({ prices, cost }: AgentCalibration, calls: number): string[] {
  const { tokensIn, usd } = cost;
  if (!prices || prices.cachedInputPerMillion !== undefined || !isMeasured(tokensIn) || !isMeasured(usd)) return [];
  const saved = ((calls - 1) / calls) * ((tokensIn.value * prices.inputPerMillion) / 1e6 / usd.value);
  if (!(saved >= savingMin)) return [];
  return [
    `No prompt is taken for cached: cached ones would save at most ${percent(Math.min(1, saved))} of the dollars (cachedInputPerMillion in quorate.config).`,
  ];
}

const onlyGrades = (members: string, { agree, scatter }: WrongAnswers) =>
  `Only right or wrong is recorded${members}: ${percent(agree)} if wrong answers agree, ${percent(scatter)} if all of them differ.`;

/** The ends between which the accuracy lies where no answers are recorded; undefined where they are. */
export function wrongAnswersOf({ accuracy, accuracyIfWrongDiffer }: VoteForecast): WrongAnswers | undefined {
  return accuracyIfWrongDiffer === undefined ? undefined : { agree: accuracy, scatter: accuracyIfWrongDiffer };
}

/** What to know of a forecast of one agent asked repeatedly. */
export function voteCaveats(team: Team, votes: VoteForecast, { group }: Column, samples: number): string[] {
  const calls = callsMaxOf(team);
  const wrongAnswers = wrongAnswersOf(votes);
  return [
    ...(calls > samples
      ? [`${calls} answers are forecast from ${samples} recorded samples per task; the interval allows for that.`]
      : []),
    ...(wrongAnswers ? [onlyGrades("", wrongAnswers)] : []),
    ...(group.some((number) => number >= 0)
      ? ["Its recorded samples shared contexts in groups: isolated ones may err less alike."]
      : []),
    stagesOf(team)?.[0]?.rule.quorum
      ? "Where too few samples agree there is no answer."
      : "Ties among samples are split evenly.",
  ];
}
