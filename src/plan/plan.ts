import type { Calibration } from "../calibrate/calibration.ts";
import { DomainError, KnownError } from "../errors.ts";
import { memberName, membersOf } from "../organizations/cast.ts";
import type { Team } from "../organizations/team.ts";
import { isMeasured, type NotMeasured } from "../theory/interval.ts";
import { random } from "../theory/random.ts";
import { adviseOn, type Rivals } from "./advise.ts";
import { boundariesOf } from "./boundaries.ts";
import { printBudget } from "./budget.ts";
import { type Candidate, callsMaxOf, Pricing, proposedTeams, stagesOf } from "./candidates.ts";
import {
  accuracyInterval,
  bestOf,
  cheapestOf,
  difference,
  equalScores,
  frontierOf,
  gainInterval,
  optimism,
  probabilityBetter,
  shrinkSingles,
  tasksStillNeeded,
  variance,
} from "./choose.ts";
import { allCosts, CostNotMeasured } from "./costs.ts";
import { findingsOf } from "./findings.ts";
import { caveatsOf, voteCaveats } from "./forecast-caveats.ts";
import { oracleAccuracy } from "./oracle.ts";
import type { Budget, CostUnit, Forecast, Gain, Plan } from "./plan-types.ts";
import { ReaderPricing, readerCallsMax } from "./reader-plans.ts";
import { nodeOf, regimeOf } from "./regime.ts";
import { chooseRoster, type PlanRoster } from "./roster.ts";
import { theoryOptimum } from "./theory-optimum.ts";

export interface PlanOptions {
  /** Bound of the expected cost of one task. */
  readonly perTask: Budget;
  /** Bound of the most that one task can cost; may have another unit. */
  readonly perTaskMax?: Budget;
  /** P(better) at which a team is advised, and content of every interval. @default 0.9 */
  readonly confidence?: number;
  /** Of bootstraps and draws. @default 1 */
  readonly seed?: number;
  /**
   * Most calls per task of the teams that are tried. @default what twice the budget pays for, from 7 to 33; to 133 where
   * readers are forecast, so that none reads more answers than votes are tried with; to 1,093 where answers need reading
   */
  readonly callsMax?: number;
  /**
   * True where code cannot compare answers (texts, plans, patches): then nothing can be counted, and only agents that read
   * can make one answer of several. Where code can, counting loses nothing and costs nothing (§5.5). @default false
   */
  readonly needsReading?: boolean;
  /**
   * Only teams that the recorded samples can replay: nothing is extrapolated, so that everything can be checked. Teams of
   * readers are forecast beside the others, and none is chosen. @default false
   */
  readonly recordedOnly?: boolean;
}

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
 * Best is the highest score (raw joint mixed with a latent-class forecast, weight k/(k+100); repeats of one agent: its
 * score and the gain of the mixture), within 0.1 points the cheaper. Promised accuracies are corrected for having been
 * picked: singles shrunk together, teams moved by their members' shrinkage and lowered by the bootstrap optimism of the
 * search. Stars and trees of readers are forecast by the theory (`recorded: false`): the single score of their leaf, and
 * the gain that the exact level maps make of its samples' law over tasks.
 *
 * @throws {BudgetTooSmall} {@link BudgetTooSmall}
 * @throws {CostNotMeasured} where the unit of a budget was neither recorded nor assumed for any agent
 */
export function plan(calibration: Calibration, options: PlanOptions): Plan {
  const { perTask, perTaskMax, confidence = 0.9, seed = 1 } = options;
  for (const budget of [perTask, perTaskMax ?? perTask])
    if (!(budget.amount > 0 && Number.isFinite(budget.amount)))
      throw new DomainError("budget", budget.amount, "above 0 and finite");
  if (!(confidence > 0.5 && confidence < 1)) throw new DomainError("confidence", confidence, "between 0.5 and 1");

  const { unit } = perTask;
  const roster = chooseRoster(calibration, unit);
  const { pricing, readers } = pricingOf(roster, calibration, { unit, confidence, seed });
  const { needsReading = false } = options;
  const { callsMax = defaultCallsMax(perTask, roster, { needsReading, areRead: readers.canForecast }) } = options;
  const proposed = proposedTeams(roster, callsMax).filter(({ kind }) => !needsReading || kind === "single");
  const tried = options.recordedOnly ? proposed.filter((team) => isRecorded(team, roster)) : proposed;
  const reading = readers.plansFor({ perTask, perTaskMax, callsMax, needsReading });
  const recorded = tried.flatMap((team) => pricing.price(team) ?? []);
  const priced = options.recordedOnly ? recorded : [...recorded, ...reading.candidates];
  const allowed = withinMost(priced, perTaskMax);
  const fits = (price: number) => price <= perTask.amount * (1 + 1e-9);
  requireSingle(priced, allowed, fits, perTask, perTaskMax);
  const { offered, redundant } = withoutDuplicates(allowed);
  const affordable = offered.filter(({ price }) => fits(price));

  const singles = affordable.filter(({ kind }) => kind === "single");
  const single = bestOf(singles)!;
  const repeated = bestOf(affordable.filter(({ kind }) => kind === "repeated"));
  const several = bestOf(affordable.filter(({ kind }) => kind !== "single" && kind !== "repeated"));
  const best = bestOf(affordable)!;
  const equal = cheapestOf(affordable.filter(({ score }) => score >= best.score - equalScores))!;
  const frontier = frontierOf(affordable);
  const more = cheapestOf(
    offered.filter(
      (team) =>
        !fits(team.price) &&
        team.score > best.score + equalScores &&
        probabilityBetter(difference(team, best)) >= confidence,
    ),
  );

  const promise = promiser(roster, affordable, calibration, single, { confidence, seed });
  const rivals: Rivals<Candidate> = { single, repeated, frontier, affordable };
  const advice = adviseOn(rivals, promise, { confidence, budget: perTask });
  const affordableReaders = reading.candidates.filter(({ price }) => fits(price));
  const node = nodeOf(several ?? repeated, bestOf(affordableReaders)?.team ?? reading.smallest, roster);
  const { regime, thresholds } = regimeOf(node, calibration, roster, confidence);
  const hindsight = oracleAccuracy(
    [...priced.filter(({ kind }) => kind === "single"), ...frontier].map(({ accuracy, costs }) => ({
      right: accuracy,
      cost: costs(unit),
    })),
    perTask.amount,
  );
  const room = hindsight - single.raw;
  const ranked = [...affordable].sort((a, b) => b.score - a.score || a.price - b.price);
  return {
    budget: perTask,
    ...(perTaskMax && { budgetMax: perTaskMax }),
    confidence,
    seed,
    advice,
    advised: promise(affordable.find(({ team }) => team.text === advice.team)!),
    single: promise(single),
    resampled: repeated ? promise(repeated) : needsReading ? notCounted : notRepeated(roster, priced),
    team: several ? promise(several) : null,
    best: promise(best),
    equalAccuracy: promise(equal),
    moreMoney: more ? promise(more) : null,
    oracle: {
      accuracy: hindsight,
      shareCaught: room > 0 ? Math.max(0, Math.min(1, (best.raw - single.raw) / room)) : 0,
    },
    frontier: rising(frontier.map(promise)),
    candidates: [...ranked.slice(0, candidatesListed), ...(options.recordedOnly ? affordableReaders : [])].map(promise),
    candidatesPriced: recorded.length + reading.candidates.length,
    regime,
    thresholds,
    boundaries: boundariesOf(node, regime, calibration),
    windows: reading.windows,
    theoryOptimum: theoryOptimum(calibration, roster, perTask),
    refused: reading.refused,
    assumptions: assumptionsOf(calibration, roster, proposed.length - tried.length, regime),
    findings: findingsOf({
      calibration,
      roster,
      single,
      best,
      several,
      advice,
      regime,
      redundant,
      promise,
    }),
  };
}

/** What was assumed of the attempts, of the roster, and by the plan itself. */
function assumptionsOf(
  calibration: Calibration,
  roster: PlanRoster,
  teamsLeftOut: number,
  { messageTokens, alpha }: Plan["regime"],
): Plan["assumptions"] {
  const derived = (subject: string, value: string, source: string) => ({
    subject,
    value,
    status: "derived" as const,
    source,
  });
  const ties = "to the earliest member of a cast, most accurate first; among samples of one agent evenly";
  const isCounted = messageTokens === undefined && isMeasured(alpha);
  return [
    ...calibration.assumptions,
    ...roster.assumptions,
    ...(teamsLeftOut > 0
      ? [
          derived(
            "teams left out",
            `${teamsLeftOut} that ask an agent more often than it was recorded`,
            "they could not be checked on recorded answers",
          ),
        ]
      : []),
    derived("ties", ties, "rule plurality"),
    ...(isCounted ? [derived("fidelity", "γ = 1", "code counts the votes, no message is read")] : []),
  ];
}

interface Prices {
  readonly pricing: Pricing;
  readonly readers: ReaderPricing;
}

const pricings = new WeakMap<PlanRoster, Map<string, Prices>>();

/** Prices of a roster's teams, kept as long as it lives: plans at other budgets ask for the same teams. */
function pricingOf(
  roster: PlanRoster,
  calibration: Calibration,
  options: { unit: CostUnit; confidence: number; seed: number },
): Prices {
  const known = pricings.get(roster) ?? new Map<string, Prices>();
  pricings.set(roster, known);
  const key = `${options.confidence} ${options.seed}`;
  const found = known.get(key);
  if (found) return found;
  const pricing = new Pricing(roster, { ...options, weights: calibration.weights });
  const made = { pricing, readers: new ReaderPricing(roster, pricing, calibration, options) };
  known.set(key, made);
  return made;
}

/** True where no member may be asked more often than it was recorded. */
function isRecorded(team: Team, { agents }: PlanRoster): boolean {
  const members =
    stagesOf(team)?.flatMap((stage) => stage.members) ??
    membersOf(team.cast).map((member) => ({ ...member, samples: callsMaxOf(team) }));
  return agents.every(({ name, calibration }) => {
    const calls = members.reduce((sum, member) => (memberName(member) === name ? sum + member.samples : sum), 0);
    return calls <= calibration.samples;
  });
}

/** Without those that promise no more than a cheaper one: scores and corrected promises may rank differently. */
function rising(forecasts: readonly Forecast[]): readonly Forecast[] {
  let highest = Number.NEGATIVE_INFINITY;
  return forecasts.filter(({ accuracy }) => {
    const more = accuracy.mean > highest;
    if (more) highest = accuracy.mean;
    return more;
  });
}

/** What twice the budget pays for at the cheapest agent: teams above the budget tell what more money buys. */
function defaultCallsMax(
  { amount }: Budget,
  { agents }: PlanRoster,
  { needsReading, areRead }: { readonly needsReading: boolean; readonly areRead: boolean },
): number {
  const cheapest = Math.min(...agents.map(({ price }) => price));
  const most = needsReading ? readerCallsMax : areRead ? 133 : 33;
  return Math.max(7, Math.min(most, Math.floor((2 * amount) / cheapest)));
}

function withinMost(priced: readonly Candidate[], most: Budget | undefined): readonly Candidate[] {
  if (!most) return priced;
  const costs = priced.map((candidate) => ({ candidate, max: candidate.max(most.unit) }));
  if (costs.every(({ max }) => Number.isNaN(max)))
    throw new CostNotMeasured(most.unit, [
      ...new Set(priced.flatMap(({ team }) => team.cast.flatMap(({ members }) => members.map(({ agent }) => agent)))),
    ]);
  return costs.flatMap(({ candidate, max }) => (max <= most.amount * (1 + 1e-9) ? [candidate] : []));
}

function requireSingle(
  priced: readonly Candidate[],
  allowed: readonly Candidate[],
  fits: (price: number) => boolean,
  perTask: Budget,
  perTaskMax: Budget | undefined,
): void {
  if (allowed.some(({ kind, price }) => kind === "single" && fits(price))) return;
  const singles = priced.filter(({ kind }) => kind === "single");
  const name = ({ team }: Candidate) => team.cast[0]!.members[0]!.agent;
  const affordable = singles.filter(({ price }) => fits(price));
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
function withoutDuplicates(teams: readonly Candidate[]) {
  const groups = new Map<string, Candidate[]>();
  for (const team of teams) {
    const key = fingerprint(team.accuracy);
    const group = groups.get(key);
    if (group) group.push(team);
    else groups.set(key, [team]);
  }
  const dropped = new Map<Candidate, Candidate>();
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

const notCounted: NotMeasured = {
  notMeasured: "answers need reading: nothing counts those of one agent",
  probe: "where code can compare answers, plan without this restriction",
};

function notRepeated({ agents }: PlanRoster, priced: readonly Candidate[]): NotMeasured {
  if (priced.some(({ kind }) => kind === "repeated"))
    return {
      notMeasured: "asking one agent several times does not fit the budget",
      probe: "plan with a larger budget",
    };
  const once = agents.every(({ calibration }) => calibration.samples < 2);
  return {
    notMeasured: once
      ? "one answer per task and agent is recorded, which says nothing about votes of one agent"
      : "too few answers of one agent to the same task are graded right or wrong",
    probe: `record at least 3 samples per task, first of ${agents[0]!.name}, with the field \`sample\`${once ? "" : " and grades of 0 or 1"}`,
  };
}

/** Candidates as forecasts, corrected for having been picked among the affordable ones. Each is made once. */
function promiser(
  { agents, tasks }: PlanRoster,
  affordable: readonly Candidate[],
  { assumptions }: Calibration,
  single: Candidate,
  { confidence, seed }: { confidence: number; seed: number },
): (candidate: Candidate) => Forecast {
  const shrunk = shrinkSingles(agents.map(({ right }) => right));
  const shifts = shrunk.map((value, i) => value - agents[i]!.accuracy);
  const luck = optimism(affordable, random(seed, "optimism"));
  const made = new Map<Candidate, Forecast>();
  const gainOf = (candidate: Candidate): Gain => {
    const found = difference(candidate, single);
    return {
      against: single.team.text,
      ...gainInterval(found, confidence),
      deviation: Math.max(found.deviation, candidate.vote?.gainDeviation ?? 0),
      probabilityBetter: probabilityBetter(found),
      tasksStillNeeded: tasksStillNeeded(found, confidence),
    };
  };
  const make = (candidate: Candidate): Forecast => {
    const { team, members, vote, unrecorded, accuracy, score, costs, max } = candidate;
    const shift = members.reduce((sum, i) => sum + shifts[i]!, 0) / members.length;
    const [first] = members;
    const promised =
      team.kind === "single" ? shrunk[first!]! : vote ? shrunk[first!]! + vote.gain : score + shift - luck;
    const columns = members.map((i) => agents[i]!.column);
    const moved = vote ? promised - vote.accuracy : 0;
    const inside = (value: number) => Math.max(0, Math.min(1, value));
    return {
      team: team.text,
      kind: team.kind,
      metric: "accuracy",
      accuracy: vote
        ? {
            mean: inside(promised),
            low: inside(vote.accuracyLow + moved),
            high: inside(vote.accuracyHigh + moved),
            confidence,
          }
        : accuracyInterval(promised, accuracy, confidence),
      cost: allCosts(costs, max, confidence),
      method: unrecorded ? "exact" : vote ? "mixture" : "mixed",
      tasks: tasks.length,
      caveats: [
        ...caveatsOf(team, columns, tasks.length, assumptions),
        ...(unrecorded?.caveats ??
          (vote ? voteCaveats(team, vote, columns[0]!, agents[first!]!.calibration.samples) : [])),
      ],
      ...(unrecorded && { recorded: false }),
      deviation: vote?.deviation ?? Math.sqrt(variance(accuracy)),
      ...(candidate !== single && { gain: gainOf(candidate) }),
    };
  };
  return (candidate) => {
    const known = made.get(candidate) ?? make(candidate);
    made.set(candidate, known);
    return known;
  };
}
