import type { Calibration } from "../calibrate/calibration.ts";
import { DomainError, KnownError } from "../errors.ts";
import { accuracyMarket } from "./accuracy-market.ts";
import { adviseOn } from "./advise.ts";
import { isWithin, printBudget } from "./budget.ts";
import { bestOf, cheapestOf, difference, frontierOf, probabilityBetter } from "./choose.ts";
import { CostNotMeasured } from "./costs.ts";
import { energyAssumptions } from "./energy.ts";
import type { Choice, Market, Offer } from "./market.ts";
import type { Advice, Budget, Forecast, Plan, PlanOptions } from "./plan-types.ts";
import { squaredErrorMarket } from "./squared-error-market.ts";

export type { PlanOptions } from "./plan-types.ts";

/** Not even one call of the cheapest agent fits. */
export class BudgetTooSmall extends KnownError {
  readonly code = "budget-too-small";
  constructor(budget: Budget, agent: string, amount: number, bound: "expected" | "most") {
    const price = printBudget({ amount, unit: budget.unit }, "ceil");
    super(
      `No team fits ${printBudget(budget)} per task: one call of "${agent}", the cheapest agent, costs ${bound === "expected" ? `${price} on average` : `up to ${price}`}.`,
      bound === "expected"
        ? `Allow at least ${price}, or record a cheaper agent.`
        : `Allow at least ${price} as the most per task, or leave out that bound.`,
    );
  }
}

/** The most candidates that a plan lists. */
const candidatesListed = 400;

/**
 * The best way to spend a budget per task: one call of one agent, one agent asked several times, or a team, each at its
 * best for the same money; with the advice, how sure it is, and what would change it.
 *
 * Best is the highest score, among equal ones the cheapest; what is promised is corrected for having been picked. How
 * teams are scored is told where they are: by right answers ({@link accuracyMarket}) or by squared errors
 * ({@link squaredErrorMarket}).
 *
 * @throws {BudgetTooSmall} {@link BudgetTooSmall}
 * @throws {CostNotMeasured} where the unit of a budget was neither recorded nor assumed for any agent
 * @throws {EstimatesNotMeasured} in squared error, where nobody gave numbers
 */
export function plan(calibration: Calibration, options: PlanOptions): Plan {
  requireOptions(options);
  return options.metric === "squared-error"
    ? planOn(squaredErrorMarket(calibration, options), calibration, options)
    : planOn(accuracyMarket(calibration, options), calibration, options);
}

/** What a plan is chosen from, and the advice at any confidence. */
export interface Decision {
  readonly choice: Choice<Offer>;
  readonly roster: Market<Offer>["roster"];
  /** Scores within this of each other are equal. */
  readonly equalScores: number;
  adviceAt(confidence: number): Advice;
}

/** The choice that a plan makes, without everything that is to be said of it: for who asks again and again. */
export function decide(calibration: Calibration, options: PlanOptions): Decision {
  requireOptions(options);
  return options.metric === "squared-error"
    ? decideOn(squaredErrorMarket(calibration, options), options)
    : decideOn(accuracyMarket(calibration, options), options);
}

function requireOptions({ perTask, perTaskMax, confidence = 0.9 }: PlanOptions): void {
  for (const budget of [perTask, perTaskMax ?? perTask])
    if (!(budget.amount > 0 && Number.isFinite(budget.amount)))
      throw new DomainError("budget", budget.amount, "above 0 and finite");
  if (!(confidence > 0.5 && confidence < 1)) throw new DomainError("confidence", confidence, "between 0.5 and 1");
}

function decideOn<T extends Offer>(market: Market<T>, options: PlanOptions): Decision {
  const { choice } = choose(market, options);
  const promise = remembered(market.promiser(choice));
  const { gainText, roster, equalScores } = market;
  const budget = options.perTask;
  return {
    choice,
    roster,
    equalScores,
    adviceAt: (confidence) => adviseOn(choice, promise, { confidence, budget, gainText }),
  };
}

/** Of everything priced: what fits the budget, and the best of every kind. */
function choose<T extends Offer>(market: Market<T>, { perTask, perTaskMax, recordedOnly }: PlanOptions) {
  const { recorded, readers, equalScores: equal } = market;
  const priced = recordedOnly ? recorded : [...recorded, ...readers];
  const allowed = withinMost(priced, perTaskMax);
  const fits = ({ price }: Offer) => isWithin(price, perTask);
  requireSingle(priced, allowed, fits, perTask, perTaskMax);
  const { offered, redundant } = withoutDuplicates(allowed);
  const affordable = offered.filter(fits);

  const choice: Choice<T> = {
    ...{ affordable, redundant, luck: market.luck(affordable) },
    single: bestOf(
      affordable.filter(({ kind }) => kind === "single"),
      equal,
    )!,
    repeated: bestOf(
      affordable.filter(({ kind }) => kind === "repeated"),
      equal,
    ),
    several: bestOf(
      affordable.filter(({ kind }) => kind !== "single" && kind !== "repeated"),
      equal,
    ),
    best: bestOf(affordable, equal)!,
    frontier: frontierOf(affordable),
  };
  return { choice, offered, fits };
}

function planOn<T extends Offer>(market: Market<T>, calibration: Calibration, options: PlanOptions): Plan {
  const { perTask, perTaskMax, confidence = 0.9, seed = 1, recordedOnly } = options;
  const { recorded, readers, roster, leftOut, refused, windows, equalScores: equal } = market;
  const { choice, offered, fits } = choose(market, options);
  const { affordable, single, repeated, several, best, frontier } = choice;
  const more = cheapestOf(
    offered.filter(
      (team) =>
        !fits(team) && team.score > best.score + equal && probabilityBetter(difference(team, best)) >= confidence,
    ),
  );

  const promise = remembered(market.promiser(choice));
  const advice = adviseOn(choice, promise, { confidence, budget: perTask, gainText: market.gainText });
  const affordableReaders = readers.filter(fits);
  const { assumptions, ...theory } = market.theory(choice, bestOf(affordableReaders, equal));
  const ranked = [...affordable].sort((a, b) => b.score - a.score || a.price - b.price);
  return {
    budget: perTask,
    ...(perTaskMax && { budgetMax: perTaskMax }),
    confidence,
    seed,
    advice,
    advised: promise(affordable.find(({ team }) => team.text === advice.team)!),
    single: promise(single),
    resampled: repeated ? promise(repeated) : market.notRepeated,
    team: several ? promise(several) : null,
    best: promise(best),
    equalAccuracy: promise(cheapestOf(affordable.filter(({ score }) => score >= best.score - equal))!),
    moreMoney: more ? promise(more) : null,
    oracle: market.oracle(choice),
    castAdvice: market.castAdvice(),
    frontier: rising(frontier.map(promise)),
    candidates: [...ranked.slice(0, candidatesListed), ...(recordedOnly ? affordableReaders : [])].map(promise),
    candidatesPriced: recorded.length + readers.length,
    ...theory,
    windows,
    refused,
    assumptions: [
      ...calibration.assumptions,
      ...roster.assumptions,
      ...energyAssumptions(roster.agents.map(({ column }) => column)),
      ...(leftOut > 0 ? [teamsLeftOut(leftOut)] : []),
      ...assumptions,
    ],
    findings: market.findings(choice, { advice, regime: theory.regime, promise }),
  };
}

const teamsLeftOut = (count: number): Plan["assumptions"][number] => ({
  subject: "teams left out",
  value: `${count} that ask an agent more often than it was recorded`,
  status: "derived",
  source: "they could not be checked on recorded answers",
});

function remembered<T extends object>(make: (offer: T) => Forecast): (offer: T) => Forecast {
  const made = new Map<T, Forecast>();
  return (offer) => {
    const known = made.get(offer) ?? make(offer);
    made.set(offer, known);
    return known;
  };
}

/** Without those that promise no better than a cheaper one: scores and corrected promises may rank differently. */
function rising(forecasts: readonly Forecast[]): readonly Forecast[] {
  let highest = Number.NEGATIVE_INFINITY;
  return forecasts.filter(({ accuracy, metric }) => {
    const worth = metric === "accuracy" ? accuracy.mean : -accuracy.mean;
    const more = worth > highest;
    if (more) highest = worth;
    return more;
  });
}

function withinMost<T extends Offer>(priced: readonly T[], most: Budget | undefined): readonly T[] {
  if (!most) return priced;
  const costs = priced.map((candidate) => ({ candidate, max: candidate.max(most.unit) }));
  if (costs.every(({ max }) => Number.isNaN(max)))
    throw new CostNotMeasured(most.unit, [
      ...new Set(priced.flatMap(({ team }) => team.cast.flatMap(({ members }) => members.map(({ agent }) => agent)))),
    ]);
  return costs.flatMap(({ candidate, max }) => (isWithin(max, most) ? [candidate] : []));
}

function requireSingle(
  priced: readonly Offer[],
  allowed: readonly Offer[],
  fits: (offer: Offer) => boolean,
  perTask: Budget,
  perTaskMax: Budget | undefined,
): void {
  if (allowed.some((one) => one.kind === "single" && fits(one))) return;
  const singles = priced.filter(({ kind }) => kind === "single");
  const name = ({ team }: Offer) => team.cast[0]!.members[0]!.agent;
  const affordable = singles.filter(fits);
  if (affordable.length === 0 || !perTaskMax) {
    const cheapest = cheapestOf(singles)!;
    throw new BudgetTooSmall(perTask, name(cheapest), cheapest.price, "expected");
  }
  const smallest = affordable.reduce((a, b) => (b.max(perTaskMax.unit) < a.max(perTaskMax.unit) ? b : a));
  throw new BudgetTooSmall(perTaskMax, name(smallest), smallest.max(perTaskMax.unit), "most");
}

/**
 * Of teams with the same outcome on every task only the cheapest is offered, and none where one agent alone does the same
 * for no more: a panel of three with ties to its best member is the cascade of the other two before it.
 */
function withoutDuplicates<T extends Offer>(teams: readonly T[]) {
  const groups = new Map<string, T[]>();
  for (const team of teams) {
    const key = fingerprint(team.accuracy);
    const group = groups.get(key);
    if (group) group.push(team);
    else groups.set(key, [team]);
  }
  const dropped = new Map<T, T>();
  for (const group of groups.values()) {
    if (group.length === 1) continue;
    const kept = cheapestOf(group)!;
    for (const team of group) if (team !== kept && team.kind !== "single") dropped.set(team, kept);
  }
  return { offered: teams.filter((team) => !dropped.has(team)), redundant: dropped };
}

/** Equal for equal outcomes; rounding takes sums in another order for the same. */
function fingerprint(accuracy: Float64Array): string {
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (let t = 0; t < accuracy.length; t++) {
    const value = Math.round(accuracy[t]! * 1e9);
    a = Math.imul(a ^ value, 0x01000193);
    b = Math.imul(b ^ (value + t), 0x85ebca6b) ^ (b >>> 13);
  }
  return `${a >>> 0} ${b >>> 0}`;
}
