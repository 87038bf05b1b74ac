import { DomainError } from "../../errors.ts";
import { logGamma } from "../../theory/special.ts";

/** Answers to one task: `agent[i]` gave the answer `option[i]` in `share[i]` of its samples; no pair of both stands twice. */
export interface TaskVotes {
  readonly agent: readonly number[];
  /** 0 … options − 1 */
  readonly option: readonly number[];
  /** In (0, 1]; of one agent together at most 1, so that an agent asked often counts no more than one asked once. */
  readonly share: readonly number[];
  /** Different answers that were seen. */
  readonly options: number;
}

export interface DawidSkeneFit {
  /** P(right), per agent, of the answers it gave. */
  readonly accuracies: Float64Array;
  /** P(the wrong answers of two agents to one task agree). */
  readonly wrongAgreement: number;
  /** Per task and option: P(it is the right one). */
  readonly posteriors: readonly Float64Array[];
}

export interface DawidSkeneOptions {
  /** How often each task counts: a bootstrap draws tasks. @default once */
  readonly times?: Float64Array;
  /** Where to start. @default the shares of all votes as posteriors */
  readonly start?: Pick<DawidSkeneFit, "accuracies" | "wrongAgreement">;
  readonly stepsMax?: number;
}

/** A right and a wrong task for every agent: nobody is surely right, nobody surely wrong. */
const pseudoTasks = 1;

/**
 * Which answers are right, from answers alone. Agent j is right with probability p_j, independently of the others given the
 * task; wrong answers to one task fall on each other as in a Chinese restaurant in which two agree with probability S,
 * θ = 1/S − 1, so that a popular mistake is no proof. With n_t(o) votes for answer o of task t, EM over
 *
 *   π_t(o) ∝ Π_j p_j^s_jt(o) (1 − p_j)^(s_jt − s_jt(o)) · Π_{q ≠ o} θ Γ(n_t(q)) · Γ(θ)/Γ(θ + n_t − n_t(o))
 *   p_j = (Σ_t Σ_o π_t(o) s_jt(o) + 1)/(Σ_t s_jt + 2),   S = expected agreeing wrong pairs/expected wrong pairs
 *
 * where s_jt(o) is the share of j's samples that are o, s_jt their sum, and a block of n < 1 votes counts θ^n. In π a p_j below
 * ½ counts as ½: an answer is never evidence against itself, else few tasks can end in the solution in which what most
 * say is wrong. It starts from the shares of all votes. Where only one answer was seen it counts as right.
 *
 * @throws {DomainError} for an agent or option that is none
 * @see    A. P. Dawid, A. M. Skene, Appl. Statist. 28 (1979) 20: one parameter per agent, other wrong answers
 */
export function dawidSkene(
  votes: readonly TaskVotes[],
  agents: number,
  { times, start, stepsMax = 100 }: DawidSkeneOptions = {},
): DawidSkeneFit {
  const tasks = votes.map((task) => digest(task, agents));
  const given = new Float64Array(agents).fill(2 * pseudoTasks);
  votes.forEach(({ agent, share }, t) => {
    for (let i = 0; i < agent.length; i++) given[agent[i]!]! += share[i]! * (times?.[t] ?? 1);
  });
  const posteriors = tasks.map(({ sizes, size }) => sizes.map((one) => one / size));
  let accuracies = start?.accuracies ?? accuraciesOf(votes, posteriors, given, times);
  let wrongAgreement = start?.wrongAgreement ?? wrongAgreementOf(tasks, posteriors, times);
  for (let step = 0; step < stepsMax; step++) {
    believe(votes, tasks, accuracies, 1 / wrongAgreement - 1, posteriors);
    const after = accuraciesOf(votes, posteriors, given, times);
    const moved = after.reduce((most, value, j) => Math.max(most, Math.abs(value - accuracies[j]!)), 0);
    accuracies = after;
    wrongAgreement = wrongAgreementOf(tasks, posteriors, times);
    if (moved < 1e-6) break;
  }
  return { accuracies, wrongAgreement, posteriors };
}

/** What of a task never changes. Per option: its votes; if it is right, pairs of wrong votes and how many of them agree. */
interface TaskDigest {
  readonly size: number;
  readonly sizes: Float64Array;
  readonly pairs: Float64Array;
  readonly agreeing: Float64Array;
}

function digest({ agent, option, share, options }: TaskVotes, agents: number): TaskDigest {
  const sizes = new Float64Array(options);
  const squares = new Float64Array(options);
  const own = new Map<number, number>();
  for (let i = 0; i < agent.length; i++) {
    const [j, o, s] = [agent[i]!, option[i]!, share[i]!];
    if (!(Number.isInteger(j) && j >= 0 && j < agents))
      throw new DomainError("agent", j, `an integer from 0 to ${agents - 1}`);
    if (!(Number.isInteger(o) && o >= 0 && o < options))
      throw new DomainError("option", o, `an integer from 0 to ${options - 1}`);
    sizes[o]! += s;
    squares[o]! += s * s;
    own.set(j, (own.get(j) ?? 0) + s);
  }
  const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
  const size = sum(sizes);
  const alone = sum([...own.values()].map((one) => one * one)); // an agent is no pair with itself
  const mixed = new Float64Array(options);
  for (let i = 0; i < agent.length; i++) mixed[option[i]!]! += share[i]! * own.get(agent[i]!)!;
  const together = sizes.map((one, o) => one * one - squares[o]!);
  const all = sum(together);
  return {
    ...{ size, sizes },
    pairs: sizes.map((one, o) => Math.max(0, (size - one) ** 2 - (alone - 2 * mixed[o]! + squares[o]!))),
    agreeing: together.map((one) => all - one),
  };
}

function accuraciesOf(
  votes: readonly TaskVotes[],
  posteriors: readonly Float64Array[],
  given: Float64Array,
  times: Float64Array | undefined,
): Float64Array {
  const right = new Float64Array(given.length).fill(pseudoTasks);
  for (let t = 0; t < votes.length; t++) {
    const { agent, option, share } = votes[t]!;
    const posterior = posteriors[t]!;
    const weight = times?.[t] ?? 1;
    for (let i = 0; i < agent.length; i++) right[agent[i]!]! += weight * share[i]! * posterior[option[i]!]!;
  }
  return right.map((sum, j) => sum / given[j]!);
}

/** Half a pair that agrees and half one that does not are added. */
function wrongAgreementOf(
  tasks: readonly TaskDigest[],
  posteriors: readonly Float64Array[],
  times: Float64Array | undefined,
): number {
  let [agreed, all] = [0.5, 1];
  tasks.forEach(({ pairs, agreeing }, t) => {
    const weight = times?.[t] ?? 1;
    for (let o = 0; o < pairs.length; o++) {
      agreed += weight * posteriors[t]![o]! * agreeing[o]!;
      all += weight * posteriors[t]![o]! * pairs[o]!;
    }
  });
  return agreed / all;
}

function believe(
  votes: readonly TaskVotes[],
  tasks: readonly TaskDigest[],
  accuracies: Float64Array,
  concentration: number,
  posteriors: readonly Float64Array[],
): void {
  const odds = accuracies.map((p) => Math.max(0, Math.log(p) - Math.log1p(-p)));
  const seated = Math.log(concentration);
  const block = remembered((size) => Math.min(1, size) * seated + logGamma(Math.max(1, size)));
  const room = remembered((size) => logGamma(concentration + size));
  for (let t = 0; t < votes.length; t++) {
    const { agent, option, share } = votes[t]!;
    const { size, sizes } = tasks[t]!;
    const posterior = posteriors[t]!;
    for (let o = 0; o < sizes.length; o++) posterior[o] = -block(sizes[o]!) - room(size - sizes[o]!);
    for (let i = 0; i < agent.length; i++) posterior[option[i]!]! += share[i]! * odds[agent[i]!]!;
    const most = posterior.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    let total = 0;
    for (let o = 0; o < posterior.length; o++) {
      posterior[o] = Math.exp(posterior[o]! - most);
      total += posterior[o]!;
    }
    for (let o = 0; o < posterior.length; o++) posterior[o]! /= total;
  }
}

/** Sizes repeat: with one sample per agent they are small integers. */
function remembered(of: (size: number) => number): (size: number) => number {
  const known = new Map<number, number>();
  return (size) => {
    const found = known.get(size) ?? of(size);
    known.set(size, found);
    return found;
  };
}
