// Which stars and trees are worth proposing: every fan-in, depth and message length within budget and window, by the exact
// level maps over the law of tasks. Work is shared: maps depend on fan-in and message alone, all leaves read them off.

import type { FidelityCalibration } from "../calibrate/calibration.ts";
import { messageTokensFor } from "../calibrate/fidelity.ts";
import type { Part } from "../organizations/organization.ts";
import { formOf, makeTeam, organizationOf, type Team } from "../organizations/team.ts";
import type { Channel } from "../theory/channel.ts";
import { criticalFidelity } from "../theory/critical.ts";
import { accuracyOf, heardLevelMap, type Spoken, spokenBy } from "../theory/silence.ts";
import { type Work, workOfLayers } from "./reader-costs.ts";
import type { VoteMixture } from "./vote-mixture.ts";

/** A regular team of readers: a star has one layer; counted: code counts the last layer of a tree. */
export interface ReaderShape {
  readonly fanIn: number;
  readonly layers: number;
  readonly messageTokens: number;
  readonly counted: boolean;
}

export function teamOfShape({ fanIn, layers, messageTokens, counted }: ReaderShape, cast: readonly Part[]): Team {
  const lengths = [messageTokens];
  if (layers === 1) return makeTeam("star", { sizes: [fanIn], messageTokens: lengths, cast });
  return makeTeam(
    "tree",
    { sizes: [fanIn, layers], messageTokens: lengths, cast },
    counted ? "counted" : formOf({ organization: "tree" }).defaultRule,
  );
}

/** A shape with leaves of one agent, at the price of a task. */
export interface Proposal extends ReaderShape {
  /** Index into the leaves. */
  readonly leaf: number;
  readonly score: number;
  readonly cost: number;
  readonly calls: number;
  /** Tokens that its readers must be able to read. */
  readonly windowTokens: number;
}

/** An agent whose answers could be read. */
export interface LeafOption {
  /** Law of p alone, on the grid of the maps. */
  readonly mixture: Pick<VoteMixture, "weights">;
  readonly options: number;
  /** What one call of it is forecast. */
  readonly single: number;
  /** Expected cost of a task, in the unit of the budget. */
  readonly cost: (work: Work) => number;
}

/** No message without a length is proposed. */
export const stated = { answering: 0, reading: 0 };
/** Widest node of a tree that is tried. */
const widestTree = 101;
export const layersMax = 6;
const lengthsTried = 64;
/** A plurality of more votes over more than two answers takes longer than a plan may. */
const pluralityMax = 101;

/**
 * All regular teams of readers up to this cost whose readers would need at most this window: odd fan-ins up to 101 (stars
 * beyond), up to six layers, root read or counted, every length.
 */
export function proposedShapes(
  leaves: readonly LeafOption[],
  maps: (leaf: number) => LayerMaps,
  lengths: readonly number[],
  bounds: {
    readonly costMax: number;
    readonly callsMax: number;
    readonly windowTokens: number;
    readonly promptTokens: number;
  },
): readonly Proposal[] {
  const { costMax, callsMax, windowTokens, promptTokens } = bounds;
  const laws = leaves.map(({ mixture }, leaf) => ({ maps: maps(leaf), weights: mixture.weights }));
  const found: Proposal[] = [];
  const widest = lengths.length > 0 ? (windowTokens - promptTokens) / lengths[0]! : 0;
  for (let fanIn = 3; fanIn <= widest; fanIn = nextFanIn(fanIn)) {
    let isAffordable = true;
    for (let layers = 1; isAffordable && layers <= layersMax; layers++) {
      if (layers > 1 && fanIn > widestTree) break;
      isAffordable = false;
      for (const counted of layers === 1 ? [false] : [false, true]) {
        const work = (messageTokens: number) => workOfShape({ fanIn, layers, messageTokens, counted });
        const [silent, oneToken] = [work(0), work(1)];
        const calls = silent.answers + silent.readers;
        if (calls > callsMax) continue;
        leaves.forEach(({ single, cost, options }, leaf) => {
          if (options > 2 && fanIn > pluralityMax) return;
          const fixed = cost(silent);
          const perToken = cost(oneToken) - fixed;
          if (!(fixed <= costMax)) return;
          const { maps, weights } = laws[leaf]!;
          for (const messageTokens of lengths) {
            const price = fixed + perToken * messageTokens;
            const needed = fanIn * messageTokens + promptTokens;
            if (price > costMax || needed > windowTokens) break;
            isAffordable = true;
            const gain = maps.gain({ fanIn, layers, messageTokens, counted }, weights);
            found.push({
              ...{ fanIn, layers, messageTokens, counted, leaf },
              ...{ score: single + gain, cost: price, calls, windowTokens: needed },
            });
          }
        });
      }
      if (layers === 1 && !isAffordable) return found; // wider stars cost more, and need more of the window
    }
  }
  return found;
}

/** Beyond 101 stars are tried in steps of a half, so that no window seems to need layers because wider ones are left out. */
function nextFanIn(fanIn: number): number {
  if (fanIn < widestTree) return fanIn + 2;
  const next = Math.ceil(1.5 * fanIn);
  return next % 2 === 0 ? next + 1 : next;
}

export function workOfShape(shape: ReaderShape): Work {
  return workOfLayers(layersOf(shape), stated);
}

function layersOf({ fanIn, layers, messageTokens, counted }: ReaderShape) {
  return Array.from({ length: layers }, (_, layer) => {
    const reader = !counted || layer < layers - 1;
    return { fanIn, reader, ...(reader && { messageTokens }) };
  });
}

/**
 * 64 lengths in equal ratios, from the shortest that the widest node can use (γ_c of fan-in 101) to the longest of which
 * three fit the window; none longer than where another token no longer shows, or four times what was ever relayed.
 */
export function messageLengths(fidelity: FidelityCalibration, rho: number, windowTokens: number): readonly number[] {
  const probed = fidelity.points.at(-1)!.messageTokens;
  const critical = criticalFidelity(widestTree, rho);
  const lengthOf = (gamma: number) => messageTokensFor(fidelity, gamma)?.value ?? Number.POSITIVE_INFINITY;
  const shortest = Math.max(1, Math.ceil(lengthOf(critical)));
  const longest = Math.floor(Math.min(windowTokens / 3, lengthOf(0.999), 4 * probed));
  if (!(longest >= shortest)) return [];
  const ratio = (longest / shortest) ** (1 / (lengthsTried - 1));
  return [...new Set(Array.from({ length: lengthsTried }, (_, i) => Math.round(shortest * ratio ** i)))];
}

/** What is said at the points of a grid of accuracies, after every number of layers; each is worked out once, for all budgets. */
export class LayerMaps {
  readonly #leaves: readonly Spoken[];
  readonly #right: Float64Array;
  readonly #channel: Channel;
  readonly #options: number;
  /** By fan-in and message length: after 0, 1, 2 … layers that read. */
  readonly #read = new Map<number, (readonly Spoken[])[]>();
  readonly #counted = new Map<number, Float64Array[]>();

  /** @param silent  share of the answers that are none, by p */
  constructor(accuracies: Float64Array, channel: Channel, options: number, silent: (p: number) => number = () => 0) {
    this.#right = accuracies;
    this.#leaves = Array.from(accuracies, (p) => spokenBy(p, silent(p), options));
    this.#channel = channel;
    this.#options = options;
  }

  /** Expected accuracy of the team less that of a leaf. */
  gain({ fanIn, layers, messageTokens, counted }: ReaderShape, weights: Float64Array): number {
    const right = this.#rightAt(fanIn, messageTokens, layers, counted);
    let sum = 0;
    for (let i = 0; i < weights.length; i++) sum += weights[i]! * (right[i]! - this.#right[i]!);
    return sum;
  }

  #rightAt(fanIn: number, messageTokens: number, layers: number, counted: boolean): Float64Array {
    const key = (fanIn * 2 ** 32 + messageTokens) * 2 + Number(counted);
    const known = this.#counted.get(key) ?? [];
    this.#counted.set(key, known);
    known[layers] ??= Float64Array.from(
      counted
        ? this.#layer(this.#readAt(fanIn, messageTokens, layers - 1), fanIn, 1)
        : this.#readAt(fanIn, messageTokens, layers),
      (spoken) => accuracyOf(spoken, this.#options),
    );
    return known[layers]!;
  }

  #readAt(fanIn: number, messageTokens: number, layers: number): readonly Spoken[] {
    const key = fanIn * 2 ** 32 + messageTokens;
    const known = this.#read.get(key) ?? [this.#leaves];
    this.#read.set(key, known);
    while (known.length <= layers) known.push(this.#layer(known.at(-1)!, fanIn, this.#channel.fidelity(messageTokens)));
    return known[layers]!;
  }

  #layer(said: readonly Spoken[], fanIn: number, fidelity: number): readonly Spoken[] {
    const node = { votes: fanIn, options: this.#options, fidelity, rho: this.#channel.rho };
    return said.map((spoken) => heardLevelMap(spoken, node));
  }
}

/**
 * P(right) of a team on a task on which one of its leaves is right with probability p.
 *
 * @param silent  share of a leaf's answers that are none, by p
 */
export function readAccuracy(
  team: Team,
  channel: Channel,
  options: number,
  silent: (p: number) => number = () => 0,
): (p: number) => number {
  const read = organizationOf(team).readSignal!;
  return (p) => accuracyOf(read(team, spokenBy(p, silent(p), options), channel, options), options);
}
