import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { amountsMax, answerTokensMax, loadTokenizers, promptTokensMax, textTokensMax } from "./bound.ts";

const encodings = ["o200k_base", "cl100k_base", "p50k_base", "r50k_base"];

/** Text as nobody writes it: all planes, lone surrogates, combining marks, runs, marks of chat templates. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }),
      fc.constantFrom(
        "<|endoftext|>",
        "<|im_start|>",
        "<|fim_prefix|>",
        "\ud83d",
        "\u0301".repeat(9),
        "ﷺ",
        "𓂀𓂀",
        "\0",
        " ".repeat(40),
        "한국어",
        "½",
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

describe("the bound of a prompt", () => {
  it("by bytes is never below what any known tokenizer counts", async () => {
    const tokenizers = await loadTokenizers(encodings.map((tokenizer) => ({ tokenizer })));
    fc.assert(
      fc.property(anyText, (text) => {
        for (const encoding of encodings)
          for (const form of [text, text.normalize("NFKC")])
            expect(tokenizers.get(encoding)!(form)).toBeLessThanOrEqual(textTokensMax(text));
      }),
      { numRuns: 1_000 },
    );
  });

  it("by the agent's tokenizer is exact but for the template", async () => {
    await loadTokenizers([{ tokenizer: "o200k_base" }]);
    const messages = [{ role: "user", content: "<|endoftext|> is a mark, hello world" }] as const;
    const exact = promptTokensMax(messages, { tokenizer: "o200k_base", promptOverheadTokens: 0 });
    const bytes = promptTokensMax(messages, { promptOverheadTokens: 0 });
    expect(exact).toBeLessThan(bytes);
    expect(exact).toBe(8 + 13);
  });

  it("adds what a chat template and a hidden system prompt add", () => {
    const one = [{ role: "user", content: "abc" }] as const;
    expect(promptTokensMax(one, {})).toBe(3 + 8 + 64);
    expect(promptTokensMax([...one, ...one], { promptOverheadTokens: 500 })).toBe(2 * (3 + 8) + 500);
  });

  it("says what to do about a tokenizer that there is not", async () => {
    await expect(loadTokenizers([{ tokenizer: "o300k" }])).rejects.toMatchObject({ code: "no-tokenizer", exitCode: 2 });
  });
});

describe("amountsMax", () => {
  it("reserves prompt, answer, schema and tools at the dearest price", () => {
    const call = { messages: [{ role: "user", content: "abc" }] as const, maxTokens: 100, timeoutMs: 5_000 };
    const agent = {
      promptOverheadTokens: 0,
      prices: { inputPerMillion: 1, outputPerMillion: 2, reasoningPerMillion: 3 },
    };
    expect(amountsMax(call, agent)).toEqual({ tokens: 111, calls: 1, nanoUsd: 11 * 1_000 + 100 * 3_000, ms: 5_000 });
    const schema = { type: "object" };
    expect(amountsMax({ ...call, settings: { schema } }, agent).tokens).toBe(111 + JSON.stringify(schema).length);
    expect(amountsMax(call, {}).nanoUsd).toBe(0);
  });
});

describe("answerTokensMax", () => {
  it("is the message's length, but for models that reason beside it", () => {
    expect(answerTokensMax({ maxTokens: 2_048 })).toBe(2_048);
    expect(answerTokensMax({ maxTokens: 2_048, messageTokens: 64 })).toBe(64);
    expect(answerTokensMax({ maxTokens: 32, messageTokens: 64 })).toBe(32);
    expect(answerTokensMax({ maxTokens: 2_048, messageTokens: 64, effort: "high" })).toBe(2_048);
    expect(answerTokensMax({ maxTokens: 2_048, messageTokens: 64, effort: "none" })).toBe(64);
  });
});
