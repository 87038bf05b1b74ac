import {
  conclude,
  isLost,
  membersOf,
  printMember,
  requireCast,
  requireSingles,
  requireSizes,
  stepOf,
  UnknownTeam,
  type Vote,
  voteOf,
} from "./cast.ts";
import type { Answered, Organization, Params, Step } from "./organization.ts";
import { asked, joined, times } from "./words.ts";

/**
 * One agent answers, then reads its own answer (at most m tokens of it) and answers again, in turn; the last answer wins.
 * A call without an answer is skipped: the next reads the last answer there is.
 */
export const chain: Organization = {
  summary: "one answer, refined in turn",
  example: "chain:4@a",
  defaultRule: "plurality",
  takesRule: false,

  check(shape) {
    requireSizes("chain", shape, 1, "the number of calls: chain:4");
    requireSingles("chain", shape);
    const [calls] = shape.sizes;
    requireCast(`chain:${calls}`, shape, 1, 1);
    const [member] = membersOf(shape.cast);
    const cast = member ? `@${printMember(member)}` : "";
    if (calls === 1)
      throw new UnknownTeam("a chain of one call refines nothing.", `Write chain:2${cast} or single${cast}.`);
    if (shape.messageTokens.length > 1)
      throw new UnknownTeam(
        `a chain has one message length, and ${shape.messageTokens.length} were given.`,
        `Write chain:${calls}/m=${shape.messageTokens[0]}${cast}.`,
      );
    return shape;
  },

  kind: () => "repeated",
  describe: ({ sizes, cast }, nameOf) => ({
    label: `${joined(membersOf(cast), nameOf)}, chain of ${sizes[0]}`,
    instruction: `Let ${asked(membersOf(cast), nameOf)} refine one answer ${times(sizes[0]!)}.`,
  }),
  bound: ({ sizes }) => ({ steps: sizes[0]! }),

  next(params, answered) {
    const [calls] = params.sizes;
    const done = answered.size; // links are asked one after another, so these are the first
    const last = lastAnswer(params, answered, done);
    if (done < calls!) return { ask: [link(params, done, last?.step)] };
    const degraded = [...answered.values()].some(isLost);
    const value = last ? voteOf(last.ended) : null;
    return conclude([{ value, probability: 1 }], last ? [last] : [], { seed: params.seed, degraded });
  },

  /**
   * The message and one's own answer are two votes, of which a coin decides where they differ: right with the mean of
   * their probabilities, whatever the number of answers. So δ ← (γ δ + δ₀)/2, the one-bit chain with one own vote (§4.7);
   * γ δ where one's own answer is none, δ₀ where nobody has said anything yet.
   */
  readSignal({ sizes, messageTokens: [messageTokens] }, leaf, { fidelity }) {
    const gamma = fidelity(messageTokens);
    let { signal, silent } = leaf;
    for (let link = 1; link < sizes[0]!; link++) {
      const read = gamma * signal;
      const refined = (1 - leaf.silent) * ((read + leaf.signal) / 2) + leaf.silent * read;
      const first = silent * (1 - leaf.silent); // P(this link is the first that says something)
      const all = silent * leaf.silent;
      signal = all < 1 ? ((1 - silent) * refined + first * leaf.signal) / (1 - all) : signal;
      silent = all;
    }
    return { signal, silent };
  },

  /** None: by the theory a chain never beats one call of its agent, so a planner has no reason to buy one. */
  candidates: () => [],
};

/** The latest answer among the first `done` links. */
function lastAnswer(params: Params, answered: Answered, done: number): Vote | undefined {
  for (let number = done - 1; number >= 0; number--) {
    const step = link(params, number, undefined);
    const ended = answered.get(step.id);
    if (ended && voteOf(ended) !== null) return { step, ended };
  }
  return undefined;
}

function link({ sizes, cast, messageTokens: [messageTokens] }: Params, number: number, read: Step | undefined): Step {
  const sends = messageTokens !== undefined && number < sizes[0]! - 1;
  return stepOf(membersOf(cast)[0]!, {
    id: `link/${number}`,
    ...(read ? { role: "refine", reads: [read.id], refines: true } : { role: "solve", reads: [] }),
    ...(sends && { messageTokens }),
  });
}
