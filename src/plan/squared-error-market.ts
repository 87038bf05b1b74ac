// What can be bought where numbers are averaged: single answers, means and medians of several, linear combinations, readers.

import type { Calibration } from "../calibrate/calibration.ts";
import type { CalibratedChannel } from "../calibrate/channel.ts";
import { numberChannelOf } from "../calibrate/estimates.ts";
import { clampShare } from "../calibrate/estimators/estimate.ts";
import { KnownError } from "../errors.ts";
import { choose, memberName, memberOf } from "../organizations/cast.ts";
import { formOf, makeTeam, type Team } from "../organizations/team.ts";
import * as rules from "../rules/index.ts";
import type { Rule } from "../rules/rule.ts";
import { isMeasured, type NotMeasured } from "../theory/interval.ts";
import { random } from "../theory/random.ts";
import { normalQuantile } from "../theory/special.ts";
import { callsPaidFor, drawSeed, gapsMax, isRecorded, votesMax } from "./candidates.ts";
import { bestOf, difference, mean, optimism, shrinkSingles, variance } from "./choose.ts";
import { gainOf, logScore, type RiskOffer, riskOf, shareSaved } from "./log-risk.ts";
import type { Market } from "./market.ts";
import { oracleAccuracy } from "./oracle.ts";
import type { CostUnit, Forecast, Plan, PlanOptions } from "./plan-types.ts";
import { chooseRoster, type PlanRoster, type RosterAgent } from "./roster.ts";
import { forecastRisks, requireEstimates } from "./squared-error.ts";
import { riskFindings } from "./squared-error-findings.ts";
import { readersOfNumbers } from "./squared-error-readers.ts";
import { riskTheory } from "./squared-error-regime.ts";

/** Errors within half a per cent of each other are equal. */
const equalErrors = 0.005;
/** Panels of so many members are tried among so many of the best agents. */
const panels = [
  { size: 2, among: 10 },
  { size: 3, among: 10 },
  { size: 4, among: 8 },
  { size: 5, among: 8 },
];

/**
 * Scores are −ln(R/R₁): R the mean squared error on the roster's tasks (of a linear combination with weights that were
 * learned on other tasks), R₁ that of the best agent. Promised errors are corrected for having been picked: singles shrunk
 * together, teams moved by their members' shrinkage and lowered by the bootstrap optimism of the search, all on the scale
 * of the logarithm.
 *
 * @throws {EstimatesNotMeasured} where nobody gave numbers
 */
export function squaredErrorMarket(
  calibration: Calibration,
  { perTask, perTaskMax, confidence = 0.9, seed = 1, needsReading = false, recordedOnly, ...options }: PlanOptions,
): Market<RiskOffer> {
  const estimates = requireEstimates("any team", calibration);
  const { unit, amount } = perTask;
  const roster = chooseRoster(calibration, unit, "squared-error");
  const pricing = pricingOf(roster, calibration, { unit, confidence });
  const { callsMax = callsPaidFor(perTask, roster, votesMax) } = options;
  const proposed = [
    ...roster.agents.map((agent) => makeTeam("single", { sizes: [], cast: [part(agent)], messageTokens: [] })),
    ...(needsReading ? [] : proposedVotes(roster, callsMax)),
  ];
  const tried = recordedOnly ? proposed.filter((team) => isRecorded(team, roster)) : proposed;
  const recorded = tried.flatMap((team) => pricing.price(team) ?? []);
  const { teams, smallest, refused } = readersOfNumbers(roster, calibration, { perTask, perTaskMax, needsReading });
  const readers = teams.flatMap((team) => pricing.price(team) ?? []);
  const layered = bestOf(
    readers.filter(({ team, price }) => formOf(team).layers?.(team) !== undefined && price <= amount),
    equalErrors,
  );
  return {
    ...{ roster, recorded, readers, refused, leftOut: proposed.length - tried.length, equalScores: equalErrors },
    windows: notInSquaredError("the sweep over W"),
    gainText: (gain, other) => savedText(shareSaved(gain), other),
    luck: () => 0, // gains are shares of another scale, and what the search is worth on it was not measured
    promiser: ({ affordable, single }) => promiser(roster, pricing.scale, affordable, single, { confidence, seed }),
    castAdvice: () => ({
      notMeasured: "changes of a cast are compared in accuracy",
      probe: "plan with --metric accuracy; the weights of linear teams say what each member adds to a mean",
    }),
    oracle: ({ single, best, frontier }) =>
      oracleOf([...recorded.filter(({ kind }) => kind === "single"), ...frontier], { single, best, amount }),
    notRepeated: needsReading ? notAveraged : notRepeated(roster, recorded),
    theory({ several, repeated }) {
      const found = riskTheory(several ?? repeated, layered?.team ?? smallest, calibration, roster, {
        budget: perTask,
        confidence,
      });
      return {
        ...found,
        theoryOptimum: notInSquaredError("the optimum over any compute of a leaf"),
        assumptions: assumptionsOf(found.regime, calibration),
      };
    },
    findings: (choice, { advice }) => riskFindings({ calibration, estimates, roster, choice, advice }),
  };
}

const percent = (share: number) => `${Math.abs(100 * share).toFixed(Math.abs(share) < 0.1 ? 1 : 0)} %`;

/** "31 % less squared error than single@gpt" */
function savedText(share: number, other?: string): string {
  return `${percent(share)} ${share < 0 ? "more" : "less"} squared error${other === undefined ? "" : ` than ${other}`}`;
}

function notInSquaredError(what: string): NotMeasured {
  return { notMeasured: `${what} is not worked out in squared error`, probe: "plan in accuracy" };
}

/** What is taken of messages that nobody relayed in groups. */
function assumptionsOf({ messageTokens, voters }: Plan["regime"], calibration: Calibration): Plan["assumptions"] {
  if (messageTokens === undefined || !voters?.[0]) return [];
  const channel = numberChannelOf(calibration, voters[0]);
  return isMeasured<CalibratedChannel>(channel) ? channel.assumptions : [];
}

// ── proposals ──────────────────────────────────────────────────────────────────────────────────────────────────────

const part = (agent: RosterAgent) => ({ members: [memberOf(agent.column)] });

/** Rules that make one number of several, by name. */
const combining = Object.entries<Rule>(rules).filter(([, { combine }]) => combine !== undefined);

/** One agent several times, and panels, under every rule that makes another answer of them. */
function proposedVotes({ agents }: PlanRoster, callsMax: number): Team[] {
  const repeated = agents
    .filter(({ calibration }) => calibration.samples >= 2)
    .flatMap((agent) =>
      sizesUpTo(callsMax).flatMap((size) =>
        combining
          // Repeats of one agent weigh alike.
          .filter(([, { weighted, averages }]) => !weighted && (averages || size > 2))
          .map(([rule]) => makeTeam("vote", { sizes: [size], cast: [part(agent)], messageTokens: [] }, rule)),
      ),
    );
  const several = panels
    .filter(({ size }) => size <= callsMax)
    .flatMap(({ size, among }) =>
      [...choose(agents.slice(0, among), size)].flatMap((members) =>
        combining
          .filter(([, { averages }]) => averages || size > 2) // the median of two is their mean
          .map(([rule]) => makeTeam("vote", { sizes: [], cast: members.map(part), messageTokens: [] }, rule)),
      ),
    );
  return [...repeated, ...several];
}

/** 2, 3, 4, 5, 7 … 15, then about 40 % apart. */
function sizesUpTo(callsMax: number): number[] {
  const sizes: number[] = [];
  for (let size = 2; size <= callsMax; size += size < 5 ? 1 : size < 15 ? 2 : Math.round(0.4 * size)) sizes.push(size);
  return sizes;
}

// ── prices ─────────────────────────────────────────────────────────────────────────────────────────────────────────

interface PricingOptions {
  readonly unit: CostUnit;
  readonly confidence: number;
}

const pricings = new WeakMap<PlanRoster, Map<number, RiskPricing>>();

/** Kept as long as the roster lives: plans at other budgets ask for the same teams. */
function pricingOf(roster: PlanRoster, calibration: Calibration, options: PricingOptions): RiskPricing {
  const known = pricings.get(roster) ?? new Map<number, RiskPricing>();
  pricings.set(roster, known);
  const found = known.get(options.confidence) ?? new RiskPricing(roster, calibration, options);
  known.set(options.confidence, found);
  return found;
}

class RiskPricing {
  /** Squared error of the best agent, to which all scores are relative. */
  readonly scale: number;
  readonly #roster: PlanRoster;
  readonly #calibration: Calibration;
  readonly #options: PricingOptions;
  readonly #priced = new Map<string, RiskOffer | undefined>();

  constructor(roster: PlanRoster, calibration: Calibration, options: PricingOptions) {
    this.#roster = roster;
    this.#calibration = { ...calibration, table: roster.table, tasks: roster.tasks };
    this.#options = options;
    const errors = roster.agents.map(({ accuracy }) => -accuracy).filter((error) => error > 0);
    this.scale = errors[0] ?? 1;
  }

  /** The team with its price, or undefined where too many tasks lack answers that it needs. Each is worked out once. */
  price(team: Team): RiskOffer | undefined {
    if (!this.#priced.has(team.text)) this.#priced.set(team.text, this.#price(team));
    return this.#priced.get(team.text);
  }

  #price(team: Team): RiskOffer | undefined {
    const { unit, confidence } = this.#options;
    const { tasks, agents } = this.#roster;
    const found = orUndefined(["no-common-tasks"], () =>
      forecastRisks(team, this.#calibration, { confidence, seed: drawSeed }),
    );
    if (!found || found.tasks.length < (1 - gapsMax) * tasks.length) return undefined;
    const { forecast } = found;
    const risks = withoutGaps(found, tasks);
    const names = new Set(
      team.cast.filter(({ role }) => role !== "reader").flatMap(({ members }) => members.map(memberName)),
    );
    const most = (of: CostUnit) => {
      const cost = forecast.cost[of];
      return isMeasured(cost) ? cost.max : Number.NaN;
    };
    const cost = forecast.cost[unit];
    const scored = logScore(risks, this.scale);
    return {
      ...scored,
      extraVariance:
        scored.extraVariance + (forecast.recorded === false ? theoryVariance(forecast, risks, confidence) : 0),
      ...{ team, kind: team.kind, forecast, risks, max: most },
      members: [...agents.keys()].filter((i) => names.has(agents[i]!.name)),
      price: isMeasured(cost) ? cost.mean : Number.NaN,
    };
  }
}

function orUndefined<T>(codes: readonly string[], make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof KnownError && codes.includes(error.code)) return undefined;
    throw error;
  }
}

/** On every task of the roster; few tasks lack an answer, and the mean of the others stands in. */
function withoutGaps(found: { readonly tasks: Uint32Array; readonly perTask: Float64Array }, tasks: Uint32Array) {
  if (found.tasks.length === tasks.length) return found.perTask;
  const known = new Map(Array.from(found.tasks, (task, i) => [task, found.perTask[i]!]));
  const center = mean(found.perTask);
  return Float64Array.from(tasks, (task) => known.get(task) ?? center);
}

/** Of ln R: what the uncertainty of σ² and ρ_within adds to the scatter over tasks, as the forecast's interval has it. */
function theoryVariance({ accuracy }: Forecast, risks: Float64Array, confidence: number): number {
  const { mean: center, high } = accuracy;
  const whole = Math.log(high / center) / normalQuantile((1 + confidence) / 2);
  return Math.max(0, whole ** 2 - variance(risks) / risks.length / center ** 2);
}

// ── promises ───────────────────────────────────────────────────────────────────────────────────────────────────────

function promiser(
  { agents }: PlanRoster,
  scale: number,
  affordable: readonly RiskOffer[],
  single: RiskOffer,
  { confidence, seed }: { readonly confidence: number; readonly seed: number },
): (offer: RiskOffer) => Forecast {
  const alone = agents.map(({ right }) =>
    logScore(
      right.map((worth) => -worth),
      scale,
    ),
  );
  const shrunk = shrinkSingles(alone.map(({ accuracy }) => accuracy));
  const shifts = shrunk.map((value, i) => value - alone[i]!.raw);
  const luck = optimism(affordable, random(seed, "optimism"), 1);
  return (offer) => {
    const { kind, members, score, forecast } = offer;
    const shift = members.reduce((sum, i) => sum + shifts[i]!, 0) / members.length;
    const promised = score + shift - (kind === "single" ? 0 : luck);
    const { low, high, mean: raw } = forecast.accuracy;
    const factor = riskOf(promised, scale) / raw;
    return {
      ...forecast,
      accuracy:
        raw > 0 ? { mean: factor * raw, low: factor * low, high: factor * high, confidence } : forecast.accuracy,
      method: kind === "panel" ? "mixed" : forecast.method,
      ...(offer !== single && { gain: gainOf(difference(offer, single), single.team.text, confidence) }),
    };
  };
}

/** With hindsight the money goes where it lowers the error most; each team costs on every task what it costs on average. */
function oracleOf(
  offers: readonly RiskOffer[],
  { single, best, amount }: { readonly single: RiskOffer; readonly best: RiskOffer; readonly amount: number },
): Plan["oracle"] {
  const worst = single.risks.map((_, t) => offers.reduce((most, { risks }) => Math.max(most, risks[t]!), 0));
  const saved = oracleAccuracy(
    offers.map(({ risks, price }) => ({
      right: worst.map((error, t) => error - risks[t]!),
      cost: risks.map(() => price),
    })),
    amount,
  );
  const hindsight = mean(worst) - saved;
  const [alone, bought] = [mean(single.risks), mean(best.risks)];
  const room = alone - hindsight;
  return {
    accuracy: hindsight,
    shareCaught: room > 0 ? clampShare((alone - bought) / room) : 0,
  };
}

const notAveraged: NotMeasured = {
  notMeasured: "answers need reading: no code averages those of one agent",
  probe: "where code can read the numbers, plan without this restriction",
};

function notRepeated({ agents }: PlanRoster, recorded: readonly RiskOffer[]): NotMeasured {
  if (recorded.some(({ kind }) => kind === "repeated"))
    return {
      notMeasured: "asking one agent several times does not fit the budget",
      probe: "plan with a larger budget",
    };
  return {
    notMeasured: "no agent gave two numbers to one task, which would tell what repeating averages away",
    probe: `record at least 3 samples per task, first of ${agents[0]!.name}, with the field \`sample\``,
  };
}
