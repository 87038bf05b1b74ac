import { pick } from "../plan/choose.ts";
import { oracleValues } from "../plan/oracle.ts";
import type { Plan } from "../plan/plan-types.ts";
import type { Hindsight } from "../report/study-data.ts";
import { teamLabel } from "../report/team-text.ts";
import { isMeasured } from "../theory/interval.ts";
import { type Check, meanOver, outcomesOf } from "./compare.ts";

/**
 * The best that the same money could have bought on the held-back tasks, knowing beforehand which agent or team of the frontier
 * is right on which, and how much of the way there from the best single agent the advised team went. The team was chosen on
 * the other half, so that its luck there is no merit here; the share may be below 0. Intervals over tasks; that of the share
 * (a − s)/(o − s) from the scatter of a_t − s_t − share · (o_t − s_t).
 *
 * @returns null where nothing lies between the single agent and hindsight, or under another metric than accuracy
 */
export function hindsightOf(plan: Plan, check: Check): Hindsight | null {
  const { heldBack, labels, metric } = check;
  if (metric !== "accuracy") return null;
  const { amount, unit } = plan.budget;
  const { confidence } = plan;
  const singles = plan.candidates.filter(({ kind, cost }) => kind === "single" && isMeasured(cost[unit]));
  const teams = [plan.single, plan.advised, ...singles, ...plan.frontier].filter(({ recorded }) => recorded !== false);
  const outcomes = new Map(teams.map(({ team }) => [team, outcomesOf(team, check)]));
  const [own, other] = [plan.advised.team, plan.single.team].map((team) => outcomes.get(team)!.accuracy);
  const tasks = heldBack.filter((task) => !Number.isNaN(own![task]! + other![task]!));
  const choices = [...outcomes.values()].map((one) => ({
    right: pick(one.accuracy, tasks),
    cost: pick(one[unit], tasks),
  }));
  const best = oracleValues(choices, amount);
  const all = Uint32Array.from(tasks.keys());
  const over = (values: Float64Array) => {
    const { value, low, high } = meanOver(values, all, confidence);
    return { value, low, high, confidence };
  };
  const [a, s] = [pick(own!, tasks), pick(other!, tasks)];
  const { low, high, ...middle } = over(best);
  const accuracy = { ...middle, low: Math.max(0, low), high: Math.min(1, high) };
  const room = accuracy.value - over(s).value;
  if (!(tasks.length > 1 && room > 0)) return null;
  const share = (over(a).value - over(s).value) / room;
  const shareCaught = over(a.map((value, t) => share + (value - s[t]! - share * (best[t]! - s[t]!)) / room));
  return { team: teamLabel(plan.advised.team, labels), accuracy, shareCaught };
}
