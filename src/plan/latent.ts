// Several agents at once: tasks fall into four classes, and within a class agents are right or wrong independently.
// A forecast from this model varies less than the raw share of right answers, which pays when one of many teams is chosen.

import { quantile } from "../calibrate/estimators/resample.ts";
import type { Stage } from "../organizations/organization.ts";
import { count } from "../rules/rule.ts";
import { winTable } from "./scatter.ts";

/** Right and wrong answers of a roster on the same tasks. */
export interface JointAnswers {
  /** Per agent, per task: share of its samples that are right. */
  readonly right: readonly Float64Array[];
  /** Per task: pairs of wrong answers of different agents, and how many of them agree. Zero pairs: not known. */
  readonly wrongPairs: Float64Array;
  readonly wrongPairsAgreeing: Float64Array;
}

/** Classes of tasks, with each agent's accuracy and the agreement of wrong answers in them. */
export interface LatentModel {
  readonly classes: readonly {
    readonly share: number;
    readonly accuracies: Float64Array;
    /** Concentration θ of wrong answers; 0: they agree. */
    readonly concentration: number;
  }[];
}

const classCount = 4;
const steps = 60;
const clip = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));
const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

/**
 * Latent classes by EM, each accuracy drawn to the agent's mean by one pseudo-task:
 * R_tc ∝ w_c Π_j P_cj^y (1−P_cj)^(1−y); w_c = (Σ_t R+1)/(k+C); P_cj = clip((Σ_t R y + m_j)/(Σ_t R + 1), .005, .995).
 * Two wrong answers agree with probability S_c = (Σ_t R agreeing_t + 5g)/(Σ_t R pairs_t + 5), θ_c = 1/S_c − 1; without
 * recorded answers S_c = 1.
 */
export function fitLatent({ right, wrongPairs, wrongPairsAgreeing }: JointAnswers): LatentModel {
  const tasks = wrongPairs.length;
  const means = right.map((shares) => sum(shares) / tasks);
  const taskMeans = Float64Array.from(
    { length: tasks },
    (_, t) => right.reduce((total, shares) => total + shares[t]!, 0) / right.length,
  );
  const overall = sum(taskMeans) / tasks;
  const sorted = taskMeans.slice().sort();
  const shares = new Float64Array(classCount).fill(1 / classCount);
  const accuracies = Array.from({ length: classCount }, (_, c) =>
    Float64Array.from(means, (mean) => clip(mean + quantile(sorted, (c + 0.5) / classCount) - overall, 0.03, 0.97)),
  );
  const memberships = Array.from({ length: classCount }, () => new Float64Array(tasks));
  for (let step = 0; step < steps; step++) {
    assign(right, shares, accuracies, memberships);
    memberships.forEach((membership, c) => {
      const size = sum(membership);
      shares[c] = (size + 1) / (tasks + classCount);
      right.forEach((rights, j) => {
        let total = means[j]!;
        for (let t = 0; t < tasks; t++) total += membership[t]! * rights[t]!;
        accuracies[c]![j] = clip(total / (size + 1), 0.005, 0.995);
      });
    });
  }
  const agreement = (sum(wrongPairsAgreeing) + 0.5) / (sum(wrongPairs) + 1);
  return {
    classes: memberships.map((membership, c) => {
      const agreeing = membership.reduce((total, weight, t) => total + weight * wrongPairsAgreeing[t]!, 5 * agreement);
      const pairs = membership.reduce((total, weight, t) => total + weight * wrongPairs[t]!, 5);
      const same = sum(wrongPairs) > 0 ? agreeing / pairs : 1;
      return { share: shares[c]!, accuracies: accuracies[c]!, concentration: 1 / same - 1 };
    }),
  };
}

/** R_tc for every task and class. */
function assign(
  right: readonly Float64Array[],
  shares: Float64Array,
  accuracies: readonly Float64Array[],
  memberships: readonly Float64Array[],
): void {
  const tasks = memberships[0]!.length;
  memberships.forEach((membership, c) => {
    let base = Math.log(shares[c]!);
    const slopes = right.map((_, j) => {
      base += Math.log1p(-accuracies[c]![j]!);
      return Math.log(accuracies[c]![j]!) - Math.log1p(-accuracies[c]![j]!);
    });
    membership.fill(base);
    right.forEach((rights, j) => {
      for (let t = 0; t < tasks; t++) membership[t]! += slopes[j]! * rights[t]!;
    });
  });
  for (let t = 0; t < tasks; t++) {
    const largest = Math.max(...memberships.map((membership) => membership[t]!));
    let total = 0;
    for (const membership of memberships) {
      membership[t] = Math.exp(membership[t]! - largest);
      total += membership[t]!;
    }
    for (const membership of memberships) membership[t]! /= total;
  }
}

/** Beyond this size the ways in which wrong answers may agree are summed up by size alone, ties shared. */
const patternSizeMax = 7;

/** Chance of a right answer for every pattern of right and wrong calls, one table per class of the model. */
export interface WinTables {
  readonly size: number;
  readonly tables: readonly Float64Array[];
}

/**
 * What stages make of each pattern (bit i of the index: the i-th call is right), in each class of the model, as if every
 * call were to another agent. The same for all teams of this shape. `undefined` for shapes the model does not cover: more
 * than seven calls in several stages, and rules that do more than count.
 */
export function winTables(model: LatentModel, stages: readonly Stage[]): WinTables | undefined {
  const final = stages.at(-1)!.rule;
  if (!final.counts || final.weighted) return undefined;
  const size = stages.reduce((calls, { members }) => members.reduce((sum, { samples }) => sum + samples, calls), 0);
  if (size > patternSizeMax) {
    if (stages.length > 1 || final.quorum) return undefined;
    return { size, tables: model.classes.map(({ concentration }) => bySize(size, concentration)) };
  }
  const shape = shapeOf(stages);
  const patterns =
    patternsByShape.get(shape) ??
    Array.from({ length: 2 ** size }, (_, pattern) => winsByScatter(pattern, size, stages));
  patternsByShape.set(shape, patterns);
  return {
    size,
    tables: model.classes.map(({ concentration }) =>
      Float64Array.from(patterns, (wins) => {
        let total = 0;
        for (const [blocks, win] of wins) total += win * scatterProbability(blocks, concentration);
        return total;
      }),
    ),
  };
}

type Wins = readonly (readonly [blocks: readonly number[], win: number])[];

/** The same whatever the model and the agents: of up to seven calls there are some hundred shapes. */
const patternsByShape = new Map<string, readonly Wins[]>();

/** Teams of one shape make the same of every pattern of right and wrong calls. */
export function shapeOf(stages: readonly Stage[]): string {
  return stages
    .map(({ members, accept, rule }) => `${accept} ${rule.summary} ${members.map(({ samples }) => samples)}`)
    .join("|");
}

function bySize(size: number, concentration: number): Float64Array {
  const wins = winTable(concentration, size);
  return Float64Array.from({ length: 2 ** size }, (_, pattern) => {
    let rights = 0;
    for (let bits = pattern; bits > 0; bits >>= 1) rights += bits & 1;
    return wins[(size - rights) * (size + 1) + rights]!;
  });
}

/** For one pattern: how often the team is right over all groupings of the wrong answers, by the sizes of the groups. */
function winsByScatter(pattern: number, size: number, stages: readonly Stage[]): Wins {
  const codes = new Int32Array(size); // 0 is the right answer
  const wrong = Array.from({ length: size }, (_, i) => i).filter((i) => ((pattern >> i) & 1) === 0);
  const found = new Map<string, [readonly number[], number]>();
  const blocks: number[] = [];
  const group = (at: number): void => {
    if (at === wrong.length) {
      const win = decideStages(codes, stages);
      if (win === 0) return;
      const sizes = [...blocks].sort((a, b) => b - a);
      const entry = found.get(sizes.join(" "));
      if (entry) entry[1] += win;
      else found.set(sizes.join(" "), [sizes, win]);
      return;
    }
    for (let block = 0; block <= blocks.length; block++) {
      codes[wrong[at]!] = block + 1;
      if (block === blocks.length) blocks.push(1);
      else blocks[block]!++;
      group(at + 1);
      if (--blocks[block]! === 0) blocks.pop();
    }
  };
  group(0);
  return [...found.values()];
}

/** Probability that the stages end with answer 0. */
function decideStages(codes: Int32Array, stages: readonly Stage[]): number {
  const winners = new Int32Array(codes.length);
  let from = 0;
  for (const { members, accept, rule } of stages) {
    const owners = members.flatMap(({ samples }, member) => new Array<number>(samples).fill(member));
    const answers = codes.subarray(from, from + owners.length);
    from += owners.length;
    const quorum = accept === "final" ? rule.quorum : accept;
    const found = count(answers, owners, answers.length, null, quorum, winners);
    if (found > 0) return winners.subarray(0, found).includes(0) ? 1 / found : 0;
  }
  return 0;
}

/** Of one grouping with these block sizes, under a Chinese restaurant of concentration θ. */
function scatterProbability(blocks: readonly number[], concentration: number): number {
  if (concentration === 0) return blocks.length <= 1 ? 1 : 0;
  let probability = 1;
  let seated = 0;
  for (const size of blocks) {
    probability *= concentration;
    for (let i = 1; i < size; i++) probability *= i;
    for (let i = 0; i < size; i++) probability /= concentration + seated++;
  }
  return probability;
}

/** Expected accuracy of a team whose calls, in the order of its stages, are to these agents of the model. */
export function latentAccuracy(model: LatentModel, { size, tables }: WinTables, agents: readonly number[]): number {
  let accuracy = 0;
  const probabilities = new Float64Array(2 ** size);
  model.classes.forEach(({ share, accuracies }, c) => {
    probabilities[0] = share;
    for (let i = 0; i < size; i++) {
      const p = accuracies[agents[i]!]!;
      for (let pattern = 2 ** i - 1; pattern >= 0; pattern--) {
        probabilities[pattern + 2 ** i] = probabilities[pattern]! * p;
        probabilities[pattern]! *= 1 - p;
      }
    }
    const table = tables[c]!;
    for (let pattern = 0; pattern < table.length; pattern++) accuracy += probabilities[pattern]! * table[pattern]!;
  });
  return accuracy;
}
