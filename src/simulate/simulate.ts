import { memberName } from "../organizations/cast.ts";
import type { Ended, Organization, Params, Step } from "../organizations/organization.ts";
import { organizationOf, paramsOf, readsMessages, type Team } from "../organizations/team.ts";
import type { Channel } from "../theory/channel.ts";
import { requireHalfOpen, requireInteger, requireInterval } from "../theory/domain.ts";
import { type Random, random } from "../theory/random.ts";
import { runsOf } from "./reading.ts";

export interface SimulateOptions {
  /** P(an answer is right), for all members or by member name. */
  readonly accuracy: number | ReadonlyMap<string, number>;
  /**
   * ρ: with this probability all steps of a trial share one draw, else they are independent. Where agents read, leaves
   * are independent and it holds at every node: all messages into it are copies of one. @default 0
   */
  readonly sharing?: number;
  /** γ, or γ by the length of a message: the probability that it arrives intact. @default 1 */
  readonly fidelity?: number | Channel["fidelity"];
  /** Answers to choose from; a wrong one is any of the others with equal probability. @default 2 */
  readonly options?: number;
  readonly trials: number;
  readonly seed: number;
  /** Weights of a weighted rule, by member name. */
  readonly weights?: ReadonlyMap<string, number>;
}

export interface Simulation {
  readonly team: string;
  readonly accuracy: { readonly mean: number; readonly standardError: number };
  readonly calls: { readonly mean: number; readonly standardError: number };
  readonly trials: number;
}

/**
 * The plain loop: asks `next` for steps, answers each from the stated law, until the team has its answer. Slow, and right
 * by being short: faster simulators and the theory are held against it.
 *
 * @throws {DomainError} for an accuracy or sharing outside [0, 1], a fidelity outside (0, 1], options or trials below 2
 */
export function simulate(
  team: Team,
  { accuracy, sharing = 0, fidelity = 1, options = 2, trials, seed, weights }: SimulateOptions,
): Simulation {
  requireInterval({ sharing }, 0, 1);
  if (typeof fidelity === "number") requireHalfOpen({ fidelity }, 0, 1);
  requireInteger({ options }, 2);
  requireInteger({ trials }, 2);
  const organization = organizationOf(team);
  const channel = { fidelity: typeof fidelity === "number" ? () => fidelity : fidelity, rho: sharing };
  const isReading = readsMessages(team);
  let right = 0;
  let calls = 0;
  let squaredCalls = 0;
  for (let trial = 0; trial < trials; trial++) {
    const next = random(seed, team.text, trial);
    const luck = answering(next, !isReading && next() < sharing, options);
    const params = paramsOf(team, { seed: Math.floor(next() * 2 ** 32), ...(weights && { weights }) });
    const own = (step: Step) => luck(accuracyOf(step, accuracy));
    const { answer, asked } = isReading
      ? readAndAnswer(organization, params, { channel, options, next, own })
      : answerAlone(organization, params, own);
    if (answer === rightAnswer) right++;
    calls += asked;
    squaredCalls += asked ** 2;
  }
  const mean = { right: right / trials, calls: calls / trials };
  const callsVariance = Math.max(0, squaredCalls / trials - mean.calls ** 2);
  return {
    team: team.text,
    accuracy: { mean: mean.right, standardError: Math.sqrt((mean.right * (1 - mean.right)) / (trials - 1)) },
    calls: { mean: mean.calls, standardError: Math.sqrt(callsVariance / (trials - 1)) },
    trials,
  };
}

interface Trial {
  readonly answer: string | null;
  readonly asked: number;
}

function answerAlone(organization: Organization, params: Params, own: (step: Step) => number): Trial {
  const ended = new Map<string, Ended>();
  for (;;) {
    const move = organization.next(params, ended);
    if ("answer" in move) return { answer: move.answer, asked: ended.size };
    for (const step of move.ask)
      if (!ended.has(step.id))
        ended.set(step.id, { state: "answered", answer: { value: String(own(step)), usage, seconds: 0 } });
  }
}

function readAndAnswer(...run: Parameters<typeof runsOf>): Trial {
  const { move, said } = runsOf(...run)();
  return { answer: move.answer, asked: said.size };
}

const rightAnswer = "0";
const usage = { tokensIn: 0, tokensOut: 0 };

/**
 * Answers of one trial. Where the draw is shared all members have the same luck: of two, the better is right whenever the
 * other is, and wrong ones give the same wrong answer.
 */
function answering(next: Random, shared: boolean, options: number): (accuracy: number) => number {
  const draw = () => ({ luck: next(), wrong: 1 + Math.floor(next() * (options - 1)) });
  const common = draw();
  return (accuracy) => {
    const { luck, wrong } = shared ? common : draw();
    return luck < accuracy ? Number(rightAnswer) : wrong;
  };
}

function accuracyOf(step: Step, accuracy: number | ReadonlyMap<string, number>): number {
  const value = typeof accuracy === "number" ? accuracy : (accuracy.get(memberName(step)) ?? Number.NaN);
  requireInterval({ [`accuracy of ${memberName(step)}`]: value }, 0, 1);
  return value;
}
