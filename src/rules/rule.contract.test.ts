import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as rules from "./index.ts";
import { type Ballot, decide, type Rule } from "./rule.ts";
import { MissingWeight } from "./weighted.ts";

const ballot = (member: string, value: string | null, weight = 1): Ballot => ({ member, value, weight });
const value = fc.option(fc.constantFrom("A", "B", "C"), { nil: null });
/** Two to four members with one to three ballots each, in cast order. */
const castOf = (answers: fc.Arbitrary<string | null>) =>
  fc
    .array(fc.array(answers, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 })
    .map((hands) => hands.flatMap((hand, member) => hand.map((answer) => ballot(`m${member}`, answer))));
const cast = castOf(value);
const number = fc.integer({ min: -1000, max: 1000 });
const numericCast = castOf(fc.option(number.map(String), { nil: null }));

const all = Object.entries<Rule>(rules);
const counting = all.filter(([, rule]) => rule.combine === undefined);
const numeric = all.filter(([, rule]) => rule.combine !== undefined);

const asMap = (rule: Rule, ballots: readonly Ballot[]) =>
  new Map(rule.verdicts(ballots).map((verdict) => [verdict.value, verdict.probability]));

describe.each(all)("%s", (_name, rule) => {
  it("gives what all members say", () => {
    for (const size of [1, 2, 3, 7])
      expect(rule.verdicts(Array.from({ length: size }, (_, i) => ballot(`m${i}`, "0.1")))).toEqual([
        { value: "0.1", probability: 1 },
      ]);
  });

  it("lets one vote decide alone, and gives no answer to no vote", () => {
    expect(rule.verdicts([ballot("a", null), ballot("b", "7"), ballot("c", null)])).toEqual([
      { value: "7", probability: 1 },
    ]);
    expect(rule.verdicts([ballot("a", null)])).toEqual([{ value: null, probability: 1 }]);
    expect(rule.verdicts([])).toEqual([{ value: null, probability: 1 }]);
  });

  it("says in words what it does", () => {
    expect(rule.instruction).toMatch(/^take the /);
    expect(rule.noun).toMatch(/^[a-z ]+$/);
  });
});

describe.each(numeric)("%s", (_name, rule) => {
  const answerTo = (ballots: readonly Ballot[]) => {
    const [verdict, ...others] = rule.verdicts(ballots);
    expect(others).toEqual([]);
    expect(verdict!.probability).toBe(1);
    return verdict!.value === null ? Number.NaN : Number(verdict!.value);
  };

  it("stays within the numbers given", () => {
    fc.assert(
      fc.property(numericCast, (ballots) => {
        const given = ballots.flatMap((one) => (one.value === null ? [] : [Number(one.value)]));
        const answer = answerTo(ballots);
        if (given.length === 0) expect(answer).toBeNaN();
        else {
          expect(answer).toBeGreaterThanOrEqual(Math.min(...given) - 1e-9);
          expect(answer).toBeLessThanOrEqual(Math.max(...given) + 1e-9);
        }
      }),
    );
  });

  it("moves with its numbers, whatever their unit", () => {
    fc.assert(
      fc.property(numericCast, number, fc.constantFrom(-4, 0.5, 2), (ballots, shift, unit) => {
        const moved = ballots.map((one) => ({
          ...one,
          value: one.value === null ? null : String(shift + unit * Number(one.value)),
        }));
        const expected = shift + unit * answerTo(ballots);
        if (Number.isNaN(expected)) expect(answerTo(moved)).toBeNaN();
        else expect(answerTo(moved)).toBeCloseTo(expected, 8);
      }),
    );
  });

  it("takes words and silence for no votes, and reads what people write", () => {
    const plain = [ballot("a", "1200"), ballot("b", "5"), ballot("c", "7.5")];
    const written = [
      ballot("a", " 1,200. "),
      ballot("x", "many"),
      ballot("b", "$5"),
      ballot("y", null),
      ballot("c", "7.5%"),
    ];
    expect(answerTo(written)).toBe(answerTo(plain));
  });

  it("does not care about the order of members of equal weight", () => {
    fc.assert(
      fc.property(numericCast, (ballots) => {
        const turned = answerTo(ballots.toReversed());
        if (Number.isNaN(turned)) expect(answerTo(ballots)).toBeNaN();
        else expect(turned).toBeCloseTo(answerTo(ballots), 8);
      }),
    );
  });
});

describe.each(counting)("%s", (_name, rule) => {
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

describe.each(counting.filter(([, rule]) => rule.quorum === undefined))("%s in a tie", (_name, rule) => {
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
});

describe.each(counting.filter(([, rule]) => rule.quorum !== undefined))("%s", (_name, rule) => {
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

  it("the median does not see how far off one answer is; of an even number it is between the middle two", () => {
    const of = (...answers: string[]) => answers.map((answer, i) => ballot(`m${i}`, answer, i + 1));
    expect(decide(rules.median, of("3", "1000000", "5"), 1)).toBe("5");
    expect(decide(rules.median, of("3", "1000000", "5", "6"), 1)).toBe("5.5");
    expect(decide(rules.mean, of("3", "10", "5"), 1)).toBe("6");
    expect(decide(rules.linear, of("3", "9", "6"), 1)).toBe("6.5"); // (3 + 2·9 + 3·6)/6
  });

  it("without any weight all numbers count alike", () => {
    expect(decide(rules.linear, [ballot("a", "3", 0), ballot("b", "5", 0)], 1)).toBe("4");
  });

  it.each([rules.weighted, rules.linear])("a missing weight of a $noun is named, not guessed", (rule) => {
    expect(() => rule.verdicts([{ member: "gpt", value: "4" }])).toThrow(MissingWeight);
    expect(() => rule.verdicts([{ member: "gpt", value: "4" }])).toThrow(/"gpt"/);
    expect(() => rule.verdicts([ballot("gpt", "4", -1)])).toThrow(/-1/);
  });
});
