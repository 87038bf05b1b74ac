import type { Calibration } from "../calibrate/calibration.ts";
import type { Kind } from "../organizations/organization.ts";
import { meanOfKnown } from "../plan/choose.ts";
import { meanCallCosts } from "../plan/costs.ts";
import type { Budget, CostUnit, Forecast, Plan } from "../plan/plan-types.ts";
import { chooseRoster } from "../plan/roster.ts";
import type { BudgetCurve } from "../report/study-data.ts";
import type { Metric } from "../simulate/outcomes.ts";
import { isMeasured } from "../theory/interval.ts";
import { type Check, meanOver, outcomesOf } from "./compare.ts";
import { makePlanOrNull } from "./or-null.ts";

/** Five calls, where neither dollars nor tokens are known: room for a vote. */
const callsWithoutPrices = 5;

/**
 * What one call of the best agent costs where agents are compared: in dollars where every agent has a price, else
 * in tokens, else five calls.
 */
export function priceOfBestAgent(calibration: Calibration, metric: Metric): Budget {
  for (const unit of ["usd", "tokens"] as const)
    if (calibration.agents.every(({ cost }) => isMeasured(cost[unit]))) {
      const { agents, tasks } = chooseRoster(calibration, unit, metric);
      const amount = meanOfKnown(meanCallCosts(agents[0]!.column, unit, tasks));
      if (amount > 0 && Number.isFinite(amount)) return { amount, unit };
    }
  return { amount: callsWithoutPrices, unit: "calls" };
}

const steps = 16;
const kinds: readonly Kind[] = ["single", "repeated", "panel", "cascade"];

/** What the choosing half would buy at each budget, and what that does on the other half: in the plan's unit, and in tokens beside dollars. */
export function budgetCurves(plan: Plan, check: Check): BudgetCurve[] {
  const other: CostUnit | null = plan.budget.unit === "usd" ? "tokens" : plan.budget.unit === "tokens" ? "usd" : null;
  return [plan.budget.unit, ...(other ? [other] : [])].flatMap((unit) => curveOf(unit, plan, check) ?? []);
}

function curveOf(unit: CostUnit, plan: Plan, check: Check): BudgetCurve | null {
  const prices = check.calibration.agents.flatMap(({ cost }) => {
    const price = unit === "calls" ? 1 : isMeasured(cost[unit]) ? cost[unit].value : Number.NaN;
    return price > 0 ? [price] : [];
  });
  if (prices.length === 0) return null;
  const [low, high] = [Math.min(...prices), unit === "calls" ? 2 * plan.budget.amount : 2 * Math.max(...prices)];
  if (!(high > low)) return null;
  const even = Array.from({ length: steps }, (_, i) => low * (high / low) ** (i / (steps - 1)));
  // Where the best agent or a team of the frontier becomes affordable the advice can turn: there it is asked to the cent.
  const turns = [plan.single, ...plan.frontier].flatMap(({ cost }) =>
    isMeasured(cost[unit]) ? [cost[unit].mean] : [],
  );
  const budgets = [...even, ...turns.filter((at) => at > low && at < high)].sort((a, b) => a - b);
  const points = budgets.flatMap((budget) => {
    const at = makePlanOrNull(check.calibration, {
      perTask: { amount: budget * (1 + 1e-9), unit },
      metric: check.metric,
      confidence: plan.confidence,
      seed: plan.seed,
    });
    return at ? [{ budget, advice: at.advice.kind, byKind: bestByKind(at, check) }] : [];
  });
  return { unit, points, segments: segmentsOf(points) };
}

/** Best candidate of each kind, forecast and measured. */
function bestByKind({ candidates }: Plan, check: Check): BudgetCurve["points"][number]["byKind"] {
  const found = kinds.flatMap((kind) => {
    const best: Forecast | undefined = candidates.find((one) => one.kind === kind && one.recorded !== false);
    if (!best) return [];
    const measured = meanOver(outcomesOf(best.team, check).accuracy, check.heldBack, 0.9).value;
    return [[kind, { team: best.team, forecast: best.accuracy.mean, measured }] as const];
  });
  return Object.fromEntries(found);
}

/** Neighbouring points of one advice; segments narrower than 5 % of the axis are noise and go to the one before. */
function segmentsOf(points: BudgetCurve["points"]): BudgetCurve["segments"] {
  const segments: { kind: Kind; from: number; to: number }[] = [];
  for (const [i, { budget, advice }] of points.entries()) {
    const last = segments.at(-1);
    const to = points[i + 1]?.budget ?? budget;
    if (last?.kind === advice) last.to = to;
    else segments.push({ kind: advice, from: budget, to });
  }
  const width = Math.log(points.at(-1)!.budget / points[0]!.budget);
  return segments.reduce<{ kind: Kind; from: number; to: number }[]>((kept, segment) => {
    const last = kept.at(-1);
    const narrow = Math.log(segment.to / segment.from) < 0.05 * width;
    if (last && (narrow || last.kind === segment.kind)) last.to = segment.to;
    else kept.push(segment);
    return kept;
  }, []);
}
