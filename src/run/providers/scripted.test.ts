import { describe, expect, it } from "vitest";
import { aCall } from "../../../test/run/local-upstream.ts";
import { systemClock } from "../clock.ts";
import { messagesOf } from "../prompts/messages-of.ts";
import { openProvider } from "./open.ts";
import { scriptedProvider } from "./scripted.ts";

const context = { env: {}, clock: systemClock, cwd: ".", connectionsMax: 1 };
const choices = ["one", "two", "three", "four"];
const task = (i: number) => ({ taskId: `t${i}`, question: `Question ${i}?`, choices });

describe("scripted agents", () => {
  it("say the same to the same key, in any order, and another thing to another key", async () => {
    const provider = scriptedProvider((_, next) => String(next()));
    const ask = async (idempotencyKey: string) => {
      const result = await provider.call(aCall({ idempotencyKey }), { timeoutMs: 100 });
      return result.kind === "replied" ? result.text : "";
    };
    const [a, b] = [await ask("a"), await ask("b")];
    expect([await ask("b"), await ask("a")]).toEqual([b, a]);
    expect(a).not.toBe(b);
  });

  it("are cut at maxTokens, as an upstream would", async () => {
    const provider = scriptedProvider(() => "x".repeat(400));
    expect(await provider.call(aCall({ maxTokens: 10 }), { timeoutMs: 100 })).toMatchObject({
      text: "x".repeat(40),
      finish: "length",
      tokens: { tokensOut: 10 },
    });
  });

  it("turn what their script throws into a failure", async () => {
    const provider = scriptedProvider(() => {
      throw new Error("no idea");
    });
    expect(await provider.call(aCall(), { timeoutMs: 100 })).toMatchObject({
      kind: "failed",
      trouble: "server-error",
      message: "no idea",
    });
  });

  it("are right as often as stated, by level, and readers follow what arrives", async () => {
    const agents = {
      sure: { accuracy: 0.8 },
      climber: { k: 0.1, beta: 0.3, levels: [10, 1000], baseLevel: 10 },
    };
    const provider = await openProvider(
      "s",
      { kind: "scripted", agents, seed: 3, messages: { lengthScale: 50 } },
      context,
    );
    const n = 3000;
    // Without golds the seed decides what is right: an agent that is always right tells.
    const oracle = await openProvider(
      "s",
      { kind: "scripted", agents: { sure: { accuracy: 1 } }, seed: 3, rhoTask: 0 },
      context,
    );
    const answer = async (from: typeof provider, model: string, i: number, effort?: string) => {
      const messages = messagesOf({ role: "solve", reads: [] }, task(i), []);
      const step = { task: `t${i}`, id: "solve/0", role: "solve", agent: model };
      const settings = effort === undefined ? {} : { effort };
      const result = await from.call(
        aCall({ model, messages, maxTokens: 5000, settings, idempotencyKey: `${model}/${effort}/${i}`, step }),
        { timeoutMs: 100 },
      );
      return result.kind === "replied" ? result.text : JSON.stringify(result);
    };
    const share = async (model: string, effort?: string) => {
      let right = 0;
      for (let i = 0; i < n; i++)
        if ((await answer(provider, model, i, effort)) === (await answer(oracle, "sure", i))) right++;
      return right / n;
    };
    const within = 4 * Math.sqrt(0.25 / n) + 0.005;
    expect(Math.abs((await share("sure")) - 0.8)).toBeLessThan(within);
    expect(Math.abs((await share("climber")) - (1 + 0.1 * 10 ** 0.3) / 2)).toBeLessThan(within);
    expect(Math.abs((await share("climber", "1000")) - (1 + 0.1 * 1000 ** 0.3) / 2)).toBeLessThan(within);

    let heard = 0;
    for (let i = 0; i < n; i++) {
      const told = [{ step: { id: "solve/0", messageTokens: 50 }, text: "Answer: B" }];
      const messages = messagesOf({ role: "read", reads: ["solve/0"] }, task(i), told);
      const step = { task: `t${i}`, id: "read/0", role: "read", agent: "sure" };
      const result = await provider.call(
        aCall({ model: "sure", messages, maxTokens: 5000, idempotencyKey: `read/${i}`, step }),
        { timeoutMs: 100 },
      );
      if (result.kind === "replied" && result.text === "Answer: B") heard++;
    }
    const fidelity = 1 - Math.exp(-1);
    expect(Math.abs(heard / n - (fidelity + (1 - fidelity) / 4))).toBeLessThan(within);
  });
});
