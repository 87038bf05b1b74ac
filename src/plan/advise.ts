// From numbers to an advice: a team only where it is surely better, else the simpler choice and what would settle it.

import { isMeasured } from "../theory/interval.ts";
import { printBudget } from "./budget.ts";
import { difference, probabilityBetter, type Scored, tasksStillNeeded } from "./choose.ts";
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
}

/**
 * A team is advised only where P(better) ≥ confidence against the best single agent and the best repeated one. Among such
 * teams on the frontier the cheapest is taken, and a dearer one only where it is better than the last one taken with the
 * same confidence. Else one agent asked repeatedly, if surely better than asked once; else one agent.
 */
export function adviseOn<T extends Rival>(
  { single, repeated, frontier, affordable }: Rivals<T>,
  promise: (candidate: T) => Forecast,
  { confidence, budget }: { confidence: number; budget: Budget },
): Advice {
  const p = (team: T, other: T) => probabilityBetter(difference(team, other));
  const simpler = repeated && p(repeated, single) >= confidence ? repeated : single;
  const weakest = (team: T) => Math.min(p(team, single), repeated ? p(team, repeated) : 1);
  const sure = frontier
    .filter(({ kind }) => kind !== "single" && kind !== "repeated")
    .filter((team) => weakest(team) >= confidence);
  const team = sure.reduce<T | undefined>(
    (taken, next) => (taken === undefined || p(next, taken) >= confidence ? next : taken),
    undefined,
  );
  const points = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(100 * value).toFixed(1)} points`;
  if (team) {
    const gain = difference(team, single).gain;
    return {
      kind: team.kind,
      team: team.team.text,
      probabilityBetter: weakest(team),
      tasksStillNeeded: null,
      because: `It is forecast ${points(gain)} above ${single.team.text} at ${costShare(promise(team), promise(single), budget)}, P(better) ${probabilityText(weakest(team))}${repeated ? ", also against asking one agent repeatedly" : ""}.`,
    };
  }
  const chosen = simpler;
  const rivals = affordable.filter(
    (one) => one !== chosen && one.kind !== "single" && (one.kind !== "repeated" || chosen === single),
  );
  const rival = rivals.reduce<T | undefined>(
    (best, one) => (best === undefined || one.score > best.score ? one : best),
    undefined,
  );
  if (!rival) {
    return {
      kind: chosen.kind,
      team: chosen.team.text,
      probabilityBetter: chosen === single ? 1 : p(chosen, single),
      tasksStillNeeded: null,
      because:
        chosen === single
          ? `No team fits ${printBudget(budget)} per task; of the agents that do it is the best choice.`
          : `${points(difference(chosen, single).gain)} above ${single.team.text}, P(better) ${probabilityText(p(chosen, single))}; no team of several agents fits the budget.`,
    };
  }
  const found = difference(rival, chosen);
  const better = probabilityBetter(found);
  const needed = tasksStillNeeded(found, confidence);
  return {
    kind: chosen.kind,
    team: chosen.team.text,
    probabilityBetter: 1 - better,
    tasksStillNeeded: needed,
    because:
      needed === null && better <= 1 - confidence
        ? `No team is better at this price: the best, ${rival.team.text}, is forecast ${points(found.gain)}, P(better) ${probabilityText(better)}.`
        : needed === null
          ? `${rival.team.text} is forecast ${points(found.gain)}, but not surely better than every simpler choice.`
          : `Whether ${rival.team.text} (${points(found.gain)}) is better cannot be told yet: P(better) ${probabilityText(better)}, ${count(needed.low)} to ${count(needed.high)} more tasks would tell.`,
  };
}

function costShare(team: Forecast, single: Forecast, { unit }: Budget): string {
  const [a, b] = [team.cost[unit], single.cost[unit]];
  if (!isMeasured(a) || !isMeasured(b) || b.mean <= 0) return "the price of the budget";
  return `${Math.round((100 * a.mean) / b.mean)} % of its cost`;
}

const probabilityText = (p: number) => (p > 0.99 ? "> 0.99" : p < 0.01 ? "< 0.01" : p.toFixed(2));
const count = (tasks: number) => Number(tasks.toPrecision(2)).toLocaleString("en-US");
