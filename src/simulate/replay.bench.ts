// How fast a plan can price teams. One iteration = 1,000 panels and cascades on 600 tasks with one recorded answer each.
// npm run bench src/simulate
import { it } from "vitest";
import * as organizations from "../organizations/index.ts";
import { makeTeam } from "../organizations/team.ts";
import type { Column } from "../records/answer-table.ts";
import { random } from "../theory/random.ts";
import { outcomes } from "./replay.ts";

const tasks = 600;
const names = Array.from({ length: 12 }, (_, i) => `agent-${i}`);
const next = random(1, "bench replay");
const hardness = Array.from({ length: tasks }, next);

const columns = names.map((name): Column => {
  const right = hardness.map((hard) => next() < 0.9 - 0.6 * hard);
  return {
    name,
    agent: name,
    answersKnown: true,
    start: Uint32Array.from({ length: tasks + 1 }, (_, task) => task),
    value: Int32Array.from(right, (is) => (is ? 0 : next() < 0.05 ? -1 : 2 + Math.floor(4 * next()))),
    grade: Float64Array.from(right, Number),
    tokensIn: new Float64Array(tasks).fill(100),
    tokensOut: Float64Array.from(right, () => 50 + 100 * next()),
    usd: Float64Array.from(right, next),
    seconds: Float64Array.from(right, () => 5 * next()),
    status: right.map(() => "ok" as const),
    group: new Int32Array(tasks).fill(-1),
  };
});
const table = { tasks: hardness.map((_, task) => `task-${task}`), columns };
const roster = { names, callsMax: 7, samples: new Map(names.map((name) => [name, 1])) };
const offered = Object.entries(organizations).flatMap(([name, organization]) =>
  Array.from(organization.candidates(roster), (shape) => makeTeam(name, shape)),
);
const teams = Array.from({ length: 1000 }, (_, i) => offered[i % offered.length]!);

it("prices 1,000 teams on 600 tasks", async ({ bench }) => {
  await bench("outcomes", () => {
    for (const team of teams) outcomes(team, table, { seed: 1 });
  }).run();
});
