// What to know of a forecast beside its numbers.

import { ruleOf, type Team } from "../organizations/team.ts";
import type { Column } from "../records/answer-table.ts";
import type { Assumption } from "../records/recordings.ts";
import { callsMaxOf, stagesOf } from "./candidates.ts";
import type { VoteForecast } from "./mixture.ts";

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** What to know of a team's forecast: assumed prices, unknown answers, few tasks, ties. */
export function caveatsOf(
  team: Team,
  columns: readonly Column[],
  tasks: number,
  assumptions: readonly Assumption[],
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
          `Of ${names(unknown)} only right or wrong is recorded: wrong answers are taken to agree, so a vote may do better.`,
        ]
      : []),
    ...(several && !ruleOf(team).combine ? ["Ties go to the earliest member of the cast."] : []),
    ...(tasks < 100 ? [`Learned from ${tasks} tasks: believe the interval, not the mean.`] : []),
  ];
}

/** What to know of a forecast of one agent asked repeatedly. */
export function voteCaveats(
  team: Team,
  { accuracyIfWrongDiffer, accuracy }: VoteForecast,
  { group }: Column,
  samples: number,
): string[] {
  const calls = callsMaxOf(team);
  return [
    ...(calls > samples
      ? [`${calls} answers are forecast from ${samples} recorded samples per task; the interval allows for that.`]
      : []),
    ...(accuracyIfWrongDiffer === undefined
      ? []
      : [
          `Only right or wrong is recorded: ${percent(accuracy)} if wrong answers agree, ${percent(accuracyIfWrongDiffer)} if all of them differ.`,
        ]),
    ...(group.some((number) => number >= 0)
      ? ["Its recorded samples shared contexts in groups: isolated ones may err less alike."]
      : []),
    stagesOf(team)?.[0]?.rule.quorum
      ? "Where too few samples agree there is no answer."
      : "Ties among samples are split evenly.",
  ];
}
