import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonical, questionText } from "./step-key.ts";

describe("the text of a question", () => {
  it("is its canonical JSON, whatever it contains and whatever the order of its fields", () => {
    const message = fc.record({ role: fc.constantFrom("system" as const, "user" as const), content: fc.string() });
    const question = fc.record({
      agent: fc.string(),
      model: fc.string(),
      messages: fc.array(message),
      settings: fc.record(
        { topP: fc.double({ noNaN: true }), temperature: fc.double({ noNaN: true }), effort: fc.string() },
        { requiredKeys: [] },
      ),
      maxTokens: fc.integer({ min: 1 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(question, (one) => {
        expect(questionText(one)).toBe(canonical(one));
      }),
    );
  });
});
