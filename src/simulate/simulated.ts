import { memberName } from "../organizations/cast.ts";
import type { Organization, Params, Step } from "../organizations/organization.ts";
import { paramsOf, type Team } from "../organizations/team.ts";
import { type AnswerTable, type Column, callUsd } from "../records/answer-table.ts";
import { random } from "../theory/random.ts";
import { allSteps } from "./all-steps.ts";
import { type Deck, deckOf } from "./deck.ts";
import { type Digest, recorded, requireDigest } from "./digest.ts";
import { optionsOf } from "./options-of.ts";
import { emptyOutcomes, type OutcomeOptions, type Outcomes, type PricedChannel } from "./outcomes.ts";
import { runsOf } from "./reading.ts";
import { answersItself, criticalPath, readingCosts, recordedLengths } from "./reading-costs.ts";

/**
 * Outcomes of a team whose agents read each other. Who answers the task takes recorded answers of its agent, drawn
 * without replacement, `draws` times per task; who reads is drawn from the channel (`runsOf`), over the answers that
 * were recorded of the task, and as many more as tasks allow (`optionsOf`). Ties of a count are taken as their expectation.
 *
 * A task counts where every agent has as many answers as the team asks of it. Answers drawn twice would be shared errors
 * that nobody made: n recorded ones, drawn with replacement, agree like votes of correlation 1/n.
 *
 * Tokens: recorded answers as they are; a message of m tokens is written once and read once, a whole answer was written
 * already by an agent that answers the task; a reader reads the task as well, at the mean length of its recorded prompts,
 * and what it says at last is as long as its recorded answers. Dollars need the prices of whoever writes or reads a
 * message; seconds are those of the critical path, readers at the pace of their recorded answers.
 */
export function simulatedOutcomes(
  team: Team,
  organization: Organization,
  table: AnswerTable,
  channel: PricedChannel,
  { seed, draws = 200, metric, weights }: OutcomeOptions,
): Outcomes {
  const outcomes = emptyOutcomes(team, table, metric);
  const params = paramsOf(team, { seed, ...(weights && { weights }) });
  const needed = answersNeeded(organization, params);
  const answering = [...needed].map(([name, calls]) => ({ name, calls, digest: requireDigest(table, name) }));
  const options = Math.max(...answering.map(({ digest: { column } }) => optionsOf(column, table.tasks.keys())));
  for (let task = 0; task < table.tasks.length; task++) {
    if (!answering.every(({ digest, calls }) => recorded(digest.column, task) >= calls)) continue;
    const answers = possibleAnswers(
      answering.map(({ digest }) => digest),
      task,
      options,
    );
    const next = random(seed, team.text, table.tasks[task]!);
    const hands = new Map(
      answering.map(({ name, digest: { column } }): [string, Hand] => [
        name,
        { column, deck: deckOf(column, task, next), votes: votesOf(column, task, answers.codes) },
      ]),
    );
    const lengthsOf = recordedLengths(table, task);
    const sum = { right: 0, silent: 0, calls: 0, tokensIn: 0, tokensOut: 0, usd: 0, seconds: 0 };
    const lasted = new Map<string, number>();
    const own = (step: Step) => {
      const { column, deck, votes } = hands.get(memberName(step))!;
      const at = deck.take();
      sum.tokensIn += column.tokensIn[at]!;
      sum.tokensOut += column.tokensOut[at]!;
      sum.usd += callUsd(column, at, step.reads.length > 0); // who answers and reads, reads an answer of its own agent
      lasted.set(step.id, column.seconds[at]!);
      return votes[at - column.start[task]!]!;
    };
    const runOnce = runsOf(organization, params, { channel, options: answers.codes.length, next, own });
    for (let draw = 0; draw < draws; draw++) {
      for (const { deck } of hands.values()) deck.shuffle();
      const run = runOnce();
      sum.calls += run.said.size;
      const reading = readingCosts(run.said, lengthsOf, channel.prices);
      sum.tokensIn += reading.tokensIn;
      sum.tokensOut += reading.tokensOut;
      sum.usd += reading.usd;
      sum.seconds += criticalPath(run.said, lengthsOf, lasted);
      for (const { value, probability } of run.move.verdicts)
        if (value === null) sum.silent += probability;
        else sum.right += probability * answers.grades[Number(value)]!;
    }
    outcomes.accuracy[task] = sum.right / draws;
    outcomes.calls[task] = sum.calls / draws;
    outcomes.unanswered[task] = sum.silent / draws;
    outcomes.tokensIn[task] = sum.tokensIn / draws;
    outcomes.tokensOut[task] = sum.tokensOut / draws;
    outcomes.tokens[task] = (sum.tokensIn + sum.tokensOut) / draws;
    outcomes.usd[task] = sum.usd / draws;
    outcomes.seconds[task] = sum.seconds / draws;
  }
  return { ...outcomes, method: "simulated" };
}

/** The recorded answers of one agent to one task. */
interface Hand {
  readonly column: Column;
  readonly deck: Deck;
  /** What each of them says, as the number of a possible answer. */
  readonly votes: Int32Array;
}

/** How many answers of every member one run takes, by name: where all answer, each answers as often as it ever will. */
export function answersNeeded(organization: Organization, params: Params): ReadonlyMap<string, number> {
  const needed = new Map<string, number>();
  for (const step of allSteps(organization, params))
    if (answersItself(step)) needed.set(memberName(step), (needed.get(memberName(step)) ?? 0) + 1);
  return needed;
}

/** Answers that an agent may take a spoilt message for, and what they are worth: at least `options` of them. */
function possibleAnswers(
  digests: readonly Digest[],
  task: number,
  options: number,
): { codes: number[]; grades: number[] } {
  const found = new Map<number, { times: number; sum: number }>();
  for (const { start, code, times, grade } of digests)
    for (let entry = start[task]!; entry < start[task + 1]!; entry++) {
      if (code[entry]! < 0) continue;
      const known = found.get(code[entry]!) ?? { times: 0, sum: 0 };
      found.set(code[entry]!, known);
      known.times += times[entry]!;
      known.sum += times[entry]! * grade[entry]!;
    }
  const right = 0;
  if (!found.has(right)) found.set(right, { times: 1, sum: 1 });
  for (let wrong = 1; found.size < options; wrong++) if (!found.has(wrong)) found.set(wrong, { times: 1, sum: 0 });
  return { codes: [...found.keys()], grades: [...found.values()].map(({ times, sum }) => sum / times) };
}

function votesOf({ start, value }: Column, task: number, codes: readonly number[]): Int32Array {
  return value.slice(start[task]!, start[task + 1]!).map((code) => codes.indexOf(code));
}
