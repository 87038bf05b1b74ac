import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { type Clock, systemClock } from "../../run/clock.ts";
import { drawFault, type FaultName, faultNames, parseFaults } from "./faults.ts";
import { type Mock, type MockOptions, startMock } from "./server.ts";
import { worldExample } from "./world.ts";

const open: Mock[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((mock) => mock.close()));
});

async function start(options: MockOptions = {}): Promise<Mock> {
  const mock = await startMock({ latency: 0, ...options });
  open.push(mock);
  return mock;
}

const body = (mock: Mock, more: object = {}, task = 0) => ({
  model: "clerk",
  messages: [{ role: "user", content: `${mock.tasks[task]!.question}\nEnd with a line\nANSWER: the letter` }],
  ...more,
});

async function post(mock: Mock, request: object, headers: Record<string, string> = {}, path = "/chat/completions") {
  const response = await fetch(mock.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(request),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
}

/** What comes over the wire, byte by byte, and how it ends. */
interface Seen {
  readonly head: string;
  readonly body: string;
  readonly end: "closed" | "reset" | "open";
  /** Pieces in which it came. */
  readonly pieces: number;
}

/** A client without any library: what is sent to it is what it says. */
function raw(mock: Mock, request: object, fault: string, waitMs = 3000): Promise<Seen> {
  const content = JSON.stringify(request);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(mock.port, "127.0.0.1");
    let end: Seen["end"] = "open";
    const timer = setTimeout(() => socket.destroy(), waitMs);
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("end", () => {
      end = "closed";
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNRESET") end = "reset";
    });
    socket.on("close", () => {
      clearTimeout(timer);
      const text = Buffer.concat(chunks).toString();
      const split = text.indexOf("\r\n\r\n");
      resolve({
        head: split < 0 ? text : text.slice(0, split).toLowerCase(),
        body:
          split < 0 ? "" : dechunked(text.slice(split + 4), /transfer-encoding: chunked/i.test(text.slice(0, split))),
        end,
        pieces: chunks.length,
      });
    });
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: mock\r\nconnection: close\r\nx-mock-fault: ${fault}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(content)}\r\n\r\n${content}`,
    );
  });
}

function dechunked(text: string, isChunked: boolean): string {
  if (!isChunked) return text;
  let whole = "";
  for (let at = 0; at < text.length; ) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd < 0) return whole;
    const length = Number.parseInt(text.slice(at, lineEnd), 16);
    whole += text.slice(lineEnd + 2, lineEnd + 2 + length);
    at = lineEnd + 2 + length + 2;
  }
  return whole;
}

const eventsOf = (text: string) =>
  text
    .split("\n\n")
    .filter((event) => event !== "")
    .map((event) => event.replace(/^data: /, ""));

/** A clock that stands until it is moved. */
function handClock() {
  let now = 0;
  let waiting: { at: number; wake: () => void }[] = [];
  const clock: Clock = {
    monotonicMs: () => now,
    wallMs: () => 1.7e12 + now,
    sleep: (ms, signal) =>
      new Promise((wake, reject) => {
        waiting.push({ at: now + ms, wake });
        signal?.addEventListener("abort", () => reject(signal.reason));
      }),
  };
  return {
    clock,
    get waiting() {
      return waiting.length;
    },
    move(ms: number) {
      now += ms;
      const due = waiting.filter(({ at }) => at <= now);
      waiting = waiting.filter(({ at }) => at > now);
      for (const { wake } of due) wake();
    },
  };
}

async function until(is: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !is(); i++) await delay(5);
  expect(is()).toBe(true);
}

describe("answers of the mock", () => {
  it("are the same for the same seed and the same request, from one start to the next, streamed or not", async () => {
    const texts = [];
    for (let i = 0; i < 2; i++) {
      const mock = await start();
      const whole = await post(mock, body(mock), { "idempotency-key": "k1" });
      const streamed = await post(mock, body(mock, { stream: true }), { "idempotency-key": "k1" });
      const deltas = eventsOf(streamed.text)
        .slice(0, -1)
        .map((event) => JSON.parse(event).choices[0].delta.content ?? "");
      const responses = await post(
        mock,
        { model: "clerk", input: body(mock).messages },
        { "idempotency-key": "k1" },
        "/responses",
      );
      texts.push(whole.json().choices[0].message.content, deltas.join(""), responses.json().output[0].content[0].text);
    }
    expect(new Set(texts).size).toBe(1);
  });

  it("take a time of their own at every try, so that asking again does not meet the same straggler", async () => {
    const waited: number[] = [];
    const clock = { ...systemClock, sleep: async (ms: number) => void waited.push(ms) };
    const mock = await start({ latency: 1, clock });
    const texts = [];
    for (let i = 0; i < 3; i++) texts.push((await post(mock, body(mock), { "idempotency-key": "k1" })).json().choices);
    expect(texts[1]).toEqual(texts[0]);
    expect(new Set(waited).size).toBe(3);
  });

  it("are drawn anew for another key, for another seed in the body, and for the next of identical requests", async () => {
    const mock = await start();
    const text = async (more: object, headers = {}) =>
      (await post(mock, body(mock, more), headers)).json().choices[0].message.content as string;
    const keyed = await Promise.all([1, 2, 3, 4, 5, 6].map((k) => text({}, { "idempotency-key": `${k}` })));
    expect(new Set(keyed).size).toBeGreaterThan(1);
    expect(await text({}, { "idempotency-key": "3" })).toBe(keyed[2]);
    const seeded = await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => text({ seed })));
    expect(new Set(seeded).size).toBeGreaterThan(1);
    expect(await text({ seed: 4 })).toBe(seeded[3]);
    const first = [];
    for (let i = 0; i < 6; i++) first.push(await text({}));
    expect(new Set(first).size).toBeGreaterThan(1);
    mock.reset();
    const again = [];
    for (let i = 0; i < 6; i++) again.push(await text({}));
    expect(again).toEqual(first);
  });

  it("come as many as n asks for, cut at stop, with log-probabilities where asked", async () => {
    const mock = await start();
    const several = (await post(mock, body(mock, { n: 3, logprobs: true }))).json();
    expect(several.choices.map(({ index }: { index: number }) => index)).toEqual([0, 1, 2]);
    for (const { message, logprobs } of several.choices)
      expect(logprobs.content.map(({ token }: { token: string }) => token).join("")).toBe(message.content);
    const stopped = (await post(mock, body(mock, { stop: ["ANSWER"] }))).json();
    expect(stopped.choices[0].message.content).not.toContain("ANSWER");
    expect(stopped.choices[0].finish_reason).toBe("stop");
  });

  it("fit a JSON schema", async () => {
    const mock = await start();
    const schema = {
      type: "object",
      properties: { why: { type: "string" }, answer: { type: "string" }, sure: { type: "boolean" } },
    };
    const format = { type: "json_schema", json_schema: { name: "a", schema } };
    const { choices } = (await post(mock, body(mock, { response_format: format }))).json();
    const said = JSON.parse(choices[0].message.content);
    expect(said).toEqual({ why: "", answer: expect.stringMatching(/^[A-D]$/), sure: false });
  });

  it("to prompts of nobody's script say so, the same each time, with a usage", async () => {
    const mock = await start();
    const request = { model: "clerk", messages: [{ role: "user", content: "Tell me a joke." }], seed: 1 };
    const [one, two] = [(await post(mock, request)).json(), (await post(mock, request)).json()];
    expect(one.choices).toEqual(two.choices);
    expect(one.choices[0].message.content).toContain("scripted agent");
    expect(one.usage.total_tokens).toBe(one.usage.prompt_tokens + one.usage.completion_tokens);
    expect(one.usage.prompt_tokens).toBeLessThanOrEqual("Tell me a joke.".length + 7);
  });
});

describe("requests that cannot be answered", () => {
  it("get the status and the words of the protocol, and cost nothing", async () => {
    const mock = await start({ apiKey: "secret" });
    const key = { authorization: "Bearer secret" };
    const [message] = body(mock).messages;
    const cases: readonly (readonly [object, Record<string, string>, number, string])[] = [
      [body(mock), {}, 401, "invalid_api_key"],
      [body(mock, { model: "gpt-9" }), key, 404, "model_not_found"],
      [{ model: "clerk" }, key, 400, "invalid_request_error"],
      [{ messages: [message] }, key, 400, "invalid_request_error"],
      [body(mock, { max_tokens: 0 }), key, 400, "invalid_request_error"],
      [body(mock, { temperature: 9 }), key, 400, "invalid_request_error"],
      [body(mock, { model: "scout", reasoning_effort: "extreme" }), key, 400, "unsupported_value"],
      [
        { model: "clerk", messages: [{ role: "user", content: "word ".repeat(9000) }] },
        key,
        400,
        "context_length_exceeded",
      ],
    ];
    for (const [request, headers, status, code] of cases) {
      const got = await post(mock, request, headers);
      expect([got.status, got.json().error.code]).toEqual([status, code]);
    }
    const broken = await fetch(`${mock.url}/chat/completions`, { method: "POST", body: "{", headers: key });
    expect(broken.status).toBe(400);
    expect(mock.bill().total).toMatchObject({ calls: 0, nanoUsd: 0, tokensIn: 0 });
  });
});

describe("the bill", () => {
  it("is the sum of what clients were told, by model and by key", async () => {
    const mock = await start();
    const told = { calls: 0, tokensIn: 0, tokensOut: 0, tokensReasoning: 0 };
    for (const [i, model] of ["scout", "clerk", "scholar", "scout"].entries()) {
      const { usage } = (await post(mock, body(mock, { model }, i), { "idempotency-key": `${i % 3}` })).json();
      told.calls++;
      told.tokensIn += usage.prompt_tokens;
      told.tokensOut += usage.completion_tokens;
      told.tokensReasoning += usage.completion_tokens_details.reasoning_tokens;
    }
    const bill: any = await (await fetch(`${mock.url.replace("/v1", "/bill")}?keys=1`)).json();
    expect(bill.total).toMatchObject(told);
    expect(bill.total.nanoUsd).toBe(told.tokensIn * 500 + told.tokensOut * 2000);
    expect(bill.models.scout.calls + bill.models.clerk.calls + bill.models.scholar.calls).toBe(4);
    expect(bill.keys["0"].calls).toBe(2);
    expect(mock.bill({ keys: true })).toEqual(bill);
    expect(mock.bill().keys).toBeUndefined();
  });

  it("has cached tokens apart, in blocks, once a prompt is long enough", async () => {
    const mock = await start();
    const long = (end: string) => ({
      model: "scholar",
      messages: [{ role: "user", content: `${"word ".repeat(1500)}${end}` }],
    });
    const cached = async (end: string) =>
      (await post(mock, long(end))).json().usage.prompt_tokens_details.cached_tokens as number;
    expect(await cached("one")).toBe(0);
    const again = await cached("two");
    expect(again).toBeGreaterThan(1400);
    expect(again % 128).toBe(0);
    const { tokensIn, tokensInCached, tokensOut, nanoUsd } = mock.bill().total;
    expect(tokensInCached).toBe(again);
    expect(nanoUsd).toBe((tokensIn - tokensInCached) * 500 + tokensInCached * 250 + tokensOut * 2000);
  });

  it.each([false, true])("charges who leaves what was produced until then (streamed: %s)", async (stream) => {
    const hand = handClock();
    const mock = await start({ latency: { fixedMs: 1000 }, clock: hand.clock });
    const left = new AbortController();
    const call = fetch(`${mock.url}/chat/completions`, {
      method: "POST",
      body: JSON.stringify(body(mock, { stream })),
      headers: { "idempotency-key": "k" },
      signal: left.signal,
    }).then((response) => response.text());
    call.catch(() => {});
    await until(() => mock.bill().inFlight === 1 && hand.waiting > 0);
    const { tokensIn, tokensOut, calls } = mock.bill().total;
    expect([calls, tokensOut]).toEqual([1, 0]);
    expect(tokensIn).toBeGreaterThan(50);
    hand.move(250);
    left.abort();
    await expect(call).rejects.toThrow();
    await until(() => mock.bill().inFlight === 0);
    const bill = mock.bill().total;
    mock.reset();
    const full = await startMock({ latency: 0 });
    open.push(full);
    const whole = (await post(full, body(full), { "idempotency-key": "k" })).json().usage.completion_tokens;
    expect(bill.tokensOut).toBe(Math.ceil(whole / 4));
    expect(bill.aborted).toMatchObject({ calls: 1, tokensIn, tokensOut: bill.tokensOut, nanoUsd: bill.nanoUsd });
  });
});

describe("a stream", () => {
  it("brings its pieces as they are produced: reasoning first, usage last", async () => {
    const hand = handClock();
    const mock = await start({ latency: { fixedMs: 1000 }, clock: hand.clock });
    const response = await new Promise<Response>((resolve) => {
      void fetch(`${mock.url}/chat/completions`, {
        method: "POST",
        body: JSON.stringify(body(mock, { model: "scout", stream: true, stream_options: { include_usage: true } })),
      }).then(resolve);
      void until(() => hand.waiting > 0).then(() => hand.move(500));
    });
    let text = "";
    const whole = (async () => {
      for await (const part of response.body!.pipeThrough(new TextDecoderStream())) text += part;
    })();
    await until(() => text !== "");
    expect(eventsOf(text)).toHaveLength(1); // the role, with the first token
    await until(() => {
      hand.move(10);
      return text.includes("[DONE]");
    });
    await whole;
    const events = eventsOf(text);
    expect(events.at(-1)).toBe("[DONE]");
    expect(JSON.parse(events.at(-2)!).usage.completion_tokens_details.reasoning_tokens).toBeGreaterThan(50);
    expect(JSON.parse(events.at(-3)!).choices[0].finish_reason).toBe("stop");
  });
});

describe("faults", () => {
  const cases: Record<Exclude<FaultName, "reset">, (seen: Seen, request: { stream: boolean }) => void> = {
    "reset-start": ({ head, end }) => expect([head, end]).toEqual(["", "reset"]),
    "reset-before": ({ head, end }) => expect([head, end]).toEqual(["", "reset"]),
    "reset-headers"({ head, body, end }) {
      expect(head).toContain("200 ok");
      expect([body, end]).toEqual(["", "reset"]);
    },
    "reset-body"({ body, end }) {
      expect(body.length).toBeGreaterThan(100);
      expect(body).not.toContain("[DONE]");
      expect(body.endsWith("}")).toBe(false);
      expect(end).toBe("reset");
    },
    hang: ({ head, end }) => expect([head, end]).toEqual(["", "open"]),
    drip({ body, pieces, end }) {
      expect(pieces).toBeGreaterThan(10);
      expect(body).toMatch(/"usage"|\[DONE\]/);
      expect(end).toBe("closed");
    },
    truncated({ body, end }, { stream }) {
      expect(end).toBe("closed");
      if (stream) for (const event of eventsOf(body)) expect(() => JSON.parse(event)).not.toThrow();
      else expect(() => JSON.parse(body)).toThrow();
      expect(body).not.toMatch(/\[DONE\]|"usage":\{/);
    },
    "bad-json"({ body, end }, { stream }) {
      expect(end).toBe("closed");
      const bad = stream ? eventsOf(body).filter((event) => event !== "[DONE]" && !isJson(event)) : [body];
      expect(bad).toHaveLength(1);
      expect(isJson(bad[0]!)).toBe(false);
    },
    "no-usage"({ body }, { stream }) {
      expect(body).not.toContain(`"usage":{`);
      expect(stream ? body.includes("[DONE]") : isJson(body)).toBe(true);
    },
    duplicate({ body }, { stream }) {
      if (!stream) return expect(isJson(body)).toBe(true);
      expect(body.match(/\[DONE\]/g)).toHaveLength(2);
      expect(body.match(/"finish_reason":"stop"/g)).toHaveLength(2);
      expect(body.match(/"usage":\{/g)).toHaveLength(2);
    },
    "content-type"({ head, body }, { stream }) {
      expect(head).toContain("content-type: text/html");
      expect(stream ? body.includes("[DONE]") : isJson(body)).toBe(true);
    },
    html({ head, body }) {
      expect(head).toContain("200 ok");
      expect(body).toMatch(/^<!doctype html>/);
    },
    "429-seconds"({ head }) {
      expect(head).toContain("429 ");
      expect(head).toMatch(/\r\nretry-after: 2\r\n/);
    },
    "429-date"({ head }) {
      const date = Date.parse(/\r\nretry-after: ([^\r]+)/.exec(head)![1]!);
      expect(date - Date.now()).toBeGreaterThan(-60_000);
      expect(date - Date.now()).toBeLessThan(60_000);
    },
    "429-ms": ({ head }) => expect(head).toMatch(/429 [\s\S]*\r\nretry-after-ms: 1500\r\n/),
    "429-bare"({ head }) {
      expect(head).toContain("429 ");
      expect(head).not.toContain("retry-after");
    },
  };
  const isJson = (text: string) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const free: readonly string[] = ["reset-start", "429-seconds", "429-date", "429-ms", "429-bare"];

  it("all have a case here", () => {
    expect(Object.keys(cases).sort()).toEqual(
      Object.keys(faultNames)
        .filter((name) => name !== "reset")
        .sort(),
    );
  });

  it.concurrent.each(
    Object.entries(cases).flatMap(([name, check]) => [false, true].map((stream) => ({ name, check, stream }))),
  )("$name is what a raw client sees (streamed: $stream), charged as stated", async ({ name, check, stream }) => {
    const mock = await startMock({ latency: 0, retryAfterMs: 1500, dripMs: 5 });
    try {
      const request = body(mock, { stream, stream_options: { include_usage: true } });
      check(await raw(mock, request, name, name === "hang" ? 150 : 5000), { stream });
      const { calls, spoiled, refused, requests } = mock.bill().total;
      expect([requests, calls]).toEqual([1, free.includes(name) ? 0 : 1]);
      expect(spoiled.calls).toBe(["drip", "duplicate"].includes(name) ? 0 : calls);
      expect(Object.values(refused)).toEqual(calls === 0 ? [1] : []);
    } finally {
      await mock.close();
    }
  });

  it.each(["500", "503", "502", "529", "404"])("status %s is charged as stated", async (status) => {
    const mock = await start();
    for (let i = 0; i < 64; i++) {
      const got = await post(mock, body(mock), { "x-mock-fault": status, "idempotency-key": `${i}` });
      expect(got.status).toBe(Number(status));
    }
    const { calls, spoiled } = mock.bill().total;
    expect(spoiled.calls).toBe(calls);
    if (status !== "500") expect(calls).toBe(0);
    else {
      expect(calls).toBeGreaterThan(16);
      expect(calls).toBeLessThan(48);
    }
  });

  it("come as often as stated, apart from the answer, so that the next try can succeed with the same one", async () => {
    const plain = await start();
    const mock = await start({ faults: { "503": 0.3, "bad-json": 0.1 } });
    const seen = new Map<number | "bad", number>();
    for (let i = 0; i < 300; i++) {
      const headers = { "idempotency-key": `${i}` };
      const expected = (await post(plain, body(plain, {}, i), headers)).json().choices;
      for (;;) {
        const got = await post(mock, body(mock, {}, i), headers);
        const kind = got.status !== 200 ? got.status : isJson(got.text) ? 200 : "bad";
        seen.set(kind, (seen.get(kind) ?? 0) + 1);
        if (kind !== 200) continue;
        expect(got.json().choices).toEqual(expected);
        break;
      }
    }
    const total = [...seen.values()].reduce((sum, one) => sum + one, 0);
    const z = (hits: number, share: number) => (hits / total - share) / Math.sqrt((share * (1 - share)) / total);
    expect(Math.abs(z(seen.get(503)!, 0.3))).toBeLessThan(4);
    expect(Math.abs(z(seen.get("bad")!, 0.1))).toBeLessThan(4);
  });

  it("named in a header one per try come in that order", async () => {
    const mock = await start();
    const headers = { "x-mock-fault": "503,429-ms,none", "idempotency-key": "k" };
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await post(mock, body(mock), headers)).status);
    expect(statuses).toEqual([503, 429, 200, 200]);
  });

  it("are refused where they do not exist or add up to more than all", () => {
    expect(() => parseFaults("429=0.1,flood=0.1")).toThrow('no fault "flood"');
    expect(() => parseFaults("429=1.5")).toThrow("share");
    expect(() => parseFaults("429")).toThrow("share");
    expect(() => parseFaults("429=0.6,500=0.6")).toThrow("add up to 1.2");
    expect(drawFault([["hang", 1]], 1, "x", 0)).toBe("hang");
  });
});

describe("limits", () => {
  it("let a rate through and say when to come again", async () => {
    const hand = handClock();
    const mock = await start({ limits: { requestsPerSecond: 5 }, clock: hand.clock });
    const statuses = async (count: number) => {
      const got = [];
      for (let i = 0; i < count; i++) got.push(await post(mock, body(mock)));
      return got;
    };
    const first = await statuses(8);
    expect(first.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
    expect(first[0]!.headers.get("x-ratelimit-limit-requests")).toBe("5");
    expect(first[0]!.headers.get("x-ratelimit-remaining-requests")).toBe("4");
    expect(first[0]!.headers.get("x-ratelimit-reset-requests")).toBe("200ms");
    expect(first[5]!.headers.get("retry-after-ms")).toBe("200");
    expect(first[5]!.headers.get("retry-after")).toBe("1");
    hand.move(400);
    expect((await statuses(3)).map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(mock.bill().total.refused).toEqual({ 429: 4 });
  });

  it("count the tokens that a request may use", async () => {
    const hand = handClock();
    const mock = await start({ limits: { tokensPerMinute: 1000 }, clock: hand.clock });
    const ask = () => post(mock, body(mock, { max_tokens: 600 }));
    expect((await ask()).status).toBe(200);
    const second = await ask();
    expect(second.status).toBe(429);
    expect(Number(second.headers.get("x-ratelimit-remaining-tokens"))).toBeLessThan(400);
    hand.move(Number(second.headers.get("retry-after-ms")));
    expect((await ask()).status).toBe(200);
  });

  it("hold the number of calls in flight", async () => {
    const hand = handClock();
    const mock = await start({ limits: { concurrency: 2 }, latency: { fixedMs: 100 }, clock: hand.clock });
    const both = [post(mock, body(mock)), post(mock, body(mock))];
    await until(() => mock.bill().inFlight === 2);
    expect((await post(mock, body(mock))).status).toBe(429);
    await until(() => hand.waiting === 2);
    hand.move(100);
    expect((await Promise.all(both)).map(({ status }) => status)).toEqual([200, 200]);
    expect(mock.bill().inFlightMax).toBe(2);
  });
});

describe("the endpoint", () => {
  it("says which models it has, that it is well, and knows no other path", async () => {
    const mock = await start();
    const get = async (path: string) => {
      const response = await fetch(mock.url.replace("/v1", "") + path);
      return [response.status, (await response.json()) as any] as const;
    };
    const [, models] = await get("/v1/models");
    expect(models.data.map(({ id }: { id: string }) => id)).toEqual(mock.models);
    expect((await get("/v1/models/clerk"))[1].id).toBe("clerk");
    expect((await get("/v1/models/gpt-9"))[0]).toBe(404);
    expect((await get("/health"))[0]).toBe(200);
    expect((await get("/v1/embeddings"))[0]).toBe(404);
  });

  it("refuses a port that is taken", async () => {
    const mock = await start();
    await expect(startMock({ port: mock.port })).rejects.toMatchObject({ code: "port-unavailable", exitCode: 2 });
  });

  it("answers thousands of requests over some connections, each of them billed once", async () => {
    const mock = await start({ world: { ...worldExample, tasks: 50 } });
    let next = 0;
    const work = async () => {
      while (next < 3000) {
        const i = next++;
        const got = await post(mock, body(mock, {}, i % 50), { "idempotency-key": `${i}` });
        if (got.status !== 200) throw new Error(got.text);
      }
    };
    await Promise.all(Array.from({ length: 32 }, work));
    expect(mock.bill().total).toMatchObject({ calls: 3000, requests: 3000 });
    expect(Object.keys(mock.bill({ keys: true }).keys!)).toHaveLength(3000);
    expect(mock.bill().inFlight).toBe(0);
  });
});
