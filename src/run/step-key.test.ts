import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonical, type Question, questionText, seedOf, stepKey } from "./step-key.ts";

const question: Question = {
  ...{ agent: "a", model: "m", messages: [{ role: "user", content: "Why?" }], settings: { temperature: 0.5 } },
  ...{ maxTokens: 100, seed: 1 },
};

describe("stepKey", () => {
  it("is 64 hexadecimal digits, and another for every sample", () => {
    const text = questionText(question);
    const keys = [0, 1, "0", "solve/0"].map((sample) => stepKey(text, sample));
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(keys).size).toBe(4);
  });

  it("differs wherever the question does", () => {
    const others: Partial<Question>[] = [
      ...[{ agent: "b" }, { model: "n" }, { messages: [{ role: "system", content: "Why?" } as const] }, { seed: 2 }],
      ...[{ settings: {} }, { settings: { temperature: 0.5, topP: 1 } }, { maxTokens: 101 }],
    ];
    const keys = [{}, ...others].map((other) => stepKey(questionText({ ...question, ...other }), 0));
    expect(new Set(keys).size).toBe(others.length + 1);
  });

  it("stays what it was: runs of earlier versions are resumed by it", () => {
    expect(stepKey(questionText(question), 0)).toBe("0049f78261d263bba7f37c2e0f0de44457d33ebd53460e7caba3754fb34ef184");
  });

  it("does not depend on the order in which fields were written", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (fields) => {
        const reversed = Object.fromEntries(Object.entries(fields).toReversed());
        expect(canonical(reversed)).toBe(canonical(fields));
      }),
    );
  });

  it("gives seeds of 31 bits", () => {
    expect(seedOf(`ffffffff${"0".repeat(56)}`)).toBe(2 ** 31 - 1);
  });
});
