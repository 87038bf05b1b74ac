import { describe, expect, it } from "vitest";
import type { Attempt } from "../records/attempt.ts";
import { tabulate } from "../records/tabulate.ts";
import { type Interval, isMeasured, type Measured } from "../theory/interval.ts";
import { random } from "../theory/random.ts";
import { familiesOf } from "./families.ts";
import { separationOf } from "./separation.ts";

function known<T extends object>(quantity: Measured<T>): T {
  if (!isMeasured(quantity)) throw new Error(quantity.notMeasured);
  return quantity;
}

interface World {
  readonly agents: number;
  readonly families: number;
  readonly tasks: number;
  /** P(right) of an agent in a family. */
  readonly accuracy: (agent: number, family: number) => number;
  readonly field?: boolean;
  readonly seed?: number;
}

function recorded({ agents, families, tasks, accuracy, field = true, seed = 1 }: World) {
  const next = random(seed, "families");
  const attempts: Attempt[] = [];
  for (let family = 0; family < families; family++)
    for (let t = 0; t < tasks; t++)
      for (let agent = 0; agent < agents; agent++)
        attempts.push({
          taskId: field ? `t${family * tasks + t}` : `topic${"abcdefgh"[family]}-${t}`,
          agent: `agent${agent}`,
          sample: 0,
          correct: Number(next() < accuracy(agent, family)),
          ...(field && { extra: { category: `f${family}` } }),
        });
  const sorts = { graded: attempts.length, scored: 0, ungraded: 0, aggregated: 0, relay: 0 };
  const rest = { lines: attempts.length, badLines: [], sorts, disagreements: [], sources: [] };
  const { table } = tabulate({ name: "families", attempts, ...rest }, { agents: {}, sources: [] });
  return { table, tasks: Uint32Array.from(table.tasks.keys()) };
}

const found = (world: World) => {
  const { table, tasks } = recorded(world);
  return known(familiesOf(table, tasks, 0.9));
};

describe("families of tasks", () => {
  const size = { agents: 4, families: 8, tasks: 60 };

  it("couple wholly where the same ones are hard for all agents", () => {
    const coupling = known<Interval>(found({ ...size, accuracy: (a, f) => 0.3 + 0.06 * f + 0.05 * a }).coupling);
    expect(coupling.high).toBeGreaterThan(0.95);
    expect(coupling.low).toBeGreaterThan(0.7);
  });

  it("couple not at all where every agent has its own", () => {
    const coupling = known<Interval>(
      found({ ...size, accuracy: (a, f) => 0.5 + 0.25 * (((f >> (a % 3)) & 1) - 0.5) * (a === 3 ? 0 : 2) }).coupling,
    );
    expect(Math.abs(coupling.value)).toBeLessThan(0.3);
  });

  it("are not told apart where nothing but chance differs", () => {
    let told = 0;
    for (let seed = 0; seed < 40; seed++) {
      const { coupling, standouts } = found({ ...size, tasks: 25, accuracy: () => 0.6, seed });
      if (isMeasured(coupling) || standouts.length > 0) told++;
    }
    expect(told).toBeLessThanOrEqual(12); // a twentieth and a tenth of 40, with room for bad luck
  });

  it("name the agent that stands out, and where", () => {
    const { standouts } = found({ ...size, accuracy: (a, f) => (a === 2 && f === 5 ? 0.98 : 0.5) });
    expect(standouts[0]).toMatchObject({ agent: "agent2", family: "f5" });
    expect(standouts[0]!.effect.low).toBeGreaterThan(0);
  });

  it("come from the names of tasks where no field says them, and else from nowhere", () => {
    expect(found({ ...size, field: false, accuracy: (_, f) => 0.2 + 0.1 * f })).toMatchObject({
      source: "task names",
      families: expect.arrayContaining([expect.objectContaining({ name: "topica", tasks: 60 })]),
    });
    const { table, tasks } = recorded({ ...size, accuracy: () => 0.5 });
    const { families: _, ...unnamed } = table;
    expect(familiesOf(unnamed, tasks, 0.9)).toMatchObject({ notMeasured: expect.stringContaining("which family") });
  });
});

describe("tasks that tell agents apart", () => {
  it("are counted, and those on which the able are right are listed", () => {
    // Family 0 is solved by all, 1 by none, 2 by the better half alone.
    const accuracy = (a: number, f: number) => [1, 0, Number(a >= 4)][f]!;
    const { table, tasks } = recorded({ agents: 8, families: 3, tasks: 20, accuracy });
    const told = known(separationOf(table, tasks));
    expect(told.solvedByAll.value).toBeCloseTo(1 / 3, 10);
    expect(told.solvedByNone.value).toBeCloseTo(1 / 3, 10);
    expect(told.separating.value).toBeCloseTo(1 / 3, 10);
    for (const { task } of told.most) expect(Number(task.slice(1))).toBeGreaterThanOrEqual(40);
  });

  it("rank agents that did not choose them: a few chosen ones beat a few drawn ones where most tasks tell nothing", () => {
    const accuracy = (a: number, f: number) => (f === 0 ? 0.05 + 0.075 * a : 0.5);
    const { table, tasks } = recorded({ agents: 12, families: 8, tasks: 50, accuracy });
    const [ten] = known<readonly { tasks: number; chosen: number; drawn: number }[]>(
      known(separationOf(table, tasks)).enough,
    );
    expect(ten!.tasks).toBe(10);
    expect(ten!.chosen).toBeGreaterThan(ten!.drawn);
  });

  it("promise nothing where agents differ by luck alone: no choice of tasks ranks others", () => {
    const { table, tasks } = recorded({ agents: 12, families: 4, tasks: 50, accuracy: () => 0.5 });
    for (const { chosen } of known<readonly { chosen: number }[]>(known(separationOf(table, tasks)).enough))
      expect(Math.abs(chosen)).toBeLessThan(0.6);
  });

  it("are not chosen by few agents", () => {
    const { table, tasks } = recorded({ agents: 3, families: 2, tasks: 30, accuracy: (a) => 0.3 + 0.2 * a });
    expect(known(separationOf(table, tasks)).enough).toMatchObject({
      notMeasured: expect.stringContaining("3 agents"),
    });
  });
});
