import { ballotOf, conclude, isLost, solveSteps, voteOf } from "./cast.ts";
import type { Answered, Move, Params, Stage, Step } from "./organization.ts";

/**
 * `next` of every team that is a sequence of votes: each stage is asked at once; the first whose answers agree, or the
 * last, decides. Votes are read in step order, so arrival order does not matter. A lost member agrees with nobody, so a
 * stage that lost one is accepted only by a majority of the others, and at the last stage the others decide.
 */
export function nextOfStages(stages: readonly Stage[], { seed, weights }: Params, answered: Answered): Move {
  let degraded = false;
  for (const [number, stage] of stages.entries()) {
    const { accept, rule } = stage;
    const steps = stepsOf(stage, stages.length === 1 ? "solve" : `stage-${number + 1}`);
    for (let i = steps.length - 1; i >= 0; i--) if (!answered.has(steps[i]!.id)) return { ask: steps };
    const votes = steps.map((step) => ({ step, ended: answered.get(step.id)! }));
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

const steps = new WeakMap<Stage, readonly Step[]>();

/** Made once per stage: `next` is called after every answer, and mostly says what it said before. */
function stepsOf(stage: Stage, prefix: string): readonly Step[] {
  let made = steps.get(stage);
  if (!made) {
    made = solveSteps(stage.members, prefix);
    steps.set(stage, made);
  }
  return made;
}

const known = new WeakMap<Params, readonly Stage[]>();

/** The stages of a team, made once for parameters that are the same object at every call. */
export function stagesOnce(params: Params, make: (params: Params) => readonly Stage[]): readonly Stage[] {
  let stages = known.get(params);
  if (!stages) {
    stages = make(params);
    known.set(params, stages);
  }
  return stages;
}
