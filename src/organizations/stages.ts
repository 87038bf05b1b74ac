import { ballotOf, conclude, isLost, solveSteps, voteOf } from "./cast.ts";
import type { Answered, Move, Params, Stage } from "./organization.ts";

/**
 * `next` of every team that is a sequence of votes: each stage is asked at once; the first whose answers agree, or the
 * last, decides. Votes are read in step order, so arrival order does not matter. A lost member agrees with nobody, so a
 * stage that lost one is accepted only by a majority of the others, and at the last stage the others decide.
 */
export function nextOfStages(stages: readonly Stage[], { seed, weights }: Params, answered: Answered): Move {
  let degraded = false;
  for (const [number, { members, accept, rule }] of stages.entries()) {
    const steps = solveSteps(members, stages.length === 1 ? "solve" : `stage-${number + 1}`);
    const votes = steps.flatMap((step) => {
      const ended = answered.get(step.id);
      return ended === undefined ? [] : [{ step, ended }];
    });
    if (votes.length < steps.length) return { ask: steps };
    degraded ||= votes.some(({ ended }) => isLost(ended));
    if (accept === "final") {
      const heard = votes.filter(({ ended }) => !isLost(ended));
      const verdicts = rule.verdicts(heard.map(({ step, ended }) => ballotOf(step, ended, rule, weights)));
      return conclude(verdicts, votes, { seed, degraded });
    }
    const value = agreed(
      votes.map(({ ended }) => voteOf(ended)),
      accept,
    );
    if (value !== null) return conclude([{ value, probability: 1 }], votes, { seed, degraded });
  }
  throw new Error("A sequence of stages ends with a final one.");
}

/** The answer that all (or more than half) of the calls gave, or null. A call without an answer agrees with none. */
function agreed(votes: readonly (string | null)[], accept: Exclude<Stage["accept"], "final">): string | null {
  const needed = accept === "unanimous" ? votes.length : Math.floor(votes.length / 2) + 1;
  const enough = votes.find((vote) => vote !== null && votes.filter((other) => other === vote).length >= needed);
  return enough ?? null;
}
