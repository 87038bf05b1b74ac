import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Random, random } from "../theory/random.ts";
import type { Ended, Move, Step } from "./organization.ts";
import { parseTeam } from "./parse-team.ts";
import { formOf, organizationOf, paramsOf, type Team } from "./team.ts";

const usage = { tokensIn: 1, tokensOut: 1 };
const says = (value: string | null): Ended => ({ state: "answered", answer: { value, usage, seconds: 1 } });
const lost: Ended = { state: "failed", usage };

const next = (text: string, ended: Readonly<Record<string, Ended>>, seed = 1): Move => {
  const team = parseTeam(text);
  return organizationOf(team).next(paramsOf(team, { seed }), new Map(Object.entries(ended)));
};
const asked = (move: Move): readonly Step[] => ("ask" in move ? move.ask : []);
const every = (prefix: string, n: number, value: string) =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`${prefix}/${i}`, says(value)]));

describe("the bound of a team whose agents read", () => {
  it.each([
    ["star:9", 10],
    ["tree:3x2", 13],
    ["tree.counted:3x2", 12],
    ["tree:2x3", 15],
    ["tree.counted:4x1", 4],
    ["chain:4", 4],
  ])("%s makes %i calls", (text, steps) => {
    const team = parseTeam(text);
    expect(formOf(team).bound(team).steps).toBe(steps);
  });
});

it("the layers of a tree are its readers, leaves first; code that counts the root sends nothing", () => {
  const layers = (text: string) => formOf(parseTeam(text)).layers!(parseTeam(text));
  expect(layers("tree:3x2/m=64")).toEqual([
    { fanIn: 3, reader: true, messageTokens: 64 },
    { fanIn: 3, reader: true, messageTokens: 64 },
  ]);
  expect(layers("tree.counted:3x2/m=64+32")).toEqual([
    { fanIn: 3, reader: true, messageTokens: 64 },
    { fanIn: 3, reader: false },
  ]);
  expect(layers("star:9/m=64")).toEqual([{ fanIn: 9, reader: true, messageTokens: 64 }]);
});

describe("a tree", () => {
  it("asks all leaves at once, in turn, with messages of the length of their layer", () => {
    const leaves = asked(next("tree:3x2/m=64+32@leaf=a+b~low,reader=c", {}));
    expect(leaves).toHaveLength(9);
    expect(leaves[0]).toEqual({ id: "leaf/0", role: "leaf", group: "0", agent: "a", reads: [], messageTokens: 64 });
    expect(leaves[1]).toMatchObject({ agent: "b", level: "low" });
    expect(leaves[8]).toMatchObject({ id: "leaf/8", agent: "a" });
  });

  it("asks a reader as soon as its own children have ended, and the root as soon as all readers have", () => {
    const text = "tree:3x2/m=64+32@leaf=a,reader=b+c";
    const readers = (move: Move) => asked(move).filter(({ role }) => role === "reader");
    const second = { "leaf/3": says("A"), "leaf/4": says("B"), "leaf/5": says("A") };
    expect(readers(next(text, second))).toEqual([
      {
        id: "layer-1/1",
        role: "reader",
        agent: "c",
        reads: ["leaf/3", "leaf/4", "leaf/5"],
        messageTokens: 32,
      },
    ]);
    const leaves = every("leaf", 9, "A");
    expect(readers(next(text, leaves)).map(({ id, agent }) => [id, agent])).toEqual([
      ["layer-1/0", "b"],
      ["layer-1/1", "c"],
      ["layer-1/2", "b"],
    ]);
    const all = { ...leaves, ...every("layer-1", 3, "B") };
    expect(asked(next(text, all))).toEqual([
      { id: "root", role: "reader", agent: "c", reads: ["layer-1/0", "layer-1/1", "layer-1/2"] },
    ]);
    expect(next(text, { ...all, root: says("C") })).toEqual({
      answer: "C",
      degraded: false,
      because: ["root"],
      verdicts: [{ value: "C", probability: 1 }],
    });
  });

  it("leaves out what was lost, and does not ask a reader who would read nothing", () => {
    const text = "tree:2x2@leaf=a,reader=b";
    const ended = { "leaf/0": says("A"), "leaf/1": lost, "leaf/2": lost, "leaf/3": lost };
    expect(asked(next(text, ended))).toMatchObject([{ id: "layer-1/0", reads: ["leaf/0"] }]);
    const later = { ...ended, "layer-1/0": says("A") };
    expect(asked(next(text, later))).toMatchObject([{ id: "root", reads: ["layer-1/0"] }]);
    expect(next(text, { ...later, root: says("A") })).toMatchObject({ answer: "A", degraded: true });
    expect(next(text, { ...later, root: lost })).toMatchObject({ answer: null, degraded: true, because: [] });
    expect(next(text, { ...ended, "layer-1/0": lost })).toMatchObject({ answer: null, degraded: true });
    expect(next(text, { ...every("leaf", 4, "A"), "leaf/0": lost, "leaf/1": says(null) })).toMatchObject({
      ask: [{ id: "layer-1/1", reads: ["leaf/2", "leaf/3"] }],
    });
  });

  it("counts its root by code where it says so, and leaves ties to the seed", () => {
    const text = "tree.counted:2x2@leaf=a,reader=b+c";
    const ended = { ...every("leaf", 4, "A"), "layer-1/0": says("A"), "layer-1/1": says("B") };
    const even = [
      { value: "A", probability: 0.5 },
      { value: "B", probability: 0.5 },
    ];
    expect(next(text, ended)).toMatchObject({ degraded: false, verdicts: even });
    const answers = Array.from({ length: 60 }, (_, seed) => next(text, ended, seed)).map((move) =>
      "answer" in move ? `${move.answer} ${move.because}` : "",
    );
    expect(new Set(answers)).toEqual(new Set(["A layer-1/0", "B layer-1/1"]));
    expect(next(text, { ...ended, "layer-1/1": lost })).toMatchObject({ answer: "A", degraded: true });
  });

  it("is a star where it has one layer", () => {
    const rename = (move: Move) => asked(move).map(({ id, reads, agent }) => ({ id, reads, agent }));
    for (const ended of [{}, every("leaf", 5, "A")])
      expect(rename(next("tree:5x1/m=8@leaf=a,reader=b", ended))).toEqual(
        rename(next("star:5/m=8@leaf=a,reader=b", ended)),
      );
  });

  it("of any shape asks every node once where everyone answers", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 1, max: 4 }), fc.nat(), (fanIn, layers, seed) => {
        const team = parseTeam(`tree:${fanIn}x${layers}@leaf=a+b,reader=c`);
        const { steps } = run(team, random(seed));
        expect(steps).toHaveLength(formOf(team).bound(team).steps);
        const reads = steps.flatMap((step) => step.reads);
        expect(new Set(reads).size).toBe(reads.length);
        expect(reads).toHaveLength(steps.length - 1);
      }),
    );
  });

  it("of ten thousand leaves is done after as many moves as it has steps and one", () => {
    const team = parseTeam("tree:100x2@leaf=a,reader=b");
    const { moves, steps } = run(team, null);
    expect(steps).toHaveLength(10_101);
    expect(moves).toBe(10_102);
  });
});

describe("a chain", () => {
  it("solves, then refines what was said last", () => {
    const text = "chain:3/m=16@a~low";
    expect(asked(next(text, {}))).toEqual([
      { id: "link/0", role: "solve", agent: "a", level: "low", reads: [], messageTokens: 16 },
    ]);
    expect(asked(next(text, { "link/0": says("A") }))).toMatchObject([
      { id: "link/1", role: "refine", reads: ["link/0"], refines: true, messageTokens: 16 },
    ]);
    const last = asked(next(text, { "link/0": says("A"), "link/1": says("B") }));
    expect(last).toMatchObject([{ id: "link/2", reads: ["link/1"], refines: true }]);
    expect(last[0]).not.toHaveProperty("messageTokens");
    expect(next(text, { "link/0": says("A"), "link/1": says("B"), "link/2": says("C") })).toMatchObject({
      answer: "C",
      because: ["link/2"],
      degraded: false,
    });
  });

  it("passes over a link that is lost, at the start, between and at the end", () => {
    const text = "chain:3@a";
    const first = asked(next(text, { "link/0": lost }))[0]!;
    expect(first).toEqual({ id: "link/1", role: "solve", agent: "a", reads: [] });
    const ended = { "link/0": says("A"), "link/1": lost };
    expect(asked(next(text, ended))).toMatchObject([{ reads: ["link/0"], refines: true }]);
    expect(next(text, { ...ended, "link/2": lost })).toMatchObject({
      answer: "A",
      because: ["link/0"],
      degraded: true,
    });
  });
});

/** Ends steps in an order drawn by `draw`, or as they were asked, calling `next` after every answer. */
function run(team: Team, draw: Random | null): { moves: number; steps: readonly Step[] } {
  const organization = organizationOf(team);
  const params = paramsOf(team, { seed: 1 });
  const ended = new Map<string, Ended>();
  const known = new Set<string>();
  const steps: Step[] = [];
  const open: Step[] = [];
  for (let moves = 1; ; moves++) {
    const move = organization.next(params, ended);
    if ("answer" in move) return { moves, steps };
    if (open.length === 0 || draw)
      for (const step of move.ask)
        if (!known.has(step.id)) {
          known.add(step.id);
          steps.push(step);
          open.unshift(step);
        }
    const [step] = open.splice(draw ? Math.floor(draw() * open.length) : open.length - 1, 1);
    ended.set(step!.id, says("A"));
  }
}
