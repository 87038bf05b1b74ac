import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Attempt } from "./attempt.ts";
import { formatAttempts, fromCells, mapFields, sortOf, toAttempt } from "./parse.ts";

const row = { task_id: "t", agent: "a", correct: 1 };

describe("toAttempt", () => {
  it("reads every field of the long table, and keeps the others", () => {
    expect(
      toAttempt({
        task_id: "t",
        agent: "a",
        sample: 2,
        answer: 12,
        gold: "12",
        correct: true,
        score: 7,
        score_max: 10,
        level: 3,
        group: "g",
        role: "solve",
        reads: ["b", 0],
        tokens_in: 10,
        tokens_out: 2.5,
        cost_usd: 0.01,
        seconds: 1.5,
        logprob: -0.25,
        status: "truncated",
        chars_out: 8,
      }),
    ).toEqual({
      taskId: "t",
      agent: "a",
      sample: 2,
      answer: "12",
      gold: "12",
      correct: 1,
      score: 7,
      scoreMax: 10,
      level: "3",
      group: "g",
      role: "solve",
      reads: ["b", "0"],
      tokensIn: 10,
      tokensOut: 2.5,
      costUsd: 0.01,
      seconds: 1.5,
      logprob: -0.25,
      status: "truncated",
      extra: { chars_out: 8 },
    } satisfies Attempt);
  });

  it("takes null for not recorded, but a null answer for an answer that could not be parsed", () => {
    expect(toAttempt({ ...row, answer: null, gold: null, seconds: null })).toEqual({
      taskId: "t",
      agent: "a",
      sample: 0,
      answer: null,
      correct: 1,
    });
  });

  it.each([
    [{ ...row, task_id: undefined }, "task_id is missing"],
    [{ ...row, task_id: 17 }, "task_id is 17, not a text"],
    [{ ...row, agent: "" }, 'agent is "", not a text'],
    [{ ...row, sample: "two" }, 'sample is "two", not an integer ≥ 0'],
    [{ ...row, sample: -1 }, "sample is -1, not an integer ≥ 0"],
    [{ ...row, correct: 0.5 }, "correct is 0.5, not 0 or 1 (grades between them go into score)"],
    [{ ...row, score: 7 }, "score is 7, not a number in [0, 1] (score_max is 1)"],
    [{ ...row, score_max: 0 }, "score_max is 0, not a number > 0"],
    [{ ...row, tokens_out: "many" }, 'tokens_out is "many", not a number ≥ 0'],
    [{ ...row, cost_usd: -1 }, "cost_usd is -1, not a number ≥ 0"],
    [{ ...row, status: "fine" }, 'status is "fine", not one of ok, truncated, unparsed, refused, failed'],
    [{ ...row, reads: "b" }, 'reads is "b", not a list of agents or samples'],
    [{ ...row, n_samples: 3 }, "n_samples and n_correct belong together, one of them is missing"],
    [{ ...row, n_samples: 3, n_correct: 4 }, "n_correct 4 > n_samples 3"],
    [{ ...row, message_tokens: 8, sent: "x" }, "sent and received belong together, one of them is missing"],
    [{ ...row, received: "x" }, "sent and received belong together, one of them is missing"],
    [{ task_id: "t", agent: "a", gold: "1" }, /^none of correct, score, answer/],
  ])("says what is wrong with %j", (bad, reason) => {
    expect(toAttempt(bad)).toEqual(typeof reason === "string" ? reason : expect.stringMatching(reason));
  });

  it("cuts long values in its reasons", () => {
    expect((toAttempt({ ...row, status: "x".repeat(500) }) as string).length).toBeLessThan(150);
  });
});

describe("sortOf", () => {
  it.each([
    [{ correct: 1 }, "graded"],
    [{ answer: "1", gold: "1" }, "graded"],
    [{ score: 0.5 }, "scored"],
    [{ answer: "1" }, "ungraded"],
    [{ n_samples: 2, n_correct: 1 }, "aggregated"],
    [{ message_tokens: 8, sent: "a", received: "b" }, "relay"],
    [{ sent: "a", received: "b" }, "relay"],
  ])("calls %j %s", (fields, sort) => {
    expect(sortOf(toAttempt({ task_id: "t", agent: "a", ...fields }) as Attempt)).toBe(sort);
  });
});

describe("formatAttempts", () => {
  const text = fc.string({ minLength: 1, maxLength: 8 });
  const amount = fc.double({ min: 0, max: 1e6, noNaN: true }).map((value) => value + 0); // no −0: JSON has none
  const anyAttempt: fc.Arbitrary<Attempt> = fc.record(
    {
      taskId: text,
      agent: text,
      sample: fc.nat(99),
      correct: fc.constantFrom(0, 1),
      answer: fc.option(text),
      gold: text,
      level: text,
      group: text,
      role: text,
      reads: fc.array(text, { maxLength: 2 }),
      tokensIn: amount,
      tokensOut: amount,
      costUsd: amount,
      seconds: amount,
      logprob: fc.double({ min: -99, max: -1e-9, noNaN: true }),
      status: fc.constantFrom("ok" as const, "unparsed" as const),
    },
    { requiredKeys: ["taskId", "agent", "sample", "correct"] },
  );

  it("writes lines from which the same attempts are read", () => {
    fc.assert(
      fc.property(fc.array(anyAttempt, { maxLength: 4 }), (attempts) => {
        const lines = [...formatAttempts({ attempts })];
        expect(lines.every((line) => line.endsWith("\n"))).toBe(true);
        expect(lines.map((line) => toAttempt(JSON.parse(line)))).toEqual(attempts);
      }),
    );
  });

  it("keeps aggregates, relay probes and foreign fields", () => {
    const attempts: Attempt[] = [
      { taskId: "t", agent: "a", sample: 0, nSamples: 10, nCorrect: 4, extra: { snapshot: "may" } },
      { taskId: "t", agent: "a", sample: 0, messageTokens: 8, sent: "1", received: "7" },
      { taskId: "t", agent: "a", sample: 0, score: 7, scoreMax: 10 },
    ];
    expect([...formatAttempts({ attempts })].map((line) => toAttempt(JSON.parse(line)))).toEqual(attempts);
  });
});

describe("mapFields", () => {
  it("reads our field from theirs", () => {
    expect(mapFields({ task_id: "t", trial: 3 }, { sample: "trial" })).toEqual({ task_id: "t", sample: 3 });
  });

  it("can swap two fields, and leaves ours where theirs is missing", () => {
    expect(mapFields({ agent: "x", model: "y" }, { agent: "model", model: "agent" })).toEqual({
      agent: "y",
      model: "x",
    });
    expect(mapFields({ agent: "x" }, { agent: "model" })).toEqual({ agent: "x" });
  });
});

describe("fromCells", () => {
  it("turns cells of numeric fields into numbers, and leaves the rest as text", () => {
    expect(
      fromCells({ task_id: "7", sample: "1", correct: "true", answer: "12", tokens_out: "x", reads: "a; b" }),
    ).toEqual({
      task_id: "7",
      sample: 1,
      correct: true,
      answer: "12",
      tokens_out: "x",
      reads: ["a", "b"],
    });
  });

  it("takes an empty cell for not recorded, an empty answer for one that could not be parsed", () => {
    expect(fromCells({ correct: "True", sample: "1.0" })).toEqual({ correct: true, sample: 1 }); // as Python writes them
    expect(fromCells({ task_id: "t", answer: "", seconds: "" })).toEqual({ task_id: "t", answer: null });
  });
});
