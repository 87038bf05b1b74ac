// From numbers to an advice: a team only where it is surely better, else the simpler choice and what would settle it.

import { isMeasured } from "../theory/interval.ts";
import { printBudget } from "./budget.ts";
import { probabilityBetter, type Scored, tasksStillNeeded } from "./choose.ts";
import { compared } from "./market.ts";
import type { Advice, Budget, Forecast } from "./plan-types.ts";

interface Rival extends Scored {
  readonly kind: Advice["kind"];
  readonly team: { readonly text: string };
  readonly price: number;
}

/** What the advice is chosen from. */
export interface Rivals<T extends Rival> {
  readonly single: T;
  readonly repeated: T | undefined;
  /** Cheapest first. */
  readonly frontier: readonly T[];
  readonly affordable: readonly T[];
  /** What the highest score owes to having been picked. */
  readonly luck: number;
}

export interface AdviceOptions {
  readonly confidence: number;
  readonly budget: Budget;
  /** "+3.0 points above single@gpt", "31 % less squared error" */
  readonly gainText: (gain: number, other?: string) => string;
}

/**
 * A team is advised only where P(better) ≥ confidence against the best single agent and the best repeated one; one agent
 * asked repeatedly only where it is that sure against the best single agent. Of those on the frontier the cheapest is
 * taken, and a dearer one only where it is as surely better than the last one taken. Else one agent is advised, with the
 * range of further tasks that would tell whether the best of the others is better.
 */
export function adviseOn<T extends Rival>(
  { single, repeated, frontier, affordable, luck }: Rivals<T>,
  promise: (candidate: T) => Forecast,
  { confidence, budget, gainText }: AdviceOptions,
): Advice {
  const against = (team: T, other: T) => compared(team, other, luck);
  const p = (team: T, other: T) => probabilityBetter(against(team, other));
  const ladder = (kind: (one: T) => boolean, simpler: readonly T[]) =>
    frontier
      .filter((one) => kind(one) && simpler.every((other) => p(one, other) >= confidence))
      .reduce<T | undefined>((taken, next) => (!taken || p(next, taken) >= confidence ? next : taken), undefined);
  const simpler = repeated ? [single, repeated] : [single];
  const team = ladder(({ kind }) => kind !== "single" && kind !== "repeated", simpler);
  const taken = team ?? ladder(({ kind }) => kind === "repeated", [single]);
  if (taken) {
    const sureness = Math.min(...(team ? simpler : [single]).map((other) => p(taken, other)));
    return {
      kind: taken.kind,
      team: taken.team.text,
      probabilityBetter: sureness,
      tasksStillNeeded: null,
      because: `It is forecast ${gainText(against(taken, single).gain, single.team.text)} at ${costShare(promise(taken), promise(single), budget)}, P(better) ${probabilityText(sureness)}${team && repeated ? ", and better than asking one agent repeatedly" : ""}.`,
    };
  }
  const one = { kind: single.kind, team: single.team.text };
  const rival = affordable
    .filter(({ kind }) => kind !== "single")
    .reduce<T | undefined>((best, next) => (!best || next.score > best.score ? next : best), undefined);
  if (!rival)
    return {
      ...one,
      probabilityBetter: 1,
      tasksStillNeeded: null,
      because: `No team that can be forecast fits ${printBudget(budget)} per task; of the agents that do it is the best choice.`,
    };
  const found = against(rival, single);
  const better = probabilityBetter(found);
  const forecast = `${rival.team.text} is forecast ${gainText(found.gain)}`;
  if (better <= 1 - confidence)
    return {
      ...one,
      probabilityBetter: 1 - better,
      tasksStillNeeded: null,
      because: `No team is better at this price: the best, ${forecast}, P(better) ${probabilityText(better)}.`,
    };
  // Surely better than the single agent, and still not advised: what stands in its way is one agent asked repeatedly.
  const unsettled = better >= confidence && repeated ? against(rival, repeated) : found;
  const needed = tasksStillNeeded(unsettled, confidence);
  const doubt =
    unsettled === found
      ? `Whether more agents are better cannot be told yet: ${forecast}, P(better) ${probabilityText(better)}`
      : `${forecast}, but whether it is better than ${repeated!.team.text} cannot be told yet, P(better) ${probabilityText(probabilityBetter(unsettled))}`;
  return {
    ...one,
    probabilityBetter: 1 - better,
    tasksStillNeeded: needed,
    because: needed ? `${doubt}; ${count(needed.low)} to ${count(needed.high)} more tasks would tell.` : `${doubt}.`,
  };
}

function costShare(team: Forecast, single: Forecast, { unit }: Budget): string {
  const [a, b] = [team.cost[unit], single.cost[unit]];
  if (!isMeasured(a) || !isMeasured(b) || b.mean <= 0) return "the price of the budget";
  return `${Math.round((100 * a.mean) / b.mean)} % of its cost`;
}

const probabilityText = (p: number) => (p > 0.99 ? "> 0.99" : p < 0.01 ? "< 0.01" : p.toFixed(2));
const count = (tasks: number) => Number(tasks.toPrecision(2)).toLocaleString("en-US");
