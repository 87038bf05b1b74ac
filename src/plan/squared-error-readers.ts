// Which stars, trees and chains of averaging readers are worth pricing.

import type { Calibration, ChannelNoise, EstimateCalibration } from "../calibrate/calibration.ts";
import { channelVarianceAt } from "../calibrate/estimates.ts";
import { clampShare } from "../calibrate/estimators/estimate.ts";
import { memberOf } from "../organizations/cast.ts";
import { formOf, makeTeam, type Team } from "../organizations/team.ts";
import { isMeasured } from "../theory/interval.ts";
import { numbersWith, passedOn } from "./averaging.ts";
import { isWithin } from "./budget.ts";
import type { Budget, Plan } from "./plan-types.ts";
import { ReaderCosts, workOf } from "./reader-costs.ts";
import { castOf, dearest, readerCallsMax, readerOf, refusedStars, smallestStar, worthPricing } from "./reader-plans.ts";
import { type Proposal, stated, teamOfShape, workOfShape } from "./reader-shapes.ts";
import { roomIn, windowOf } from "./reader-window.ts";
import type { PlanRoster, RosterAgent } from "./roster.ts";

export interface NumberReaders {
  /** Within the budget, and up to twice of it. */
  readonly teams: readonly Team[];
  /** The star of three with the longest messages, whatever it costs; null where messages of numbers are not measured. */
  readonly smallest: Team | null;
  readonly refused: Plan["refused"];
}

const fanIns = [2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 99];
const layersMax = 4;
const chainMax = 33;

interface Leaf {
  readonly agent: RosterAgent;
  /** What its answers to a task share, and what averaging takes away. */
  readonly common: number;
  readonly own: number;
  /** ρ_within */
  readonly rho: number;
  /** Share of its answers that are no numbers. */
  readonly silent: number;
  readonly costs: ReaderCosts;
}

/**
 * All stars and trees of these fan-ins, at every message length that was probed, whose messages fit the reader's window:
 * of every leaf and sort the best within the budget, and the best of every class of price; and of every leaf the best chain.
 * Where no number was repeated, or relayed, there are none.
 */
export function readersOfNumbers(
  roster: PlanRoster,
  calibration: Calibration,
  budget: { readonly perTask: Budget; readonly perTaskMax?: Budget | undefined; readonly needsReading: boolean },
): NumberReaders {
  const { channel } = calibration.estimates as EstimateCalibration;
  if (!isMeasured<ChannelNoise>(channel)) return { teams: [], smallest: null, refused: [] };
  const reader = readerOf(roster);
  const lengths = channel.points.map(({ messageTokens }) => messageTokens);
  const refused = refusedStars(roster, reader, lengths, budget);
  const leaves = leavesOf(roster, calibration, reader);
  const [best] = leaves;
  if (!best) return { teams: [], smallest: null, refused };
  const { unit, amount } = budget.perTask;
  const window = windowOf(reader.calibration);
  const room = roomIn(window);
  const fits = ({ cost }: Pick<Proposal, "cost">) => isWithin(cost, budget.perTask);
  const noiseOf = (messageTokens: number) => {
    const found = channelVarianceAt(channel, messageTokens);
    return isMeasured(found) ? found.value : Number.NaN;
  };
  const proposals = leaves.flatMap((leaf, number) =>
    fanIns.flatMap((fanIn) =>
      lengths
        .filter((messageTokens) => fanIn * messageTokens <= room)
        .flatMap((messageTokens) =>
          shapesOf(fanIn, messageTokens)
            .filter(({ counted }) => !(counted && budget.needsReading))
            .flatMap((shape): Proposal[] => {
              const work = workOfShape(shape);
              const cost = leaf.costs.mean(work, unit);
              const calls = work.answers + work.readers;
              if (!(cost <= dearest * amount) || calls > readerCallsMax) return [];
              const team = teamOfShape(shape, castOf(leaf.agent, reader));
              const score = -Math.log(riskOf(team, leaf, noiseOf(messageTokens)));
              const windowTokens = fanIn * messageTokens + window.promptTokens;
              return [{ ...shape, leaf: number, score, cost, calls, windowTokens }];
            }),
        ),
    ),
  );
  const regular = worthPricing(proposals, fits).map((shape) =>
    teamOfShape(shape, castOf(leaves[shape.leaf]!.agent, reader)),
  );
  const chains = leaves.flatMap((leaf) => {
    const room = roomIn(windowOf(leaf.agent.calibration));
    const affordable = lengths
      .filter((messageTokens) => messageTokens <= room)
      .flatMap((messageTokens) => chainsOf(leaf, messageTokens))
      .filter((team) => fits({ cost: leaf.costs.mean(workOf(team, stated), unit) }));
    const riskOfChain = (team: Team) => riskOf(team, leaf, noiseOf(team.messageTokens[0]!));
    return affordable.length === 0 ? [] : [affordable.reduce((a, b) => (riskOfChain(b) < riskOfChain(a) ? b : a))];
  });
  return {
    teams: [...regular, ...chains],
    smallest: smallestStar(best.agent, reader, lengths),
    refused,
  };
}

function leavesOf({ agents, tasks }: PlanRoster, { estimates }: Calibration, reader: RosterAgent): Leaf[] {
  return agents.flatMap((agent): Leaf[] => {
    const found = (estimates as EstimateCalibration).agents.find(({ name }) => name === agent.name)!;
    const { commonRisk, ownRisk, rhoWithin, silent } = found;
    if (!isMeasured(commonRisk) || !isMeasured(ownRisk)) return [];
    const rho = isMeasured(rhoWithin) ? clampShare(rhoWithin.value) : 0;
    const costs = new ReaderCosts(agent, reader, tasks);
    return [{ agent, common: commonRisk.value, own: ownRisk.value, rho, silent: silent.value, costs }];
  });
}

function shapesOf(fanIn: number, messageTokens: number) {
  return Array.from({ length: layersMax }, (_, i) => i + 1).flatMap((layers) =>
    (layers === 1 ? [false] : [false, true]).map((counted) => ({ fanIn, layers, messageTokens, counted })),
  );
}

function chainsOf({ agent }: Leaf, messageTokens: number): Team[] {
  return Array.from({ length: chainMax - 1 }, (_, i) =>
    makeTeam("chain", {
      sizes: [i + 2],
      messageTokens: [messageTokens],
      cast: [{ members: [memberOf(agent.column)] }],
    }),
  );
}

function riskOf(team: Team, { common, own, rho, silent }: Leaf, channelVariance: number): number {
  const variances = (formOf(team).layers?.(team) ?? [undefined]).map(() => channelVariance);
  return Math.max(0, common) + passedOn(team, rho, variances, numbersWith(1 - silent)).risk(own);
}
