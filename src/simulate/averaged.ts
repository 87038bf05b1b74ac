import { KnownError } from "../errors.ts";
import { memberName } from "../organizations/cast.ts";
import type { Organization, Params, Step } from "../organizations/organization.ts";
import { paramsOf, type Team } from "../organizations/team.ts";
import type { AnswerTable, Column } from "../records/answer-table.ts";
import { normalDeviate, type Random, random } from "../theory/random.ts";
import { allSteps } from "./all-steps.ts";
import { type Deck, deckOf } from "./deck.ts";
import { recorded, requireDigest } from "./digest.ts";
import { emptyOutcomes, type OutcomeOptions, type Outcomes, type PricedChannel } from "./outcomes.ts";
import { answersItself, readingCosts, recordedLengths } from "./reading-costs.ts";
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
  const unanswered = new Float64Array(table.tasks.length).fill(Number.NaN);
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
  for (let task = 0; task < table.tasks.length; task++) {
    if (!columns.every((column, i) => recorded(column, task) >= needed[i]!)) continue;
    const next = random(seed, team.text, table.tasks[task]!);
    const decks = columns.map((column) => deckOf(column, task, next));
    let [risk, silent] = [0, 0];
    for (let draw = 0; draw < draws; draw++) {
      for (const deck of decks) deck.shuffle();
      const answer = run(decks, next);
      if (Number.isNaN(answer)) silent++;
      risk += Number.isNaN(answer) ? scores.ofNothing![task]! : scores.ofNumber(task, answer);
    }
    outcomes.accuracy[task] = risk / draws;
    unanswered[task] = silent / draws;
    outcomes.calls[task] = links.length;
    const reading = readingCosts(said, recordedLengths(table, task), channel.prices);
    outcomes.tokens[task] =
      reading.tokens + answering(task, ({ tokensIn, tokensOut }, at) => tokensIn[at]! + tokensOut[at]!);
    outcomes.usd[task] = reading.usd + answering(task, ({ usd }, at) => usd[at]!);
  }
  return { ...outcomes, unanswered, method: "simulated" };

  /** The number that the team gives, NaN where it gives none. */
  function run(decks: readonly Deck[], next: Random): number {
    let [sum, count] = [0, 0];
    for (const [i, { answers, reads, readers }] of links.entries()) {
      let [total, behind] = [0, 0];
      const messages = reads.filter((from) => estimates[from]! > 0);
      const shared = messages.length > 1 && channel.rho > 0 && next() < channel.rho;
      const source = shared ? messages[Math.floor(next() * messages.length)]! : -1;
      for (const from of messages) {
        const sender = shared ? source : from;
        const received = value[sender]! + deviations[from]! * normalDeviate(next);
        total += estimates[sender]! * received;
        behind += estimates[sender]!;
      }
      const own = answers ? columns[agents[i]!]!.estimate![decks[agents[i]!]!.take()]! : Number.NaN;
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

  /** Expected cost of the recorded answers that one run takes. */
  function answering(task: number, costOf: (column: Column, at: number) => number): number {
    return columns.reduce((total, column, i) => {
      const [from, to] = [column.start[task]!, column.start[task + 1]!];
      let sum = 0;
      for (let at = from; at < to; at++) sum += costOf(column, at);
      return total + (needed[i]! * sum) / (to - from);
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
