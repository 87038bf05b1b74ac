// What studies of scripted teams say about lines from which the teams stand at stated distances.
import type { Boundary } from "../../src/plan/plan-types.ts";
import { scriptedAttempts, scriptedConfig } from "../../src/simulate/scripted.ts";
import { study } from "../../src/study/study.ts";
import { type Interval, isMeasured } from "../../src/theory/interval.ts";
import type { World } from "./worlds.ts";

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

/** One whole study per seed. */
export function measureBoundary(
  world: World,
  { distance, tasks, seeds, seedFrom }: { distance: number; tasks: number; seeds: number; seedFrom: number },
): BoundaryCounts {
  const told = Array.from({ length: seeds }, (_, i) => boundaryOf(world, distance, tasks, seedFrom + i));
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
      const { low, high } = boundaryOf(world, 0, tasks, seedFrom + i).distance;
      return (high - low) / 2;
    }),
  );
}

function boundaryOf(world: World, distance: number, tasks: number, seed: number): Boundary & { distance: Interval } {
  const truth = world.at(distance, tasks);
  const { boundaries } = study(scriptedAttempts(truth, seed), {
    config: scriptedConfig(truth),
    perTask: world.perTask,
    seed,
    splits: 0,
  });
  const boundary = boundaries.find(({ code }) => code === world.code)!;
  const { distance: found } = boundary;
  if (!isMeasured(found)) throw new Error(`${world.name}, seed ${seed}: ${found.notMeasured}`);
  return { ...boundary, distance: found };
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}
