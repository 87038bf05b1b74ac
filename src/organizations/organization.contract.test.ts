import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { simulate } from "../simulate/simulate.ts";
import { permutation, type Random, random } from "../theory/random.ts";
import { accuracyOf, spokenBy } from "../theory/silence.ts";
import { membersOf } from "./cast.ts";
import * as organizations from "./index.ts";
import type { Ended, Move, Organization, Roster, Step } from "./organization.ts";
import { parseTeam } from "./parse-team.ts";
import { nextOfStages } from "./stages.ts";
import { makeTeam, organizationOf, paramsOf, printTeam, type Team } from "./team.ts";

const names = ["best", "mid", "small", "tiny"];
const roster: Roster = { names, callsMax: 9, samples: new Map(names.map((name) => [name, 5])) };
const usage = { tokensIn: 1, tokensOut: 1 };
const answered = (value: string | null): Ended => ({ state: "answered", answer: { value, usage, seconds: 1 } });

/** Ends every step as `endOf` says, in an order drawn from `random`, until the organization stops. */
function play(team: Team, endOf: (step: Step) => Ended, random: Random, seed = 1) {
  const organization = organizationOf(team);
  const params = paramsOf(team, { seed });
  const ended = new Map<string, Ended>();
  for (;;) {
    const move = organization.next(params, ended);
    if ("answer" in move) return { move, calls: ended.size, ended };
    expect(new Set(move.ask.map((step) => step.id)).size, "step ids are unique").toBe(move.ask.length);
    const pending = move.ask.filter((step) => !ended.has(step.id));
    expect(pending, "stuck: nothing left to ask and no answer").not.toHaveLength(0);
    const step = pending[Math.floor(random() * pending.length)]!;
    for (const read of step.reads) expect(ended.has(read), `${step.id} reads ${read} too early`).toBe(true);
    ended.set(step.id, endOf(step));
  }
}

/** A way for steps to end that depends on the step alone, so that any order of arrival meets the same answers. */
const endings = (seed: number, states: readonly Ended["state"][]) => (step: Step) => {
  const draw = random(seed, step.id);
  const state = states[Math.floor(draw() * states.length)]!;
  return state === "answered" ? answered([null, "A", "B", "C"][Math.floor(draw() * 4)]!) : { state, usage };
};

const replies = ["answered"] as const;
const anything = [
  "answered",
  "answered",
  "answered",
  "truncated",
  "unparsed",
  "refused",
  "failed",
  "cancelled",
  "over-budget",
] as const;

/** Teams that no roster is offered: who reads whom is for the planner to propose. */
const further = [
  "star:1@leaf=best,reader=mid",
  "star:4/m=16@leaf=best+mid~low:2,reader=best",
  "tree:3x2@leaf=best+mid,reader=small+tiny",
  "tree:2x3/m=64+32+16@leaf=best,reader=best",
  "tree:3x1/m=8@leaf=best,reader=mid",
  "tree.counted:2x3/m=32@leaf=best~low,reader=mid+small",
  "tree.counted:4x1@leaf=best,reader=mid",
  "chain:2@best",
  "chain:5/m=32@best~low",
].map((text) => parseTeam(text));

describe.each(Object.entries<Organization>(organizations))("%s", (name, organization) => {
  const offered = Array.from(organization.candidates(roster), (shape) => makeTeam(name, shape));
  const teams = [parseTeam(organization.example), ...offered, ...further.filter((team) => team.organization === name)];
  const anyTeam = fc.constantFrom(...teams);

  it("has an example in its canonical text", () => {
    expect(printTeam(parseTeam(organization.example))).toBe(organization.example);
    expect(parseTeam(organization.example).organization).toBe(name);
  });

  it("offers teams within the calls allowed, cheapest first, none twice", () => {
    const steps = offered.map((team) => organization.bound(team).steps);
    expect(Math.max(0, ...steps)).toBeLessThanOrEqual(roster.callsMax);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(new Set(offered.map((team) => team.text)).size).toBe(offered.length);
    for (const team of offered) expect(parseTeam(team.text)).toEqual(team);
    expect([...organization.candidates({ ...roster, callsMax: 0 })]).toEqual([]);
  });

  it("stops within its bound, and answers the same whatever arrives first", () => {
    fc.assert(
      fc.property(anyTeam, fc.nat(), fc.constantFrom(replies, anything), (team, seed, states) => {
        const endOf = endings(seed, states);
        const first = play(team, endOf, random(seed, "first"));
        const second = play(team, endOf, random(seed, "second"));
        expect(first.calls).toBeLessThanOrEqual(organization.bound(team).steps);
        expect(second.move).toEqual(first.move);
        expect(second.calls).toBe(first.calls);
      }),
      { numRuns: 400 },
    );
  });

  it("is pure: it changes nothing that it is given, and asks the same when it is asked again", () => {
    fc.assert(
      fc.property(anyTeam, fc.nat(), fc.constantFrom(replies, anything), (team, seed, states) => {
        const endOf = endings(seed, states);
        const params = paramsOf(team, { seed });
        const [given, ended] = [structuredClone({ ...params, rule: null }), new Map<string, Ended>()];
        for (;;) {
          const before = structuredClone(ended);
          const move = organization.next(params, ended);
          expect(organization.next(paramsOf(team, { seed }), ended)).toEqual(move);
          expect(ended).toEqual(before);
          if ("answer" in move) break;
          for (const step of move.ask) if (!ended.has(step.id)) ended.set(step.id, endOf(step));
        }
        expect({ ...params, rule: null }).toEqual(given);
      }),
    );
  });

  it("is deterministic for a seed, and never looks at the order of the map", () => {
    fc.assert(
      fc.property(anyTeam, fc.nat(), (team, seed) => {
        const { ended, move } = play(team, endings(seed, anything), random(seed));
        const entries = [...ended];
        const shuffled = new Map(Array.from(permutation(entries.length, random(seed, "shuffle")), (i) => entries[i]!));
        expect(organization.next(paramsOf(team, { seed: 1 }), shuffled)).toEqual(move);
      }),
    );
  });

  it("keeps asking for steps that are under way", () => {
    fc.assert(
      fc.property(anyTeam, fc.nat(), (team, seed) => {
        const endOf = endings(seed, replies);
        const ended = new Map<string, Ended>();
        const draw = random(seed);
        let underWay = new Set<string>();
        for (;;) {
          const move = organization.next(paramsOf(team, { seed: 1 }), ended);
          if ("answer" in move) break;
          const asked = new Set(move.ask.filter((step) => !ended.has(step.id)).map((step) => step.id));
          for (const id of underWay) expect(asked, `${id} would be cancelled`).toContain(id);
          const step = move.ask.filter((one) => asked.has(one.id))[Math.floor(draw() * asked.size)]!;
          ended.set(step.id, endOf(step));
          underWay = asked;
          underWay.delete(step.id);
        }
        expect(underWay.size, "steps were asked that turned out not to be needed").toBe(0);
      }),
    );
  });

  it("says which steps gave the answer", () => {
    fc.assert(
      fc.property(anyTeam, fc.nat(), (team, seed) => {
        const { ended, move } = play(team, endings(seed, anything), random(seed));
        expect(move.because.length > 0).toBe(move.answer !== null);
        expect(move.verdicts.map((verdict) => verdict.value)).toContain(move.answer);
        for (const id of move.because) expect(ended.get(id)).toEqual(answered(move.answer));
      }),
    );
  });

  it("says so when members failed, and only then", () => {
    const usageOnly = (state: "failed" | "cancelled" | "over-budget" | "unparsed") => (): Ended => ({ state, usage });
    for (const team of teams) {
      for (const state of ["failed", "cancelled", "over-budget"] as const)
        expect(play(team, usageOnly(state), random(1)).move).toMatchObject({
          answer: null,
          degraded: true,
          because: [],
        });
      expect(play(team, usageOnly("unparsed"), random(1)).move).toMatchObject({
        answer: null,
        degraded: false,
        because: [],
      });
      expect(play(team, () => answered("A"), random(1)).move).toMatchObject({ answer: "A", degraded: false });
    }
    fc.assert(
      fc.property(anyTeam, fc.nat(), (team, seed) => {
        const { ended, move } = play(team, endings(seed, anything), random(seed));
        const lost = [...ended.values()].some((end) => ["failed", "cancelled", "over-budget"].includes(end.state));
        expect(move.degraded).toBe(lost);
      }),
    );
  });

  it("says in people's words what it is and what to do, naming everyone it asks", () => {
    for (const team of teams) {
      const { label, instruction } = organization.describe(team, ({ agent }) => `<${agent}>`);
      for (const { agent } of membersOf(team.cast)) {
        expect(label).toContain(`<${agent}>`);
        expect(instruction).toContain(`<${agent}>`);
      }
      expect(instruction).toMatch(/^[A-Z].*\.$/);
    }
  });

  it("reads only answers, each once", () => {
    fc.assert(
      fc.property(anyTeam, fc.nat(), (team, seed) => {
        const endOf = endings(seed, anything);
        const ended = new Map<string, Ended>();
        play(
          team,
          (step) => {
            expect(new Set(step.reads).size).toBe(step.reads.length);
            for (const id of step.reads) expect(ended.get(id)).toMatchObject({ answer: { value: expect.any(String) } });
            if (step.refines) expect(step.reads).not.toHaveLength(0);
            // This is how everyone else knows that agents read; a replay would take a reader for one who answers alone.
            if (step.reads.length > 0) expect(organization.readSignal).toBeDefined();
            const end = endOf(step);
            ended.set(step.id, end);
            return end;
          },
          random(seed),
        );
      }),
    );
  });

  // Only agents that read each other have a law for it; whoever states it is held to a simulation of every message.
  const { readSignal } = organization;
  if (readSignal)
    it.each([
      [2, 0.62, 0.8, 0.2],
      [2, 0.45, 0.95, 0],
      [2, 0.7, 0.5, 0.6],
      [4, 0.35, 0.8, 0.2],
      [4, 0.6, 1, 0.1],
      [4, 0.2, 0.9, 0.3],
    ])("signals what a simulation finds: %i answers, leaves right at %s, γ about %s, ρ = %s", (k, leaf, gamma, rho) => {
      const fidelity = (messageTokens = 64) => gamma ** (64 / (32 + messageTokens / 2));
      for (const [i, team] of teams.entries()) {
        const said = readSignal(team, spokenBy(leaf, 0, k), { fidelity, rho }, k);
        const { accuracy } = simulate(team, {
          accuracy: leaf,
          fidelity,
          sharing: rho,
          options: k,
          trials: 4000,
          seed: 10 + i,
        });
        const difference = Math.abs(accuracy.mean - accuracyOf(said, k));
        expect(difference, team.text).toBeLessThanOrEqual(4 * accuracy.standardError);
      }
    });

  // Not every organization is a sequence of votes; one that says so is held to it.
  if (organization.stages)
    it("has stages that agree with `next`", () => {
      fc.assert(
        fc.property(anyTeam, fc.nat(), (team, seed) => {
          const stages = organization.stages!(team);
          const { ended, move } = play(team, endings(seed, anything), random(seed));
          expect(nextOfStages(stages, paramsOf(team, { seed: 1 }), ended)).toEqual(move);
          expect(stages.at(-1)!.accept).toBe("final");
          const calls = stages.map((stage) => stage.members.reduce((sum, { samples }) => sum + samples, 0));
          expect(calls.reduce((sum, n) => sum + n)).toBe(organization.bound(team).steps);
        }),
      );
    });
});

it("somebody offers teams", () => {
  const offering = Object.values<Organization>(organizations).filter(
    ({ candidates }) => [...candidates(roster)].length,
  );
  expect(offering.length).toBeGreaterThan(2);
});

describe("a vote", () => {
  const endAs = (values: Readonly<Record<string, Ended>>) => (step: Step) => values[step.agent]!;
  const of = (text: string, values: Readonly<Record<string, Ended>>, seed = 1): Move =>
    play(parseTeam(text), endAs(values), random(1), seed).move;

  it("leaves a failed member out and lets the others decide", () => {
    const failed: Ended = { state: "failed", usage };
    expect(of("vote@a,b,c", { a: failed, b: answered("B"), c: answered("B") })).toEqual({
      answer: "B",
      degraded: true,
      because: ["solve/1", "solve/2"],
      verdicts: [{ value: "B", probability: 1 }],
    });
  });

  it("gives a tie to the earliest member that answered", () => {
    expect(of("vote@a,b,c", { a: answered(null), b: answered("B"), c: answered("C") })).toMatchObject({ answer: "B" });
  });

  it("splits a tie among samples of one agent by the seed", () => {
    const texts = Array.from({ length: 200 }, (_, seed) => {
      const values = ["A", "B"];
      const { move } = play(
        parseTeam("vote:2@a"),
        (step) => answered(values[Number(step.id.slice(6))]!),
        random(1),
        seed,
      );
      return move.answer;
    });
    const share = texts.filter((text) => text === "A").length / 200;
    expect(share).toBeGreaterThan(0.35);
    expect(share).toBeLessThan(0.65);
  });
});

describe("a cascade", () => {
  const run = (text: string, values: Readonly<Record<string, Ended>>) =>
    play(parseTeam(text), (step) => values[step.agent]!, random(1));

  it("stops where the first stage agrees, and else takes the last stage's word", () => {
    expect(run("cascade@a+b,c", { a: answered("X"), b: answered("X"), c: answered("C") })).toMatchObject({
      calls: 2,
      move: { answer: "X" },
    });
    expect(run("cascade@a+b,c", { a: answered("X"), b: answered("Y"), c: answered("C") })).toMatchObject({
      calls: 3,
      move: { answer: "C" },
    });
  });

  it("never takes silence for agreement", () => {
    expect(run("cascade@a+b,c", { a: answered(null), b: answered(null), c: answered("C") }).move).toMatchObject({
      answer: "C",
      degraded: false,
    });
    expect(run("cascade@a+b,c", { a: answered("X"), b: answered(null), c: answered("C") }).move).toMatchObject({
      answer: "C",
    });
    const failed: Ended = { state: "failed", usage };
    expect(run("cascade@a+b,c", { a: answered("X"), b: failed, c: answered("C") }).move).toMatchObject({
      answer: "C",
      degraded: true,
    });
  });

  it("by majority is content with more than half", () => {
    const values = { a: answered("X"), b: answered("X"), c: answered("Y"), d: answered("D") };
    expect(run("cascade@a+b+c,d", values).move).toMatchObject({ answer: "D" });
    expect(run("cascade.majority@a+b+c,d", values).move).toMatchObject({
      answer: "X",
      because: ["stage-1/0", "stage-1/1"],
    });
  });

  it("counts the votes of the last stage alone", () => {
    const values = { a: answered("X"), b: answered("Y"), c: answered("C"), d: answered("X") };
    expect(run("cascade@a+b,c+d", values).move).toMatchObject({ answer: "C" });
  });
});

describe("ahead", () => {
  const team = parseTeam("ahead:2/5@a");
  const sequence = (values: readonly (string | null)[]) => {
    const batches: number[] = [];
    const ended = new Map<string, Ended>();
    for (;;) {
      const move = organizationOf(team).next(paramsOf(team, { seed: 1 }), ended);
      if ("answer" in move) return { answer: move.answer, calls: ended.size, batches };
      batches.push(move.ask.length);
      for (const step of move.ask) ended.set(step.id, answered(values[Number(step.id.slice(7))]!));
    }
  };

  it("asks two at once, as one can never lead by two, then only what is certainly needed", () => {
    expect(sequence(["A", "A"])).toEqual({ answer: "A", calls: 2, batches: [2] });
    expect(sequence(["A", "B", "B", "B"])).toEqual({ answer: "B", calls: 4, batches: [2, 2] });
    expect(sequence(["A", null, "B", "A", "A"])).toEqual({ answer: "A", calls: 5, batches: [2, 1, 2] });
  });

  it("takes the most frequent answer when the calls are used up", () => {
    expect(sequence(["A", "B", "A", "B", "A"])).toMatchObject({ answer: "A", calls: 5 });
    expect(sequence([null, null, null, null, null])).toMatchObject({ answer: null, calls: 5 });
  });
});
