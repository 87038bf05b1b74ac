// What can be bought where right answers are counted: votes, cascades and readers, forecast by what was recorded of them.

import type { Calibration } from "../calibrate/calibration.ts";
import { clampShare } from "../calibrate/estimators/estimate.ts";
import type { Team } from "../organizations/team.ts";
import { isMeasured, type NotMeasured } from "../theory/interval.ts";
import { random } from "../theory/random.ts";
import { boundariesOf } from "./boundaries.ts";
import { isWithin } from "./budget.ts";
import { type Candidate, callsPaidFor, isRecorded, Pricing, proposedTeams, votesMax } from "./candidates.ts";
import { castAdvice, takesMembers } from "./cast-changes.ts";
import {
  accuracyInterval,
  bestOf,
  equalScores,
  gainInterval,
  movedAccuracy,
  optimism,
  probabilityBetter,
  shrinkSingles,
  tasksStillNeeded,
  variance,
} from "./choose.ts";
import { allCosts } from "./costs.ts";
import { findingsOf } from "./findings.ts";
import { cachingCaveat, caveatsOf, voteCaveats, wrongAnswersOf } from "./forecast-caveats.ts";
import { compared, type Market } from "./market.ts";
import { oracleAccuracy } from "./oracle.ts";
import type { CostUnit, Forecast, Gain, Plan, PlanOptions } from "./plan-types.ts";
import { ReaderPricing, readerCallsMax } from "./reader-plans.ts";
import { nodeOf, regimeOf } from "./regime.ts";
import { chooseRoster, type PlanRoster, type RosterAgent } from "./roster.ts";
import { theoryOptimum } from "./theory-optimum.ts";
import type { VoteForecast } from "./vote-forecast.ts";

/**
 * Scores are the raw joint mixed with a latent-class forecast, weight k/(k+100); of repeats of one agent its score and the
 * gain of the mixture; of stars and trees of readers the single score of their leaf, and the gain that the exact level maps
 * make of its samples' law over tasks. Promised accuracies are corrected for having been picked: singles shrunk together,
 * teams moved by their members' shrinkage and lowered, like their gain and P(better), by the bootstrap
 * optimism of the search.
 */
export function accuracyMarket(
  calibration: Calibration,
  { perTask, perTaskMax, confidence = 0.9, seed = 1, needsReading = false, recordedOnly, ...options }: PlanOptions,
): Market<Candidate> {
  const { unit } = perTask;
  const roster = chooseRoster(calibration, unit);
  const { pricing, readers } = pricingOf(roster, calibration, { unit, confidence, seed });
  const {
    callsMax = callsPaidFor(
      perTask,
      roster,
      needsReading ? readerCallsMax : readers.canForecast ? votesBesideReaders : votesMax,
    ),
  } = options;
  const proposed = proposedTeams(roster, callsMax).filter(({ kind }) => !needsReading || kind === "single");
  const tried = recordedOnly ? proposed.filter((team) => isRecorded(team, roster)) : proposed;
  const recorded = tried.flatMap((team) => pricing.price(team) ?? []);
  const leftOut = proposed.length - tried.length;
  const { candidates, smallest, refused, windows } = readers.plansFor({ perTask, perTaskMax, callsMax, needsReading });
  return {
    ...{ roster, recorded, readers: candidates, leftOut, refused, windows, equalScores },
    gainText: (gain, other) => `${points(gain)}${other === undefined ? "" : ` above ${other}`}`,
    luck: (affordable) => optimism(affordable, random(seed, "optimism")),
    promiser: ({ single, luck }) => promiser(roster, luck, calibration, single, confidence),
    oracle({ single, best, frontier, luck }) {
      const hindsight = oracleAccuracy(
        [...recorded, ...(recordedOnly ? [] : candidates)]
          .filter((one) => one.kind === "single")
          .concat(frontier)
          // of repeats the recorded share plus the gain of the law may exceed 1; what the law expects of the task does not
          .map(({ accuracy, vote, costs }) => ({ right: vote ? vote.taskAccuracy : accuracy, cost: costs(unit) })),
        perTask.amount,
      );
      const room = hindsight - single.raw;
      // What is promised, not what these tasks show: the best of many teams looks better on them than it is.
      const caught = best === single ? 0 : compared(best, single, luck).gain / room;
      return { accuracy: hindsight, shareCaught: room > 0 ? clampShare(caught) : 0 };
    },
    castAdvice() {
      // Also votes that a cheaper cascade makes redundant: they show what each member is good for.
      const votes = recorded.filter(
        ({ kind, team, price, max }) =>
          kind === "panel" &&
          takesMembers(team) &&
          isWithin(price, perTask) &&
          (!perTaskMax || isWithin(max(perTaskMax.unit), perTaskMax)),
      );
      const agents = roster.agents.map(({ column }) => column);
      return castAdvice(bestOf(votes), agents, (team) => pricing.price(team), { confidence, unit });
    },
    notRepeated: needsReading ? notCounted : notRepeated(roster, recorded),
    theory({ several, repeated }, reader) {
      const node = nodeOf(several ?? repeated, reader?.team ?? smallest, roster);
      const { regime, thresholds } = regimeOf(node, calibration, roster, confidence);
      return {
        regime,
        thresholds,
        boundaries: boundariesOf(node, regime, calibration),
        theoryOptimum: theoryOptimum(calibration, roster, perTask),
        assumptions: assumptionsOf(regime, needsReading),
      };
    },
    findings: ({ single, best, several, redundant }, { advice, regime, promise }) =>
      findingsOf({ calibration, roster, single, best, several, advice, regime, redundant, promise, budget: perTask }),
  };
}

/** Most calls of a vote where readers can be forecast: none should win only because larger votes were not tried. */
const votesBesideReaders = 133;

const points = (gain: number) => {
  const size = Math.abs(100 * gain).toFixed(1);
  return `${Number(size) === 0 ? "" : gain < 0 ? "−" : "+"}${size} points`;
};

/** What the plan itself assumed. */
function assumptionsOf({ messageTokens, alpha }: Plan["regime"], needsReading: boolean): Plan["assumptions"] {
  const derived = (subject: string, value: string, source: string) => ({
    ...{ subject, value, status: "derived" as const, source },
  });
  const ties = "to the earliest member of a cast, most accurate first; among samples of one agent evenly";
  const isCounted = messageTokens === undefined && isMeasured(alpha);
  return [
    derived("ties", ties, "rule plurality"),
    ...(isCounted ? [derived("fidelity", "γ = 1", "code counts the votes, no message is read")] : []),
    ...(needsReading ? [uncountable] : []),
  ];
}

const uncountable = {
  subject: "answers",
  value: "code cannot compare them",
  status: "assumed",
  source: "option needsReading",
} as const;

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

function repeatCaveats(team: Team, vote: VoteForecast, { column, calibration }: RosterAgent): string[] {
  return [...voteCaveats(team, vote, column, calibration.samples), ...cachingCaveat(calibration, vote.calls)];
}

/** Candidates as forecasts, corrected for having been picked among the affordable ones. */
function promiser(
  { agents, tasks }: PlanRoster,
  luck: number,
  { assumptions }: Calibration,
  single: Candidate,
  confidence: number,
): (candidate: Candidate) => Forecast {
  const shrunk = shrinkSingles(agents.map(({ right }) => right));
  const shifts = shrunk.map((value, i) => value - agents[i]!.accuracy);
  const gainOf = (candidate: Candidate): Gain => {
    const found = compared(candidate, single, luck);
    return {
      against: single.team.text,
      ...gainInterval(found, confidence),
      deviation: Math.max(found.deviation, candidate.vote?.gainDeviation ?? 0),
      probabilityBetter: probabilityBetter(found),
      tasksStillNeeded: tasksStillNeeded(found, confidence),
    };
  };
  return (candidate) => {
    const { team, members, vote, unrecorded, accuracy, score, costs, max, silence } = candidate;
    const shift = members.reduce((sum, i) => sum + shifts[i]!, 0) / members.length;
    const [first] = members;
    const promised =
      team.kind === "single" ? shrunk[first!]! : vote ? shrunk[first!]! + vote.gain : score + shift - luck;
    const columns = members.map((i) => agents[i]!.column);
    const wrongAnswers = vote && wrongAnswersOf(vote);
    return {
      team: team.text,
      kind: team.kind,
      metric: "accuracy",
      accuracy: vote ? movedAccuracy(vote, promised, confidence) : accuracyInterval(promised, accuracy, confidence),
      ...(wrongAnswers && { wrongAnswers }),
      cost: allCosts(costs, max, confidence),
      silence: silence(),
      method: unrecorded ? "exact" : vote ? "mixture" : "mixed",
      tasks: tasks.length,
      caveats: [
        ...caveatsOf(team, columns, tasks.length, assumptions),
        ...(unrecorded?.caveats ?? (vote ? repeatCaveats(team, vote, agents[first!]!) : [])),
      ],
      ...(unrecorded && { recorded: false }),
      ...(unrecorded?.sharedErrors && { sharedErrors: unrecorded.sharedErrors }),
      deviation: vote?.deviation ?? Math.sqrt(variance(accuracy)),
      ...(candidate !== single && { gain: gainOf(candidate) }),
    };
  };
}
