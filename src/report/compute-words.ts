// Sentences about compute: curves over levels, who is ahead where, and what any of k samples solves.
import type { ComputeAxis, LevelCurve, LevelRanking, PassAtK, SamplesUntil } from "../calibrate/compute.ts";
import type { LevelFamily } from "../calibrate/estimators/level-curve.ts";
import type { CoverageFamily } from "../calibrate/estimators/pass-at-k.ts";
import { isMeasured } from "../theory/interval.ts";
import { accuracy, accuracyInterval, count, decimal, money, percent, plain } from "./format-number.ts";
import { plural } from "./words.ts";

/** What stands under an axis of compute. */
export const computeHeaders: Readonly<Record<ComputeAxis, string>> = {
  level: "level",
  usd: "$ per 1,000 calls",
  tokens: "tokens per call",
  tokensOut: "answer tokens per call",
  seconds: "seconds per call",
};

/** Compute as it stands under its header. */
export function computeAt(at: number, axis: ComputeAxis): string {
  if (axis === "usd") return money(1000 * at);
  return axis === "seconds"
    ? decimal(at, at < 10 ? 1 : 0)
    : axis === "level"
      ? plain(at).replace(/\.0+$/, "")
      : count(at);
}

/** "$4.10 per 1,000 calls", "level 8", "3,900 tokens per call" */
export function computeText(at: number, axis: ComputeAxis): string {
  if (axis === "level") return `level ${computeAt(at, axis)}`;
  return axis === "usd" ? `${computeAt(at, axis)} per 1,000 calls` : `${computeAt(at, axis)} ${computeHeaders[axis]}`;
}

const familyNames: Readonly<Record<LevelFamily, string>> = {
  flat: "the last level and no more",
  log: "a line in the logarithm",
  power: "a power",
  saturating: "an exponential with a cap",
  hill: "a Hill curve",
  capped: "a power with a cap",
  broken: "a broken power",
};

export const coverageNames: Readonly<Record<CoverageFamily, string>> = {
  beta: "a Beta law of success rates",
  "never-or-beta": "hopeless tasks beside a Beta law",
  power: "a power law of what is left",
};

/** One curve per agent: by the level's number where it has one, else by what a call costs. */
export function preferredCurves(curves: readonly LevelCurve[]): LevelCurve[] {
  return curves.filter((curve) => curves.find(({ agent }) => agent === curve.agent) === curve);
}

/** Rankings on the first axis that both agents have, of those that cross and can be told apart somewhere. */
export function toldRankings(rankings: readonly LevelRanking[]): LevelRanking[] {
  const axisOf = (a: string, b: string) => rankings.find((one) => one.a === a && one.b === b)?.axis;
  return rankings.filter(
    ({ a, b, axis, crossings, rankedUpTo }) => crossings.length > 0 && rankedUpTo !== null && axis === axisOf(a, b),
  );
}

/** "52.3 at level 1, 56.8 at level 5, 56.8 [41.8, 71.9] at level 50" */
export function curveText({ axis, levels, curve }: LevelCurve): string {
  const ends = levels.length > 4 ? [levels[0]!, levels[levels.length >> 1]!, levels.at(-1)!] : levels;
  const last = curve.at(-1)!;
  return [
    ...ends.map(({ at, accuracy: share }) => `${accuracy(share.value)} at ${computeText(at, axis)}`),
    `${accuracy(last.accuracy.value)} ${accuracyInterval(last.accuracy)} at ${computeAt(last.at, axis)}`,
  ].join(", ");
}

/** Which curve was chosen, how far it was off where it was held out, and what a guess is worth. */
export function familyText({ family, chance }: LevelCurve): string {
  const guess = chance.value > 0.005 ? `; a guess is right ${percent(chance.value)} of the time` : "";
  if (!isMeasured(family)) return `no curve chosen: ${family.notMeasured}${guess}`;
  const held = plural(family.levelsHeldOut, "held-out level");
  return `best foretold by ${familyNames[family.name]}, off by ${decimal(100 * family.error, 1)} points on ${held}${guess}`;
}

/** Who passes whom, and from where nobody is ranked. */
export function rankingText({ axis, a, b, crossings, ranges, rankedUpTo }: LevelRanking): string {
  const [first] = crossings;
  if (!first)
    return rankedUpTo === null ? `${a} and ${b} cannot be ranked at any compute` : `${a} and ${b} do not cross`;
  const end = (at: number | null) => (at === null ? "–" : computeAt(at, axis));
  const [last] = ranges.filter(({ ahead }) => ahead !== null).slice(-1);
  const told =
    rankedUpTo === null || !last
      ? "they cannot be ranked at any compute"
      : ranges.at(-1) === last
        ? `${last.ahead} is ahead from ${computeText(last.from, axis)} on`
        : `${last.ahead} is ahead up to ${computeText(last.to, axis)}; beyond, nobody is ranked`;
  return `${a} and ${b} cross at ${computeText(first.at, axis)} [${end(first.low)}, ${end(first.high)}]: ${told}`;
}

/** "3.7 at 1, 33.3 at 100; 52.6 [35.5, 69.6] at 1,000; half the tasks after 727 samples [190, –]" */
export function passText({ measured, forecast, samplesUntilHalf, neverSolved }: PassAtK): string {
  const [first, most, far] = [measured[0]!, measured.at(-1)!, forecast.at(-1)!];
  return [
    `${accuracy(first.share.value)} at 1, ${accuracy(most.share.value)} at ${count(most.samples)}`,
    `${accuracy(far.share.value)} ${accuracyInterval(far.share)} at ${count(far.samples)}`,
    `half the tasks ${untilText(samplesUntilHalf)}`,
    `never solved ${accuracyInterval(neverSolved)}`,
  ].join("; ");
}

export function untilText({ value, low, high }: SamplesUntil): string {
  const end = (samples: number | null) => (samples === null ? "∞" : count(samples));
  if (value === null)
    return low === null ? "not within 100 times the samples" : `after ${end(low)} samples at the earliest`;
  return value === 1 && high === 1
    ? "by the first sample"
    : `after ${plural(value, "sample")} [${end(low)}, ${end(high)}]`;
}
