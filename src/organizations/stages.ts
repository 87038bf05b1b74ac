import { decide } from "../rules/rule.ts";
import { ballotOf, isLost, solveSteps, voteOf } from "./cast.ts";
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
    const ended = steps.map((step) => answered.get(step.id));
    if (ended.includes(undefined)) return { ask: steps };
    const votes = steps.map((step, i) => ({ step, ended: ended[i]! }));
    degraded ||= votes.some((vote) => isLost(vote.ended));
    const ballots = votes
      .filter((vote) => !isLost(vote.ended))
      .map((vote) => ballotOf(vote.step, vote.ended, rule, weights));
    const answer =
      accept === "final"
        ? decide(rule, ballots, seed)
        : agreed(
            votes.map((vote) => voteOf(vote.ended)),
            accept,
          );
    if (answer === null && accept !== "final") continue;
    const because =
      answer === null ? [] : votes.filter((vote) => voteOf(vote.ended) === answer).map((vote) => vote.step.id);
    return { answer, degraded, because };
  }
  throw new Error("A sequence of stages ends with a final one.");
}

/** The answer that all (or more than half) of the calls gave, or null. A call without an answer agrees with none. */
function agreed(votes: readonly (string | null)[], accept: Exclude<Stage["accept"], "final">): string | null {
  const needed = accept === "unanimous" ? votes.length : Math.floor(votes.length / 2) + 1;
  const enough = votes.find((vote) => vote !== null && votes.filter((other) => other === vote).length >= needed);
  return enough ?? null;
}
