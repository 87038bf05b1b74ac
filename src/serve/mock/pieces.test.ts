import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { promptTokensMax } from "../../run/bound.ts";
import type { Task } from "../../run/task.ts";
import { random } from "../../theory/random.ts";
import { digestOf, readChat } from "./ask.ts";
import { promptCache } from "./cache.ts";
import { durationText, rateLimiter } from "./limits.ts";
import { indexTasks, worldTasks } from "./mock-tasks.ts";
import { parseWorld } from "./parse-world.ts";
import { replaySpeaker } from "./replay-speaker.ts";
import { countTokens, fillerText, tokenEnds } from "./tokens.ts";
import { answerForm, optionIn, written } from "./wording.ts";
import { computeOf, worldExample } from "./world.ts";

const anyText = fc.string({ unit: "binary" });

describe("the tokenizer", () => {
  it("never counts more tokens than a text has bytes of UTF-8, and cuts it nowhere but at tokens", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(countTokens(text)).toBeLessThanOrEqual(Buffer.byteLength(text));
        const ends = tokenEnds(text);
        expect(ends.length).toBe(countTokens(text));
        expect(ends.at(-1) ?? 0).toBe(text.length);
        expect(ends.every((end, i) => end > (ends[i - 1] ?? 0))).toBe(true);
      }),
    );
  });

  it("counts a text by its beginning: a cut at a token leaves the tokens before it as they were", () => {
    fc.assert(
      fc.property(anyText, fc.nat(), (text, n) => {
        const ends = tokenEnds(text);
        const kept = ends.slice(0, n % (ends.length + 1));
        expect(tokenEnds(text.slice(0, kept.at(-1) ?? 0))).toEqual(kept);
      }),
    );
  });

  it("makes texts of exactly so many tokens", () => {
    fc.assert(
      fc.property(fc.nat(20_000), (n) => countTokens(fillerText(n)) === n),
      { numRuns: 50 },
    );
    expect(countTokens(`${fillerText(7)}\nANSWER: B`)).toBe(7 + countTokens("\nANSWER: B"));
  });
});

describe("the cache of prompts", () => {
  const user = (content: string) => [{ role: "user", content } as const];

  it("finds whole blocks of a common beginning, never more than it, never before the shortest length", () => {
    fc.assert(
      fc.property(fc.nat(3000), fc.nat(600), fc.nat(600), (shared, a, b) => {
        const cache = promptCache();
        const common = fillerText(shared);
        const first = cache.count(user(`${common} one${fillerText(a)}`));
        const second = cache.count(user(`${common} two${fillerText(b)}`));
        expect(first.cached).toBe(0);
        expect(second.cached % 128).toBe(0);
        expect(second.cached).toBeLessThanOrEqual(shared + 4);
        if (second.cached > 0) expect(second.cached).toBeGreaterThanOrEqual(1024);
        const blocks = 128 * Math.floor((shared + 4) / 128);
        if (first.tokens >= 1024 && second.tokens >= 1024) expect(second.cached).toBe(blocks < 1024 ? 0 : blocks);
      }),
      { numRuns: 60 },
    );
  });

  it("counts no prompt above what a run bounds it by", () => {
    const anyMessage = fc.record({ role: fc.constantFrom("system", "user", "assistant"), content: anyText });
    fc.assert(
      fc.property(fc.array(anyMessage, { minLength: 1, maxLength: 40 }), (messages) => {
        expect(promptCache().count(messages).tokens).toBeLessThanOrEqual(promptTokensMax(messages, {}));
      }),
    );
  });

  it("forgets the oldest blocks first", () => {
    const cache = promptCache({ minTokens: 128, blocksMax: 16 });
    const prompt = (name: string) => user(`${name} ${fillerText(300)}`);
    cache.count(prompt("first"));
    for (let i = 0; i < 20; i++) cache.count(prompt(`other ${i}`));
    expect(cache.count(prompt("first")).cached).toBe(0);
    expect(cache.count(prompt("other 19")).cached).toBe(256);
  });
});

describe("tasks", () => {
  it("are found by their question anywhere in a text, the longest where one is part of another", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 20 }),
        anyText,
        anyText,
        (questions, before, after) => {
          const tasks = questions.map((question, i): Task => ({ taskId: `${i}`, question }));
          const index = indexTasks(tasks);
          for (const { question } of tasks) {
            if (question.trim() === "") continue;
            const text = `${before}${question}${after}`;
            const found = index.find(text)!;
            expect(text).toContain(found.question.trim());
            expect(found.question.length).toBeGreaterThanOrEqual(question.length);
          }
        },
      ),
    );
    expect(indexTasks([]).find("anything")).toBeUndefined();
  });

  it("of a world are all different, with as many choices as it states", () => {
    const tasks = worldTasks(worldExample, 3);
    expect(new Set(tasks.map(({ question }) => question)).size).toBe(worldExample.tasks);
    expect(tasks.every(({ choices, gold }) => choices!.length === 4 && "ABCD".includes(gold!))).toBe(true);
    const index = indexTasks(tasks);
    expect(tasks.every((task) => index.find(`Q: ${task.question}\nA:`) === task)).toBe(true);
  });
});

describe("forms of answers", () => {
  const options = ["12", "Paris", "B", "-3.5"];

  it.each([
    ["Give the answer as \\boxed{…}.", undefined, "\\boxed{12}"],
    ['Reply with JSON: {"value": …}', undefined, '{"value":"12"}'],
    ["End with <answer>…</answer>", undefined, "<answer>12</answer>"],
    ["End with a line:\nANSWER: the number alone", undefined, "ANSWER: 12"],
    ["Final answer: <number>", undefined, "Final answer: 12"],
    ["What is it?", undefined, "Answer: 12"],
    ["", { type: "object", properties: { n: { type: "integer" } } }, '{"n":12}'],
  ])("%s %j", (prompt, schema, expected) => {
    const form = answerForm(prompt, schema);
    expect(written("12", form)).toBe(expected);
    for (const [i, option] of options.entries())
      if (schema === undefined) expect(optionIn(`Some words.\n${written(option, form)}`, options)).toBe(i);
  });

  it("are none where a text names no option", () => {
    expect(optionIn("I could not say.", options)).toBeUndefined();
    expect(optionIn("", options)).toBeUndefined();
  });
});

describe("the compute of a request", () => {
  const [scout, , clerk] = worldExample.agents;

  it.each([
    [undefined, undefined, 150],
    ["450", undefined, 450],
    ["low", undefined, 50],
    ["high", 9999, 4050],
    [undefined, 1350, 1350],
    [undefined, 1351, 150],
    ["extreme", undefined, undefined],
    ["-5", undefined, undefined],
  ])("with effort %s and max_tokens %s is %s tokens", (effort, maxTokens, tokens) => {
    expect(computeOf(scout!, effort, maxTokens)?.tokens).toBe(tokens);
  });

  it("is the same at any effort for an agent of one accuracy", () => {
    expect(computeOf(clerk!, "high", 10)).toEqual({ tokens: 120, fits: false });
  });
});

describe("rates", () => {
  it("let no more through in any time than the limit and one full bucket, whoever comes when", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.array(fc.nat(400), { minLength: 1, maxLength: 300 }),
        (rate, gaps) => {
          let now = 0;
          const limiter = rateLimiter({ requestsPerSecond: rate }, () => now);
          const passed = gaps.filter((gap) => {
            now += gap;
            return limiter.take(0, 0) === undefined;
          }).length;
          expect(passed).toBeLessThanOrEqual(rate + (now * rate) / 1000 + 1e-6);
          const refused = limiter.take(0, 0);
          if (refused) {
            now += refused.retryAfterMs;
            expect(limiter.take(0, 0)).toBeUndefined(); // who waits as told gets through
          }
        },
      ),
    );
  });

  it("are told as the big providers write times", () => {
    expect([7.2, 1200, 360_000].map(durationText)).toEqual(["8ms", "1.2s", "6m0s"]);
  });
});

describe("a world from a file", () => {
  it("is the example where it says nothing", () => {
    expect(parseWorld("{}", "w.json")).toEqual(worldExample);
    expect(parseWorld(JSON.stringify(worldExample), "w.json")).toEqual(worldExample);
  });

  it.each([
    ["{", "not JSON"],
    ['{"rhoTask": 2}', "rhoTask"],
    ['{"unknown": 1}', "unknown"],
    ['{"wrongWeights": [1]}', "1 wrongWeights for 4 options"],
    [JSON.stringify({ agents: [worldExample.agents[0], worldExample.agents[0]] }), "twice"],
  ])("is refused with the reason: %s", (text, reason) => {
    expect(() => parseWorld(text, "w.json")).toThrow(reason);
  });
});

describe("a replay", () => {
  const attempts = [0, 1].map((sample) => ({
    taskId: "t1",
    agent: "gpt",
    sample,
    answer: ["B", "C"][sample]!,
    gold: "B",
    tokensIn: 20,
    tokensOut: 300,
    seconds: 2,
  }));
  const tasks = [{ taskId: "t1", question: "Which letter comes after A?", gold: "B" }];
  const speaker = () => replaySpeaker(attempts, tasks);
  const ask = (more: object = {}) => {
    const messages = [{ role: "user", content: `${tasks[0]!.question} End with "ANSWER: x".` }];
    const read = readChat({ model: "gpt", messages, ...more });
    if ("code" in read) throw new Error(read.message);
    return read;
  };
  const say = (to: ReturnType<typeof speaker>, identity: string, more: object = {}) =>
    to.answer(ask(more), digestOf(ask(more)), identity, random(1, identity));

  it("gives the samples in their order, the same to the same request, and 404 after the last", () => {
    const to = speaker();
    expect(say(to, "k1")).toMatchObject({ text: "ANSWER: B", tokensOut: 300, tokensIn: 20, ms: 2000, finish: "stop" });
    expect(say(to, "k2")).toMatchObject({ text: "ANSWER: C" });
    expect(say(to, "k1")).toMatchObject({ text: "ANSWER: B" });
    expect(say(to, "k3")).toMatchObject({ status: 404, code: "not_recorded" });
    to.reset!();
    expect(say(to, "k3")).toMatchObject({ text: "ANSWER: B" });
  });

  it("knows levels apart, and cuts what is longer than max_tokens", () => {
    expect(say(speaker(), "k", { reasoning_effort: "high" })).toMatchObject({ status: 404 });
    expect(say(speaker(), "k", { max_tokens: 100 })).toMatchObject({ text: "", tokensOut: 100, finish: "length" });
  });

  it("never bills more prompt tokens than the prompt has bytes", () => {
    const to = replaySpeaker([{ ...attempts[0]!, tokensIn: 1e6 }], tasks);
    const content = ask().messages[0]!.content;
    expect(say(to, "k")).toMatchObject({ tokensIn: Buffer.byteLength(content) + 7 });
  });
});
