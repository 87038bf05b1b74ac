import type { Answer, Move, Organization, Params, Step } from "../organizations/organization.ts";
import type { Channel } from "../theory/channel.ts";
import type { Random } from "../theory/random.ts";

/** What a step said: the number of its answer, 0 … k − 1, or −1 for none. Its text is that number. */
export interface Said {
  readonly state: "answered";
  readonly answer: Answer;
  readonly step: Step;
  readonly vote: number;
  /** How many other steps have read it. */
  readers: number;
}

/** A task and a channel, on which teams run whose agents read. */
export interface Reading {
  readonly channel: Channel;
  /** k ≥ 2, answers that the task allows. */
  readonly options: number;
  readonly next: Random;
  /** What the agent of this step answers to the task by itself; −1: nothing that could be parsed. */
  own(step: Step): number;
}

/** How one run ended, and every step with what it said. */
export interface Run {
  readonly move: Extract<Move, { readonly answer: unknown }>;
  readonly said: ReadonlyMap<string, Said>;
}

const usage = { tokensIn: 0, tokensOut: 0 };

/**
 * Runs of a team whose agents read, one per call, by the paper's law (§3.1, §8): with probability ρ all messages into a
 * node are copies of one that was received, else each is received by itself, intact with probability γ(m) and otherwise
 * as any of the k answers, the sent one included. A reader says the most frequent answer, ties evenly; where it refines,
 * its own is one more vote. Steps that nobody reads are counted by the organization: they share their errors as messages
 * do, and none is lost.
 */
export function runsOf(organization: Organization, params: Params, reading: Reading): () => Run {
  const { channel, options, next, own } = reading;
  const any = (n: number) => Math.floor(next() * n);
  const received = ({ vote, step }: Said) => (next() < channel.fidelity(step.messageTokens) ? vote : any(options));
  const isShared = (votes: number) => votes > 1 && next() < channel.rho;
  const votes = new Uint32Array(options);
  const answers = Array.from({ length: options + 1 }, (_, i) => answerOf(i - 1));
  let said = new Map<string, Said>(); // of the present run
  const say = (step: Step, vote: number) =>
    said.set(step.id, { state: "answered", answer: answers[vote + 1]!, step, vote, readers: 0 });

  return () => {
    said = new Map();
    for (;;) {
      const move = organization.next(params, said);
      if ("answer" in move) return { move: counted(move), said };
      for (const step of move.ask) if (!said.has(step.id)) say(step, step.reads.length === 0 ? own(step) : read(step));
    }
  };

  function read(step: Step): number {
    const messages = step.reads.map((id) => said.get(id)!);
    for (const message of messages) message.readers++;
    votes.fill(0);
    if (isShared(messages.length)) votes[received(messages[any(messages.length)]!)] = messages.length;
    else for (const message of messages) votes[received(message)]!++;
    const opinion = step.refines ? own(step) : -1;
    if (opinion >= 0) votes[opinion]!++;
    let [best, ties] = [0, 1];
    for (let vote = 1; vote < options; vote++) {
      if (votes[vote]! > votes[best]!) [best, ties] = [vote, 1];
      else if (votes[vote] === votes[best] && next() * ++ties < 1) best = vote;
    }
    return best;
  }

  function counted(move: Run["move"]): Run["move"] {
    if (channel.rho === 0) return move;
    const voters = [...said.values()].filter(({ vote, readers }) => vote >= 0 && readers === 0);
    if (!isShared(voters.length)) return move;
    const { vote } = voters[any(voters.length)]!;
    for (const { step } of voters) say(step, vote);
    return organization.next(params, said) as Run["move"];
  }
}

function answerOf(vote: number): Answer {
  return { value: vote < 0 ? null : String(vote), usage, seconds: 0 };
}
