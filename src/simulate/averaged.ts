import { KnownError } from "../errors.ts";
import { memberName } from "../organizations/cast.ts";
import type { Organization, Params, Step } from "../organizations/organization.ts";
import { paramsOf, type Team } from "../organizations/team.ts";
import { type AnswerTable, type Column, callUsd } from "../records/answer-table.ts";
import { normalDeviate, type Random, random } from "../theory/random.ts";
import { allSteps } from "./all-steps.ts";
import { type Deck, deckOf } from "./deck.ts";
import { recorded, requireDigest } from "./digest.ts";
import { emptyOutcomes, type OutcomeOptions, type Outcomes, type PricedChannel } from "./outcomes.ts";
import { answersItself, readingCosts, recordedLengths, times, writtenBy } from "./reading-costs.ts";
import { scoresOf } from "./scores.ts";

/** Numbers are passed on in messages, and nobody knows what messages do to numbers. Nothing was simulated. */
export class ChannelNoiseNotMeasured extends KnownError {
  readonly code = "channel-noise-not-measured";
  readonly team: string;

  constructor(team: string) {
    super(
      `${team} passes numbers on in messages, and what messages do to numbers is not measured.`,
      "Let one agent pass numbers on in messages of at most 16, 64 and 256 tokens, record message_tokens, sent and received, and calibrate on that.",
    );
    this.team = team;
  }
}

/**
 * Squared errors of a team whose agents read each other, by the law of the theory (§7): a number gains noise of variance
 * σ²(m) on its way, a reader says the mean of the estimates behind its messages, its own among them where it refines; with
 * probability ρ all messages into a node are copies of one. Where code takes the place of a reader, it takes the mean, and
 * nothing is lost on the way to it. Who answers the task takes recorded numbers of its agent, drawn without replacement,
 * `draws` times per task; an answer that is no number is no message, and where no number is left `guess` is charged.
 */
export function averagedOutcomes(
  team: Team,
  organization: Organization,
  table: AnswerTable,
  channel: PricedChannel,
  options: OutcomeOptions,
): Outcomes {
  const { variance } = channel;
  if (!variance) throw new ChannelNoiseNotMeasured(team.text);
  const { seed, draws = 200, weights } = options;
  const outcomes = emptyOutcomes(team, table, "squared-error");
  const links = wire(organization, paramsOf(team, { seed, ...(weights && { weights }) }));
  const names = [...new Set(links.filter(({ answers }) => answers).map(({ name }) => name))];
  const scores = scoresOf(names, table, { ...options, metric: "squared-error" });
  const columns = names.map((name) => requireDigest(table, name).column);
  const needed = names.map((name) => links.filter((link) => link.answers && link.name === name).length);
  const deviations = links.map(({ step, readers }) => (readers > 0 ? Math.sqrt(variance(step.messageTokens)) : 0));
  if (deviations.some(Number.isNaN)) throw new ChannelNoiseNotMeasured(team.text);
  const agents = links.map(({ name }) => names.indexOf(name));
  const said = new Map(links.map(({ step, readers }) => [step.id, { step, readers }]));

  const value = new Float64Array(links.length);
  const estimates = new Float64Array(links.length); // how many stand behind each value; 0: it says nothing
  const end = new Float64Array(links.length); // seconds after the first question
  let writing: readonly number[] = []; // seconds of what each step writes beside its recorded answer
  for (let task = 0; task < table.tasks.length; task++) {
    if (!columns.every((column, i) => recorded(column, task) >= needed[i]!)) continue;
    const next = random(seed, team.text, table.tasks[task]!);
    const decks = columns.map((column) => deckOf(column, task, next));
    const lengthsOf = recordedLengths(table, task);
    writing = links.map((link) => {
      const lengths = lengthsOf(link.step);
      return times(writtenBy(link, lengths), lengths.pace);
    });
    let [risk, silent, seconds] = [0, 0, 0];
    for (let draw = 0; draw < draws; draw++) {
      for (const deck of decks) deck.shuffle();
      const answer = run(decks, next);
      if (Number.isNaN(answer)) silent++;
      seconds += end.reduce((last, one) => Math.max(last, one), 0);
      risk += Number.isNaN(answer) ? scores.ofNothing![task]! : scores.ofNumber(task, answer);
    }
    outcomes.accuracy[task] = risk / draws;
    outcomes.unanswered[task] = silent / draws;
    outcomes.calls[task] = links.length;
    const reading = readingCosts(said, lengthsOf, channel.prices);
    outcomes.tokensIn[task] = reading.tokensIn + answering(task, ({ tokensIn }, at) => tokensIn[at]!);
    outcomes.tokensOut[task] = reading.tokensOut + answering(task, ({ tokensOut }, at) => tokensOut[at]!);
    outcomes.tokens[task] = outcomes.tokensIn[task]! + outcomes.tokensOut[task]!;
    outcomes.usd[task] = reading.usd + answering(task, callUsd);
    outcomes.seconds[task] = seconds / draws;
  }
  return { ...outcomes, method: "simulated" };

  /** The number that the team gives, NaN where it gives none. */
  function run(decks: readonly Deck[], next: Random): number {
    let [sum, count] = [0, 0];
    for (const [i, { answers, reads, readers }] of links.entries()) {
      let [total, behind, begin] = [0, 0, 0];
      for (const from of reads) begin = Math.max(begin, end[from]!);
      const messages = reads.filter((from) => estimates[from]! > 0);
      const shared = messages.length > 1 && channel.rho > 0 && next() < channel.rho;
      const source = shared ? messages[Math.floor(next() * messages.length)]! : -1;
      for (const from of messages) {
        const sender = shared ? source : from;
        const received = value[sender]! + deviations[from]! * normalDeviate(next);
        total += estimates[sender]! * received;
        behind += estimates[sender]!;
      }
      const column = columns[agents[i]!];
      const at = answers ? decks[agents[i]!]!.take() : -1;
      end[i] = begin + writing[i]! + (answers ? column!.seconds[at]! : 0);
      const own = answers ? column!.estimate![at]! : Number.NaN;
      if (!Number.isNaN(own)) {
        total += own;
        behind++;
      }
      value[i] = total / behind;
      estimates[i] = behind;
      if (readers > 0 || behind === 0) continue;
      sum += behind * value[i]!;
      count += behind;
    }
    return count === 0 ? Number.NaN : sum / count;
  }

  /** Expected cost of the recorded answers that one run takes; who answers and reads, reads an answer of its own agent. */
  function answering(task: number, costOf: (column: Column, at: number, repeated: boolean) => number): number {
    return columns.reduce((total, column, i) => {
      const [from, to] = [column.start[task]!, column.start[task + 1]!];
      const own = links.filter((link) => link.answers && link.name === names[i]);
      const repeats = own.filter(({ reads }) => reads.length > 0).length;
      let sum = 0;
      for (let at = from; at < to; at++)
        sum += (own.length - repeats) * costOf(column, at, false) + repeats * costOf(column, at, true);
      return total + sum / (to - from);
    }, 0);
  }
}

/** A step with the numbers of the steps that it reads. */
interface Link {
  readonly step: Step;
  readonly name: string;
  readonly reads: readonly number[];
  /** Gives an answer of its own. */
  readonly answers: boolean;
  /** How many steps read it. */
  readers: number;
}

/** Who reads whom: it does not depend on what is said. */
function wire(organization: Organization, params: Params): readonly Link[] {
  const links: Link[] = [];
  const numbers = new Map<string, number>();
  for (const step of allSteps(organization, params)) {
    const reads = step.reads.map((id) => numbers.get(id)!);
    for (const from of reads) links[from]!.readers++;
    numbers.set(step.id, links.length);
    links.push({ step, name: memberName(step), reads, answers: answersItself(step), readers: 0 });
  }
  return links;
}
