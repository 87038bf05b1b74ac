// Teams of readers as candidates: proposed by the exact planner, priced and forecast like any other team.

import type { Calibration, FidelityCalibration } from "../calibrate/calibration.ts";
import { type CalibratedChannel, channelOf } from "../calibrate/channel.ts";
import { memberOf } from "../organizations/cast.ts";
import { makeTeam, type Team } from "../organizations/team.ts";
import { isMeasured, type NotMeasured } from "../theory/interval.ts";
import { isWithin } from "./budget.ts";
import type { Candidate, Pricing } from "./candidates.ts";
import { equalScores } from "./choose.ts";
import { type LeafModel, leafModel } from "./leaf-model.ts";
import type { Budget, CostUnit, Plan } from "./plan-types.ts";
import { ReaderCosts, workOf } from "./reader-costs.ts";
import {
  LayerMaps,
  type LeafOption,
  messageLengths,
  type Proposal,
  proposedShapes,
  stated,
  teamOfShape,
  workOfShape,
} from "./reader-shapes.ts";
import { type ReaderWindow, refusal, roomIn, windowOf } from "./reader-window.ts";
import { readerCaveats, readForecast } from "./readers.ts";
import { hasVotes, type PlanRoster, type RosterAgent } from "./roster.ts";
import { sweepWindows } from "./windows.ts";

export interface ReaderPlans {
  /** Within the budget, and up to twice of it: what more money would buy. */
  readonly candidates: readonly Candidate[];
  /** The star of three with the longest messages, whatever it costs: where the theory is told if none fits the budget. */
  readonly smallest: Team | null;
  readonly refused: Plan["refused"];
  readonly windows: Plan["windows"];
}

export interface ReaderBudget {
  readonly perTask: Budget;
  readonly perTaskMax?: Budget | undefined;
  /** Most calls of a candidate. */
  readonly callsMax: number;
  /** True where code cannot count answers. */
  readonly needsReading: boolean;
}

/** Calls of the largest team of readers that is tried: six layers of three. */
export const readerCallsMax = 1093;
/** Teams of readers up to this many times the budget are tried. */
export const dearest = 2;
/** The sweep over W ends at so many times the window. */
const widest = 4;
/** Best of so many price classes stand among the candidates, beside the best of every leaf and sort. */
const priceClasses = 12;

interface Leaf extends LeafOption {
  readonly mixture: LeafModel["mixture"];
  /** Number in the roster. */
  readonly agent: number;
  readonly model: LeafModel;
  readonly costs: ReaderCosts;
}

/** Plans of one roster's readers. Models are fitted once, and every team is forecast once. */
export class ReaderPricing {
  readonly #roster: PlanRoster;
  readonly #pricing: Pricing;
  readonly #calibration: Calibration;
  readonly #unit: CostUnit;
  readonly #confidence: number;
  readonly #reader: RosterAgent;
  /** Null where fidelity is not measured. */
  readonly #channel: CalibratedChannel | null;
  readonly #leaves: readonly Leaf[];
  /** By the number of possible answers, for all leaves that always give one. */
  readonly #maps = new Map<string, LayerMaps>();
  readonly #priced = new Map<string, Candidate>();

  constructor(
    roster: PlanRoster,
    pricing: Pricing,
    calibration: Calibration,
    { unit, confidence, seed }: { unit: CostUnit; confidence: number; seed: number },
  ) {
    this.#roster = roster;
    this.#pricing = pricing;
    this.#calibration = calibration;
    this.#unit = unit;
    this.#confidence = confidence;
    const { agents } = roster;
    this.#reader = readerOf(roster);
    const channel = channelOf(calibration);
    this.#channel = isMeasured<CalibratedChannel>(channel) ? channel : null;
    this.#leaves = this.#channel ? agents.flatMap((_, agent) => this.#leafOf(agent, seed) ?? []) : [];
  }

  #leafOf(agent: number, seed: number): Leaf | undefined {
    const { tasks, agents } = this.#roster;
    const { column, calibration } = agents[agent]!;
    if (!hasVotes(column)) return undefined;
    const isolated = () => this.#pricing.mixtureOf(agent);
    const model = leafModel(column, calibration, tasks, this.#calibration, seed, isolated);
    if (!isMeasured<LeafModel>(model)) return undefined;
    const costs = new ReaderCosts(agents[agent]!, this.#reader, tasks);
    return {
      agent,
      model,
      costs,
      mixture: model.mixture,
      options: model.options,
      single: this.#pricing.singleScore(agent),
      cost: (work) => costs.mean(work, this.#unit),
    };
  }

  /** False where fidelity, or what leaves share, is not measured. */
  get canForecast(): boolean {
    return this.#leaves.length > 0;
  }

  /** Teams worth having at this budget and somewhat above, what the window refuses, and what it decides. */
  plansFor(budget: ReaderBudget): ReaderPlans {
    const { fidelity } = this.#calibration;
    const refused = this.#refused(budget);
    if (!isMeasured<FidelityCalibration>(fidelity))
      return { candidates: [], smallest: null, refused, windows: fidelity };
    if (this.#leaves.length === 0)
      return { candidates: [], smallest: null, refused, windows: noLeaf(this.#roster.agents[0]!, this.#calibration) };
    const { contextTokens: window, promptTokens } = this.#window;
    const channel = this.#channel!;
    const proposals = proposedShapes(
      this.#leaves,
      (leaf) => this.#mapsOf(this.#leaves[leaf]!, channel),
      messageLengths(fidelity, channel.rho, widest * window - promptTokens),
      {
        costMax: dearest * budget.perTask.amount,
        callsMax: Math.max(readerCallsMax, budget.callsMax),
        windowTokens: widest * window,
        promptTokens,
      },
    );
    const bounded = this.#bounded(budget, proposals);
    const isAffordable = ({ cost }: Proposal) => isWithin(cost, budget.perTask);
    const fitting = bounded.filter(
      ({ windowTokens, calls, counted }) =>
        windowTokens <= window && calls <= budget.callsMax && !(counted && budget.needsReading),
    );
    return {
      candidates: worthPricing(fitting, isAffordable).map((proposal) => this.#price(proposal)),
      smallest: this.#smallest(fidelity),
      refused,
      windows: sweepWindows(
        bounded.filter((proposal) => !proposal.counted && isAffordable(proposal)),
        (proposal) => this.#price(proposal),
        { reader: this.#reader.column.agent, window, widest, confidence: this.#confidence },
      ),
    };
  }

  #mapsOf({ agent, model: { options, unparsed, silent }, mixture }: Leaf, channel: CalibratedChannel): LayerMaps {
    const key = unparsed > 0 ? `${options} ${agent}` : `${options}`;
    const known = this.#maps.get(key) ?? new LayerMaps(mixture.grid.accuracies, channel, options, silent);
    this.#maps.set(key, known);
    return known;
  }

  get #window(): ReaderWindow {
    return windowOf(this.#reader.calibration);
  }

  /** Without those that may cost more than the worst case allows. */
  #bounded({ perTaskMax }: ReaderBudget, proposals: readonly Proposal[]): readonly Proposal[] {
    if (!perTaskMax) return proposals;
    return proposals.filter((proposal) => {
      const { costs } = this.#leaves[proposal.leaf]!;
      return isWithin(costs.largest(workOfShape(proposal), perTaskMax.unit), perTaskMax);
    });
  }

  #teamOf(proposal: Proposal): Team {
    return teamOfShape(proposal, castOf(this.#roster.agents[this.#leaves[proposal.leaf]!.agent]!, this.#reader));
  }

  #price(proposal: Proposal): Candidate {
    const team = this.#teamOf(proposal);
    const known = this.#priced.get(team.text);
    if (known) return known;
    const { agent, model, costs } = this.#leaves[proposal.leaf]!;
    const fidelity = this.#calibration.fidelity as FidelityCalibration;
    const forecast = readForecast(team, model, { channel: this.#channel!, fidelity }, this.#confidence);
    const work = workOf(team, stated);
    const made: Candidate = {
      ...this.#pricing.ofSamples(team, agent, {
        mixture: model.mixture,
        forecast,
        costs: costs.perTask(work),
        max: (unit) => costs.largest(work, unit),
        silence: () => costs.silence(work, this.#confidence),
      }),
      unrecorded: {
        caveats: readerCaveats(team, model, forecast.sharedErrors),
        ...(forecast.sharedErrors && { sharedErrors: forecast.sharedErrors }),
      },
    };
    this.#priced.set(team.text, made);
    return made;
  }

  #refused(budget: ReaderBudget): Plan["refused"] {
    return refusedStars(this.#roster, this.#reader, this.#lengths(), budget);
  }

  /** The lengths that were relayed; where none was, whole answers as they were recorded. */
  #lengths(): readonly number[] {
    const { fidelity } = this.#calibration;
    if (isMeasured<FidelityCalibration>(fidelity)) return fidelity.points.map(({ messageTokens }) => messageTokens);
    const { tokensOut } = this.#reader.calibration.cost;
    return isMeasured(tokensOut) ? [Math.max(1, Math.round(tokensOut.value))] : [];
  }

  #smallest({ points }: FidelityCalibration): Team | null {
    const leaf = this.#roster.agents[this.#leaves[0]!.agent]!;
    return smallestStar(
      leaf,
      this.#reader,
      points.map(({ messageTokens }) => messageTokens),
    );
  }
}

/** The star of three with the longest of these messages that its reader can read; null where none fits. */
export function smallestStar(leaf: RosterAgent, reader: RosterAgent, lengths: readonly number[]): Team | null {
  const room = roomIn(windowOf(reader.calibration));
  const longest = lengths.findLast((messageTokens) => 3 * messageTokens <= room);
  if (longest === undefined) return null;
  return makeTeam("star", { sizes: [3], messageTokens: [longest], cast: castOf(leaf, reader) });
}

/** Stars of more leaves are not worth a word, whatever they cost. */
const starsRefused = 10_001;

/** For each of these lengths the smallest star of the best agent that the budget pays and the reader's window does not hold. */
export function refusedStars(
  { agents, tasks }: PlanRoster,
  reader: RosterAgent,
  lengths: readonly number[],
  { perTask, perTaskMax }: Pick<ReaderBudget, "perTask" | "perTaskMax">,
): Plan["refused"] {
  const window = windowOf(reader.calibration);
  if (!Number.isFinite(window.contextTokens)) return [];
  const leaf = agents[0]!;
  const costs = new ReaderCosts(leaf, reader, tasks);
  return lengths.flatMap((messageTokens) => {
    const most = Math.max(1, Math.floor(roomIn(window) / messageTokens));
    const leaves = Math.max(3, most % 2 === 0 ? most + 1 : most + 2);
    if (leaves > starsRefused) return [];
    const star = makeTeam("star", {
      sizes: [leaves],
      messageTokens: [messageTokens],
      cast: castOf(leaf, reader),
    });
    const work = workOf(star, stated);
    const isPaid =
      isWithin(costs.mean(work, perTask.unit), perTask) &&
      (!perTaskMax || isWithin(costs.largest(work, perTaskMax.unit), perTaskMax));
    return isPaid ? (refusal(star, window, stated) ?? []) : [];
  });
}

/** The agent that reads: the best one whose window is known, else the best. */
export function readerOf({ agents }: PlanRoster): RosterAgent {
  return agents.find(({ calibration }) => calibration.contextTokens !== undefined) ?? agents[0]!;
}

function noLeaf({ column, calibration }: RosterAgent, { rhoTask }: Calibration): NotMeasured {
  if (!isMeasured(calibration.rho)) return calibration.rho;
  if (!isMeasured(rhoTask)) return rhoTask;
  return {
    notMeasured: `no task has two graded right-or-wrong answers of "${column.name}"`,
    probe: "ask the same agent the same tasks five times, and record the field `sample`",
  };
}

/** The best of every leaf and sort within the budget, and of every class of price. */
export function worthPricing(
  proposals: readonly Proposal[],
  isAffordable: (proposal: Proposal) => boolean,
): readonly Proposal[] {
  return [...new Set([...bestOfEachSort(proposals.filter(isAffordable)), ...bestOfEachPrice(proposals)])];
}

/** Of every leaf its best star, its best tree, and its best tree that code counts: the cheapest within 0.1 points. */
function bestOfEachSort(proposals: readonly Proposal[]): readonly Proposal[] {
  return bestOfEach(proposals, ({ leaf, layers, counted }) => 4 * leaf + (layers === 1 ? 0 : counted ? 2 : 1));
}

function bestOfEachPrice(proposals: readonly Proposal[]): readonly Proposal[] {
  const least = proposals.reduce((min, { cost }) => Math.min(min, cost), Number.POSITIVE_INFINITY);
  const most = proposals.reduce((max, { cost }) => Math.max(max, cost), 0);
  const step = Math.max(1e-9, Math.log(most / least)) / priceClasses;
  return bestOfEach(proposals, ({ cost }) => Math.floor(Math.log(cost / least) / step));
}

function bestOfEach(proposals: readonly Proposal[], sortOf: (proposal: Proposal) => number): readonly Proposal[] {
  const highest = new Map<number, number>();
  for (const proposal of proposals) {
    const sort = sortOf(proposal);
    if (!(highest.get(sort)! >= proposal.score)) highest.set(sort, proposal.score);
  }
  const best = new Map<number, Proposal>();
  for (const proposal of proposals) {
    const sort = sortOf(proposal);
    if (proposal.score < highest.get(sort)! - equalScores) continue;
    const known = best.get(sort);
    if (!known || proposal.cost < known.cost || (proposal.cost === known.cost && proposal.score > known.score))
      best.set(sort, proposal);
  }
  return [...best.values()];
}

export function castOf(leaf: RosterAgent, reader: RosterAgent) {
  return [
    { role: "leaf", members: [memberOf(leaf.column)] },
    { role: "reader", members: [memberOf(reader.column)] },
  ];
}
