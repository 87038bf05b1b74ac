// Stars whose reader was recorded: how right it is by how many of the answers that it reads are, over the law of those answers.

import type { Calibration } from "../calibrate/calibration.ts";
import { type ReaderTransfer, readingKey, type Standing, standingOf } from "../calibrate/reader-transfer.ts";
import type { Team } from "../organizations/team.ts";
import type { Column, Reading } from "../records/answer-table.ts";
import { groupedBy } from "../records/numbering.ts";
import { readingKeyOf, readingsOf } from "../simulate/recorded-readings.ts";
import { poissonBinomial } from "../theory/majority.ts";
import { logGamma } from "../theory/special.ts";
import { logBlocks, type Scatter } from "./scatter.ts";
import { forecastValue, type VoteForecast } from "./vote-forecast.ts";
import { keysOf, type VoteKeys, voteKeys } from "./vote-keys.ts";
import { fitVotes, type VoteMixture } from "./vote-mixture.ts";
import { type VoteGrid, voteValue } from "./vote-value.ts";

/** Beyond so many answers the ways in which wrong ones can repeat are too many to list. */
const messagesMax = 12;

/** How this team's reader was recorded; undefined where it was not, or of more answers than can be told apart. */
export function transferOf(team: Team, { readers, table }: Calibration): ReaderTransfer | undefined {
  if (readers.length === 0) return undefined;
  const key = readingKeyOf(team);
  const found = readers.find(
    ({ reader, members, messageTokens }) => readingKey(reader, members, messageTokens) === key,
  );
  return found && found.members.length <= messagesMax && table.readings ? found : undefined;
}

/** What a recorded reader is expected to do, and the count of the same answers; gains of the reader are over that count. */
export interface ReaderForecast {
  readonly reader: VoteForecast;
  readonly count: VoteForecast;
}

/**
 * P(the reader is right) on a fresh task: Σ over how many of the n answers are right and where the right one stands, by the
 * law of (p, θ) of those answers, of what the recorded reader makes of such answers. The law is that of the column that
 * answers where it has several samples per task, else of the answers that were read. What is
 * uncertain of the reader is added to the law's variance, with ¼/tasks² for what never showed.
 */
export function forecastRecordedReader(
  team: Team,
  column: Column,
  transfer: ReaderTransfer,
  { table, tasks }: Pick<Calibration, "table" | "tasks">,
  { confidence, seed }: { readonly confidence: number; readonly seed: number },
): ReaderForecast & { readonly mixture: VoteMixture } {
  const known = voteKeys(column, tasks);
  const keys = known?.repeated ? known : proposalKeys(readingsOf(team, table), tasks);
  const mixture = fitVotes(keys, known?.repeated ? column.answersKnown : true, seed);
  const { grid, unparsed, weights } = mixture;
  const messages = transfer.members.length;
  const standings = standingLaw(grid, unparsed, messages);
  const accuracy = new Float64Array(weights.length);
  const pulled = { alone: 0, ahead: 0, tied: 0, behind: 0 }; // P(standing), by how much its mean counts
  let added = 0.25 / transfer.tasks ** 2;
  for (const { right, standing, accuracy: share, variance, pull } of transfer.cells) {
    const probability = standings.get(cellKey(right, standing));
    if (!probability) continue;
    let here = 0;
    for (let g = 0; g < accuracy.length; g++) {
      accuracy[g]! += probability[g]! * share;
      here += weights[g]! * probability[g]!;
    }
    pulled[standing] += here * pull;
    added += here ** 2 * variance;
  }
  for (const standing of Object.keys(pulled) as Standing[])
    added += pulled[standing] ** 2 * transfer.meanVariance[standing];
  const calls = new Float64Array(weights.length).fill(messages + 1);
  const counted = voteValue(grid, unparsed, messages);
  const reader = forecastValue(
    mixture,
    () => ({ accuracy, calls }),
    { scatterMatters: false, added, against: counted.accuracy },
    confidence,
  );
  return { reader, count: forecastValue(mixture, () => counted, { scatterMatters: false }, confidence), mixture };
}

/** The answers that were read, as the keys of their tasks. */
function proposalKeys(readings: readonly Reading[], tasks: Uint32Array): VoteKeys {
  const read = groupedBy(readings, ({ task }) => task);
  return keysOf(tasks, (task, add) => {
    for (const { proposals } of read.get(task) ?? []) for (const { value, grade } of proposals) add(value, grade);
  });
}

const cellKey = (right: number, standing: Standing) => `${right} ${standing}`;

/** P(so many of n answers are right, and stand there) at every grid point. */
function standingLaw(
  { accuracies, scatters }: VoteGrid,
  unparsed: number,
  messages: number,
): ReadonlyMap<string, Float64Array> {
  const width = scatters.length;
  const law = new Map<string, Float64Array>();
  const rights = Array.from(accuracies, (p) => poissonBinomial(new Array<number>(messages).fill(p)));
  const parsed = Array.from({ length: messages + 1 }, (_, failed) =>
    poissonBinomial(new Array<number>(failed).fill(1 - unparsed)),
  );
  for (let wrong = 0; wrong <= messages; wrong++)
    for (const sizes of partitions(wrong))
      scatters.forEach((scatter, j) => {
        const shape = partitionProbability(sizes, scatter);
        if (shape === 0) return;
        for (let right = 0; right + wrong <= messages; right++) {
          const key = cellKey(right, standingOf(right, sizes[0] ?? 0));
          const values = law.get(key) ?? new Float64Array(accuracies.length * width);
          law.set(key, values);
          const given = parsed[messages - right]![wrong]! * shape;
          rights.forEach((distribution, i) => {
            values[i * width + j]! += distribution[right]! * given;
          });
        }
      });
  return law;
}

/** Of one wrong answer each: the sizes of the groups that agree, largest first, for all ways to split so many. */
function partitions(count: number, most = count): readonly (readonly number[])[] {
  if (count === 0) return [[]];
  return Array.from({ length: Math.min(count, most) }, (_, i) => Math.min(count, most) - i).flatMap((size) =>
    partitions(count - size, size).map((rest) => [size, ...rest]),
  );
}

/** P(wrong answers fall into groups of these sizes): of one such split, times w!/(Π s_j! Π multiplicities!) of them. */
function partitionProbability(sizes: readonly number[], scatter: Scatter): number {
  const count = sizes.reduce((sum, size) => sum + size, 0);
  const alike = new Map<number, number>();
  for (const size of sizes) alike.set(size, (alike.get(size) ?? 0) + 1);
  let logWays = logGamma(count + 1);
  for (const size of sizes) logWays -= logGamma(size + 1);
  for (const times of alike.values()) logWays -= logGamma(times + 1);
  return Math.exp(logWays + logBlocks(scatter, sizes));
}
