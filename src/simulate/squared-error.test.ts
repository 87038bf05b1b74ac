import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTeam } from "../organizations/parse-team.ts";
import type { AnswerTable } from "../records/answer-table.ts";
import { Config } from "../records/config.ts";
import { gather } from "../records/gather.ts";
import { tabulate } from "../records/tabulate.ts";
import { outcomes, replay } from "./replay.ts";

type Answers = Readonly<Record<string, readonly (readonly (number | string | null)[])[]>>;

/** One task per entry of `gold`; answers[agent][task] are its samples. */
function tableOf(gold: readonly (number | string)[], answers: Answers, rest: object = {}): AnswerTable {
  const gathering = gather();
  let line = 0;
  for (const [agent, tasks] of Object.entries(answers))
    tasks.forEach((samples, task) => {
      samples.forEach((answer, sample) => {
        const text = answer === null ? null : String(answer);
        gathering.add(
          { task_id: `t${task}`, agent, sample, answer: text, gold: String(gold[task]), ...rest },
          "x",
          ++line,
        );
      });
    });
  return tabulate(gathering.finish("test", []), Config.parse({})).table;
}

const errorOf = (team: string, table: AnswerTable, options: object = {}) =>
  outcomes(parseTeam(team), table, { seed: 1, metric: "squared-error", ...options });

/** All ways to draw n of these without replacement, in order. */
function hands<T>(cards: readonly T[], n: number): T[][] {
  if (n === 0) return [[]];
  return cards.flatMap((card, i) => hands(cards.toSpliced(i, 1), n - 1).map((rest) => [card, ...rest]));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values: readonly number[]) => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};

const anyAnswer = fc.oneof({ weight: 5, arbitrary: fc.integer({ min: -9, max: 9 }) }, fc.constantFrom(null, "seven"));
const anySamples = (min: number) => fc.array(anyAnswer, { minLength: min, maxLength: 5 });

describe("squared error of a team", () => {
  it("is that of its answer, in the square of the answers' unit", () => {
    const table = tableOf([10, 20], { a: [[13], [18]], b: [[10], [26]] });
    expect([...errorOf("single@a", table).accuracy]).toEqual([9, 4]);
    expect([...errorOf("vote.mean@a,b", table).accuracy]).toEqual([1.5 ** 2, 2 ** 2]);
    expect(errorOf("vote.mean@a,b", table).method).toBe("exact");
    expect(errorOf("vote.mean@a,b", table).metric).toBe("squared-error");
  });

  it.each(["mean", "median"])("%s: the expectation over all hands and silences, exactly", (rule) => {
    const combine = rule === "mean" ? mean : median;
    fc.assert(
      fc.property(anySamples(3), anySamples(2), fc.integer({ min: -9, max: 9 }), (ofA, ofB, gold) => {
        const guess = 3;
        const table = tableOf([gold], { a: [[...ofA]], b: [[...ofB]] });
        if (table.columns.some(({ estimate }) => !estimate)) return;
        const all = hands(ofA, 3).flatMap((a) => hands(ofB, 2).map((b) => [...a, ...b]));
        const numbers = all.map((hand) => hand.filter((answer): answer is number => typeof answer === "number"));
        const expected = mean(numbers.map((hand) => ((hand.length > 0 ? combine(hand) : guess) - gold) ** 2));
        const { accuracy, unanswered, method } = errorOf(`vote.${rule}@a:3,b:2`, table, { guess });
        expect(method).toBe("exact");
        expect(accuracy[0]).toBeCloseTo(expected, 8);
        expect(unanswered![0]).toBeCloseTo(mean(numbers.map((hand) => Number(hand.length === 0))), 10);
      }),
    );
  });

  it("of a weighted mean goes by the weights of those who answered", () => {
    const table = tableOf([0], { a: [[1, 3]], b: [[8, null]] });
    const weights = new Map([
      ["a", 3],
      ["b", 1],
    ]);
    // a 1 or 3 against b 8 or silence
    const expected = mean([((3 + 8) / 4) ** 2, ((9 + 8) / 4) ** 2, 1, 9]);
    expect(errorOf("vote.linear@a,b", table, { weights }).accuracy[0]).toBeCloseTo(expected, 12);
    expect(() => errorOf("vote.linear@a,b", table)).toThrow(/weight of "a"/);
  });

  it("of a vote is that of the winning answer, ties as their expectation; words that win are no number", () => {
    const table = tableOf([5], { a: [[5]], b: [[9]], c: [[9]], d: [["nine"]] });
    expect(errorOf("vote@a,b,c", table).accuracy[0]).toBe(16);
    expect(errorOf("vote@a,b,c", table).unanswered![0]).toBe(0);
    const words = errorOf("vote@d,a,b", tableOf([5, 1], { a: [[5], [1]], b: [[9], [1]], d: [["nine"], [1]] }), {
      guess: 7,
    });
    expect(words.accuracy[0]).toBe(4);
    expect([...words.unanswered!]).toEqual([1, 0]);
    const split = tableOf([0], { a: [[1, 3, 3, 1]] });
    expect(errorOf("vote:2@a", split).accuracy[0]).toBeCloseTo((1 + 9) / 2, 12);
  });

  it("of a majority without a winner and of a race without answers is that of the guess", () => {
    const table = tableOf([5, 6], { a: [[5], [null]], b: [[9], [6]], c: [[1], [6]] });
    const { accuracy, unanswered } = errorOf("vote.majority@a,b,c", table, { guess: 8 });
    expect([...accuracy]).toEqual([9, 0]);
    expect([...unanswered!]).toEqual([1, 0]);
    const race = errorOf(
      "ahead:1/2@a",
      tableOf([5, 6], {
        a: [
          [null, null],
          [6, 8],
        ],
      }),
      { guess: 8 },
    );
    expect(race.accuracy[0]).toBe(9);
    expect(race.accuracy[1]).toBeCloseTo(2, 0); // 0 or 4, by draws
  });

  it("charges silence as if the mean truth had been guessed, unless told better", () => {
    const table = tableOf([10, 20], { a: [[null], [20]] });
    expect([...errorOf("single@a", table).accuracy]).toEqual([25, 0]);
    expect([...errorOf("single@a", table, { guess: 11 }).accuracy]).toEqual([1, 0]);
  });

  it("is unknown where the truth is no number, and refused where no member gave one", () => {
    const table = tableOf([10, "B"], { a: [[12], [3]], b: [["x"], ["B"]] });
    expect([...errorOf("single@a", table).accuracy]).toEqual([4, Number.NaN]);
    expect(() => errorOf("single@b", table)).toThrow(/"b" gave no number/);
    expect(() => errorOf("single@c", table)).toThrow(/No answer of "c"/);
  });

  it("of many answers is drawn where hands are too many, near what it would be", () => {
    const samples = Array.from({ length: 30 }, (_, i) => (i * 7.3) % 11);
    const table = tableOf([5], { a: [samples] });
    const { accuracy, method } = errorOf("vote.median:5@a", table, { draws: 4000 });
    expect(method).toBe("resampled");
    const sorted = samples.toSorted((a, b) => a - b);
    const ways = (n: number, k: number) =>
      Array.from({ length: k }, (_, i) => (n - i) / (i + 1)).reduce((a, b) => a * b, 1);
    const exact = sorted.reduce((sum, x, r) => sum + ((x - 5) ** 2 * ways(r, 2) * ways(29 - r, 2)) / ways(30, 5), 0);
    expect(Math.abs(accuracy[0]! - exact)).toBeLessThan(0.3);
  });
});

describe("accuracy of rules on numbers", () => {
  it("is equality with the truth, as graders compare", () => {
    const table = tableOf(["1,000", "8"], { a: [[999], [7]], b: [[1001], [7]] });
    const { accuracy } = outcomes(parseTeam("vote.mean@a,b"), table, { seed: 1 });
    expect([...accuracy]).toEqual([1, 0]);
    const silent = outcomes(parseTeam("vote.median@a,b"), tableOf([1], { a: [[null]], b: [["x"]] }), { seed: 1 });
    expect([...silent.accuracy]).toEqual([0]);
  });
});

describe("judges without a truth", () => {
  it("are held against the judges outside the team", () => {
    const table = tableOf([0], { a: [[2]], b: [[4]], c: [[9]] }, { gold_from: "others" });
    expect(errorOf("single@a", table).accuracy[0]).toBe((2 - 6.5) ** 2);
    expect(errorOf("vote.mean@a,b", table).accuracy[0]).toBe((3 - 9) ** 2);
    expect(errorOf("single@a", table).accuracy[0]).toBe((2 - 6.5) ** 2); // remembered by team, not by judge
    expect(errorOf("vote.mean@a,b,c", table).accuracy[0]).toBeNaN();
  });
});

describe("a replay in squared error", () => {
  it("says what the mean hides: the tasks' median, the largest task, and silence", () => {
    const table = tableOf([10, 20, 30], { a: [[10], [null], [130]] });
    const result = replay(parseTeam("single@a"), table, { seed: 1, metric: "squared-error", guess: 21 });
    expect(result.metric).toBe("squared-error");
    expect(result.accuracy.mean).toBeCloseTo(10001 / 3, 8);
    expect(result.errors).toEqual({
      rootMeanSquare: Math.sqrt(10001 / 3),
      median: 1,
      largest: { task: "t2", share: 10000 / 10001 },
    });
    expect(result.unanswered).toBe(1 / 3);
    expect(replay(parseTeam("single@a"), table, { seed: 1 }).errors).toBeUndefined();
  });
});
