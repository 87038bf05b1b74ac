// What studies of scripted teams say about lines from which the teams stand at stated distances.
import { calibrate } from "../../src/calibrate/calibrate.ts";
import { plan } from "../../src/plan/plan.ts";
import type { Boundary, Plan } from "../../src/plan/plan-types.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import { scriptedAttempts, scriptedConfig } from "../../src/simulate/scripted.ts";
import { boundariesOnAllTasks } from "../../src/study/boundaries.ts";
import { learnOnHalf } from "../../src/study/split.ts";
import { study } from "../../src/study/study.ts";
import { type Interval, isMeasured } from "../../src/theory/interval.ts";
import { perTask, type World } from "./worlds.ts";

export interface BoundaryCounts {
  readonly distance: number;
  readonly tasks: number;
  readonly seeds: number;
  readonly team: number;
  readonly single: number;
  readonly cannotTell: number;
  /** Told a side that the team does not stand on. */
  readonly wrong: number;
  /** Seeds whose interval of the distance holds the true one. */
  readonly inside: number;
  /** Further tasks, the median over the seeds that cannot tell of what each names as its median; null where all can. */
  readonly tasksStillNeeded: number | null;
}

/** What one study says of the lines, and the plan whose node they are about. */
export interface Told {
  readonly boundaries: readonly Boundary[];
  readonly plan: Plan;
}

/** A whole study. */
export function byStudy(world: World, distance: number, tasks: number, seed: number): Told {
  const truth = world.at(distance, tasks);
  const attempts = scriptedAttempts(truth, seed);
  return study(attempts, { config: scriptedConfig(truth), perTask, seed, splits: 0 });
}

/** The steps of a study that lead to its boundaries, and no others: ten times faster, the same numbers. */
export function byStages(world: World, distance: number, tasks: number, seed: number): Told {
  const truth = world.at(distance, tasks);
  const recordings = tabulate(scriptedAttempts(truth, seed), scriptedConfig(truth));
  const { calibration } = learnOnHalf(recordings, { confidence: 0.9, seed });
  const advice = plan(calibration, { perTask, seed, recordedOnly: true });
  const onAllTasks = calibrate(recordings, { confidence: 0.9, seed, pairs: false });
  return { plan: advice, boundaries: boundariesOnAllTasks(advice, onAllTasks) };
}

/** One study per seed. */
export function measureBoundary(
  world: World,
  { distance, tasks, seeds, seedFrom }: { distance: number; tasks: number; seeds: number; seedFrom: number },
  tell = byStages,
): BoundaryCounts {
  const told = Array.from({ length: seeds }, (_, i) => {
    const seed = seedFrom + i;
    return boundaryOf(world, seed, tell(world, distance, tasks, seed));
  });
  const count = (side: Boundary["side"]) => told.filter((boundary) => boundary.side === side).length;
  const [team, single, cannotTell] = [count("team"), count("single"), count("cannot tell yet")];
  const needed = told.flatMap(({ tasksStillNeeded }) => (tasksStillNeeded ? [tasksStillNeeded.median] : []));
  const isTeam = distance > 0 || (distance === 0 && world.onLine === "team");
  return {
    distance,
    tasks,
    seeds,
    team,
    single,
    cannotTell,
    wrong: isTeam ? single : team,
    inside: told.filter((boundary) => boundary.distance.low <= distance && boundary.distance.high >= distance).length,
    tasksStillNeeded: needed.length > 0 ? median(needed) : null,
  };
}

/** The detectable margin: the median half-width of the interval of teams on the line, over seeds of a pilot. */
export function detectableMargin(world: World, tasks: number, seeds: number, seedFrom: number): number {
  return median(
    Array.from({ length: seeds }, (_, i) => {
      const { low, high } = boundaryOf(world, seedFrom + i, byStages(world, 0, tasks, seedFrom + i)).distance;
      return (high - low) / 2;
    }),
  );
}

function boundaryOf(world: World, seed: number, { plan, boundaries }: Told): Boundary & { distance: Interval } {
  const { team, fanIn, messageTokens } = plan.regime;
  if (fanIn !== 3 || messageTokens !== world.messageTokens)
    throw new Error(
      `${world.name}, seed ${seed}: the lines are those of ${team}, a node that the script does not state`,
    );
  const boundary = boundaries.find(({ code }) => code === world.code)!;
  const { distance } = boundary;
  if (!isMeasured(distance)) throw new Error(`${world.name}, seed ${seed}: ${distance.notMeasured}`);
  return { ...boundary, distance };
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}
