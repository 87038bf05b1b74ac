import { describe, expect, it } from "vitest";
import { calibrate } from "../calibrate/calibrate.ts";
import type { Attempt } from "../records/attempt.ts";
import { tabulate } from "../records/tabulate.ts";
import { random } from "../theory/random.ts";
import { chooseRoster } from "./roster.ts";

/** Agents answer ranges of tasks: `from` inclusive, `to` exclusive. */
function calibrationOf(agents: readonly { name: string; from: number; to: number; accuracy: number }[]) {
  const next = random(1, "roster");
  const attempts = agents.flatMap(({ name, from, to, accuracy }) =>
    Array.from({ length: to - from }, (_, i): Attempt => {
      const answer = next() < accuracy ? "g" : "w";
      return { taskId: `t${String(from + i).padStart(3, "0")}`, agent: name, sample: 0, answer, gold: "g" };
    }),
  );
  const sorts = { graded: attempts.length, scored: 0, ungraded: 0, aggregated: 0, relay: 0 };
  return calibrate(
    tabulate(
      { name: "strata", attempts, lines: attempts.length, badLines: [], sorts, disagreements: [], sources: [] },
      { agents: {}, sources: [] },
    ),
  );
}

describe("chooseRoster", () => {
  it("compares the agents that answered the same tasks, not those that shine on a few easy ones", () => {
    const roster = chooseRoster(
      calibrationOf([
        { name: "a", from: 0, to: 90, accuracy: 0.6 },
        { name: "b", from: 0, to: 90, accuracy: 0.5 },
        { name: "c", from: 0, to: 90, accuracy: 0.4 },
        { name: "easy", from: 90, to: 100, accuracy: 1 },
        { name: "easier", from: 90, to: 100, accuracy: 1 },
      ]),
      "calls",
    );
    expect(roster.agents.map(({ name }) => name).toSorted()).toEqual(["a", "b", "c"]);
    expect(roster.tasks).toHaveLength(90);
    expect(roster.assumptions).toContainEqual(expect.objectContaining({ subject: "agents left out", value: "2" }));
  });

  it("keeps everybody where gaps are small", () => {
    const all = ["a", "b", "c", "d"].map((name, i) => ({ name, from: i, to: 96 + i, accuracy: 0.5 }));
    const roster = chooseRoster(calibrationOf(all), "calls");
    expect(roster.agents).toHaveLength(4);
    expect(roster.tasks).toHaveLength(93);
  });

  it("leaves out those who were no longer asked, however many they are, and nobody who answered everything", () => {
    const roster = chooseRoster(
      calibrationOf([
        { name: "best", from: 0, to: 90, accuracy: 0.6 },
        { name: "dropped", from: 0, to: 60, accuracy: 0.5 },
        { name: "dropped too", from: 0, to: 60, accuracy: 0.4 },
        { name: "cheap", from: 0, to: 90, accuracy: 0.3 },
      ]),
      "calls",
    );
    expect(roster.agents.map(({ name }) => name)).toEqual(["best", "cheap"]);
    expect(roster.tasks).toHaveLength(90);
  });
});
