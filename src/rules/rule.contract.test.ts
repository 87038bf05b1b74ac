import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as rules from "./index.ts";
import { type Ballot, decide, type Rule } from "./rule.ts";
import { MissingWeight } from "./weighted.ts";

const ballot = (member: string, value: string | null, weight = 1): Ballot => ({ member, value, weight });
const value = fc.option(fc.constantFrom("A", "B", "C"), { nil: null });
/** Two to four members with one to three ballots each, in cast order. */
const cast = fc
  .array(fc.array(value, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 })
  .map((hands) => hands.flatMap((hand, member) => hand.map((answer) => ballot(`m${member}`, answer))));

const asMap = (rule: Rule, ballots: readonly Ballot[]) =>
  new Map(rule.verdicts(ballots).map((verdict) => [verdict.value, verdict.probability]));

describe.each(Object.entries<Rule>(rules))("%s", (_name, rule) => {
  it("gives what all members say", () => {
    for (const size of [1, 2, 3, 7])
      expect(rule.verdicts(Array.from({ length: size }, (_, i) => ballot(`m${i}`, "A")))).toEqual([
        { value: "A", probability: 1 },
      ]);
  });

  it("lets one vote decide alone, and gives no answer to no vote", () => {
    expect(rule.verdicts([ballot("a", null), ballot("b", "B"), ballot("c", null)])).toEqual([
      { value: "B", probability: 1 },
    ]);
    expect(rule.verdicts([ballot("a", null)])).toEqual([{ value: null, probability: 1 }]);
    expect(rule.verdicts([])).toEqual([{ value: null, probability: 1 }]);
  });

  it("gives each answer once, with probabilities that sum to 1", () => {
    fc.assert(
      fc.property(cast, (ballots) => {
        const verdicts = rule.verdicts(ballots);
        expect(verdicts.reduce((sum, verdict) => sum + verdict.probability, 0)).toBeCloseTo(1, 12);
        expect(new Set(verdicts.map((verdict) => verdict.value)).size).toBe(verdicts.length);
        for (const { value: given } of verdicts) expect([null, ...ballots.map((one) => one.value)]).toContain(given);
      }),
    );
  });

  it("treats a ballot without answer as no vote", () => {
    fc.assert(
      fc.property(cast, fc.nat(12), (ballots, at) => {
        const more = [...ballots.slice(0, at), ballot("silent", null), ...ballots.slice(at)];
        expect(asMap(rule, more)).toEqual(asMap(rule, ballots));
      }),
    );
  });

  it("does not care about the order of one member's ballots", () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 6 }), fc.nat(), (answers, turn) => {
        const turned = [...answers.slice(turn % answers.length), ...answers.slice(0, turn % answers.length)];
        const of = (list: readonly (string | null)[]) =>
          asMap(rule, [ballot("z", "C"), ...list.map((one) => ballot("a", one))]);
        expect(of(turned)).toEqual(of(answers));
      }),
    );
  });

  it("does not care which answers are called what", () => {
    const rename = new Map([
      ["A", "C"],
      ["B", "A"],
      ["C", "B"],
    ] as const);
    fc.assert(
      fc.property(cast, (ballots) => {
        const renamed = ballots.map((one) => ({ ...one, value: rename.get(one.value as "A") ?? null }));
        const expected = new Map([...asMap(rule, ballots)].map(([key, p]) => [rename.get(key as "A") ?? null, p]));
        expect(asMap(rule, renamed)).toEqual(expected);
      }),
    );
  });

  it("decides alike under the same seed, and as often as it says under many", () => {
    const ballots = [ballot("a", "A"), ballot("a", "B"), ballot("b", "C")];
    const given = Array.from({ length: 4000 }, (_, seed) => decide(rule, ballots, seed));
    expect(Array.from({ length: 20 }, (_, seed) => decide(rule, ballots, seed))).toEqual(given.slice(0, 20));
    for (const { value: answer, probability } of rule.verdicts(ballots)) {
      const share = given.filter((one) => one === answer).length / given.length;
      expect(Math.abs(share - probability)).toBeLessThanOrEqual(4 * Math.sqrt(0.25 / given.length));
    }
  });
});

describe.each(Object.entries<Rule>(rules).filter(([, rule]) => rule.quorum === undefined))(
  "%s in a tie",
  (_name, rule) => {
    it("goes to the earliest member", () => {
      expect(rule.verdicts([ballot("a", "A"), ballot("b", "B"), ballot("c", "C")])).toEqual([
        { value: "A", probability: 1 },
      ]);
      expect(
        rule.verdicts([ballot("a", "X"), ballot("b", "B"), ballot("c", "C"), ballot("d", "C"), ballot("e", "B")]),
      ).toEqual([{ value: "B", probability: 1 }]);
      expect(rule.verdicts([ballot("a", null), ballot("b", "B"), ballot("c", "C")])).toEqual([
        { value: "B", probability: 1 },
      ]);
    });

    it("is split evenly among the samples of the earliest member", () => {
      const two = rule.verdicts([ballot("a", "A"), ballot("a", "B"), ballot("a", "A"), ballot("b", "B")]);
      expect(two).toEqual([
        { value: "A", probability: 0.5 },
        { value: "B", probability: 0.5 },
      ]);
      const three = rule.verdicts(["A", "B", "C"].map((answer) => ballot("a", answer)));
      expect(three.map((verdict) => verdict.probability)).toEqual([1 / 3, 1 / 3, 1 / 3]);
      // C is as frequent, but only later members gave it
      expect(asMap(rule, [ballot("a", "A"), ballot("a", "B"), ballot("b", "C")])).toEqual(
        new Map([
          ["A", 0.5],
          ["B", 0.5],
        ]),
      );
    });
  },
);

describe.each(Object.entries<Rule>(rules).filter(([, rule]) => rule.quorum !== undefined))("%s", (_name, rule) => {
  it("gives no answer in a tie", () => {
    expect(rule.verdicts([ballot("a", "A"), ballot("b", "B")])).toEqual([{ value: null, probability: 1 }]);
  });
});

describe("the rules differ where they should", () => {
  it("three to two is a majority, two to one to one is not, and neither is unanimous", () => {
    const of = (answers: string) => [...answers].map((answer, i) => ballot(`m${i}`, answer));
    expect(decide(rules.majority, of("AABBA"), 1)).toBe("A");
    expect(decide(rules.majority, of("AABC"), 1)).toBeNull();
    expect(decide(rules.plurality, of("AABC"), 1)).toBe("A");
    expect(decide(rules.unanimous, of("AABBA"), 1)).toBeNull();
  });

  it("one heavy member outvotes two light ones, and 0.1 + 0.2 ties with 0.3", () => {
    expect(decide(rules.weighted, [ballot("a", "A", 1), ballot("b", "A", 1), ballot("c", "B", 3)], 1)).toBe("B");
    expect(decide(rules.weighted, [ballot("a", "A", 0.3), ballot("b", "B", 0.1), ballot("c", "B", 0.2)], 1)).toBe("A");
  });

  it("a missing weight is named, not guessed", () => {
    expect(() => rules.weighted.verdicts([{ member: "gpt", value: "A" }])).toThrow(MissingWeight);
    expect(() => rules.weighted.verdicts([{ member: "gpt", value: "A" }])).toThrow(/"gpt"/);
    expect(() => rules.weighted.verdicts([ballot("gpt", "A", -1)])).toThrow(/-1/);
  });
});
