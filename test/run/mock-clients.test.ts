// Foreign clients, unchanged, against the mock: what they were told of usage is what it bills.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, streamText } from "ai";
import OpenAI from "openai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Mock, startMock } from "../../src/serve/mock/server.ts";

let mock: Mock;
beforeEach(async () => {
  mock = await startMock({ latency: 0 });
});
afterEach(() => mock.close());

const prompt = (task: number) => `${mock.tasks[task]!.question}\nEnd with a line of this form:\nANSWER: the letter`;

/** What clients were told, summed. */
const told = { tokensIn: 0, tokensOut: 0, tokensReasoning: 0 };
beforeEach(() => Object.assign(told, { tokensIn: 0, tokensOut: 0, tokensReasoning: 0 }));
function add(tokensIn: number | undefined, tokensOut: number | undefined, tokensReasoning: number | undefined) {
  told.tokensIn += tokensIn!;
  told.tokensOut += tokensOut!;
  told.tokensReasoning += tokensReasoning!;
}

async function expectBill(calls: number): Promise<void> {
  const bill: any = await (await fetch(mock.url.replace(/\/v1$/, "/bill"))).json();
  expect(bill.total).toMatchObject({ calls, requests: calls, ...told });
  expect(told.tokensIn).toBeGreaterThan(0);
  expect(told.tokensReasoning).toBeGreaterThan(0);
}

describe("the official openai client", () => {
  const client = () => new OpenAI({ baseURL: mock.url, apiKey: "any", maxRetries: 0 });

  it("chats, streamed and not", async () => {
    const openai = client();
    const seed = 7;
    const messages = [{ role: "user", content: prompt(0) }] as const;
    const whole = await openai.chat.completions.create({ model: "scout", messages: [...messages], seed });
    const { usage } = whole;
    add(usage!.prompt_tokens, usage!.completion_tokens, usage!.completion_tokens_details!.reasoning_tokens);
    const stream = await openai.chat.completions.create({
      model: "scout",
      messages: [...messages],
      seed,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = "";
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      const last = chunk.usage;
      if (last) add(last.prompt_tokens, last.completion_tokens, last.completion_tokens_details!.reasoning_tokens);
    }
    expect(text).toBe(whole.choices[0]!.message.content);
    expect(text).toMatch(/\nANSWER: [A-D]$/);
    await expectBill(2);
  });

  it("helps itself to streams through its own helper", async () => {
    const runner = client().chat.completions.stream({
      model: "scout",
      messages: [{ role: "user", content: prompt(1) }],
      stream_options: { include_usage: true },
    });
    const { choices, usage } = await runner.finalChatCompletion();
    add(usage!.prompt_tokens, usage!.completion_tokens, usage!.completion_tokens_details!.reasoning_tokens);
    expect(choices[0]!.finish_reason).toBe("stop");
    await expectBill(1);
  });

  it("asks for responses, streamed and not", async () => {
    const openai = client();
    const request = {
      model: "scout",
      input: prompt(2),
      reasoning: { effort: "high" as const },
      instructions: "Be brief.",
    };
    const headers = { headers: { "idempotency-key": "k" } };
    const whole = await openai.responses.create(request, headers);
    const { usage } = whole;
    add(usage!.input_tokens, usage!.output_tokens, usage!.output_tokens_details.reasoning_tokens);
    const stream = openai.responses.stream(request, headers);
    let text = "";
    const kinds = new Set<string>();
    for await (const event of stream) {
      kinds.add(event.type);
      if (event.type === "response.output_text.delta") text += event.delta;
    }
    const final = await stream.finalResponse();
    add(final.usage!.input_tokens, final.usage!.output_tokens, final.usage!.output_tokens_details.reasoning_tokens);
    expect([text, final.output_text]).toEqual([whole.output_text, whole.output_text]);
    expect(kinds).toContain("response.completed");
    expect(final.status).toBe("completed");
    await expectBill(2);
  });

  it("is told where an answer is cut", async () => {
    const openai = client();
    const chat = await openai.chat.completions.create({
      model: "clerk",
      messages: [{ role: "user", content: prompt(0) }],
      max_completion_tokens: 9,
    });
    expect(chat.choices[0]!.finish_reason).toBe("length");
    const response = await openai.responses.create({ model: "clerk", input: prompt(0), max_output_tokens: 9 });
    expect(response).toMatchObject({ status: "incomplete", incomplete_details: { reason: "max_output_tokens" } });
  });

  it("gets models, and errors of its own classes", async () => {
    const openai = client();
    const models: string[] = [];
    for await (const { id } of openai.models.list()) models.push(id);
    expect(models).toEqual(mock.models);
    const ask = (model: string, fault: string) =>
      openai.chat.completions.create(
        { model, messages: [{ role: "user", content: prompt(0) }] },
        { headers: { "x-mock-fault": fault } },
      );
    await expect(ask("gpt-9", "none")).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(ask("clerk", "429-seconds")).rejects.toBeInstanceOf(OpenAI.RateLimitError);
    await expect(ask("clerk", "503")).rejects.toBeInstanceOf(OpenAI.InternalServerError);
    await expect(ask("clerk", "reset-before")).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
  });

  it("gets its answer by its own retries", async () => {
    const openai = new OpenAI({ baseURL: mock.url, apiKey: "any", maxRetries: 3 });
    const { choices } = await openai.chat.completions.create(
      { model: "clerk", messages: [{ role: "user", content: prompt(0) }] },
      { headers: { "x-mock-fault": "429-ms,503,none", "idempotency-key": "k" } },
    );
    expect(choices[0]!.message.content).toMatch(/ANSWER: [A-D]$/);
  });
});

describe("the AI SDK", () => {
  const model = () =>
    createOpenAICompatible({ name: "mock", baseURL: mock.url, includeUsage: true }).chatModel("scout");

  it("generates and streams texts", async () => {
    const headers = { "idempotency-key": "k" };
    const whole = await generateText({ model: model(), prompt: prompt(0), headers, maxRetries: 0 });
    const streamed = streamText({ model: model(), prompt: prompt(0), headers, maxRetries: 0 });
    let text = "";
    for await (const delta of streamed.textStream) text += delta;
    for (const usage of [whole.usage, await streamed.usage])
      add(usage.inputTokens, usage.outputTokens, usage.outputTokenDetails?.reasoningTokens);
    expect(text).toBe(whole.text);
    expect(text).toMatch(/ANSWER: [A-D]$/);
    expect(whole.finishReason).toBe("stop");
    await expectBill(2);
  });

  it("is told where an answer is cut", async () => {
    const { finishReason, usage } = await generateText({ model: model(), prompt: prompt(0), maxOutputTokens: 9 });
    expect(finishReason).toBe("length");
    expect(usage.outputTokens).toBe(9);
  });
});
