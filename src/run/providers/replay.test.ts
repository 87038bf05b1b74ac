import { describe, expect, it } from "vitest";
import { aCall } from "../../../test/run/local-upstream.ts";
import type { Attempt, Attempts } from "../../records/attempt.ts";
import type { Clock } from "../clock.ts";
import { replayProvider } from "./replay.ts";

const recorded = (attempts: readonly Partial<Attempt>[]): Attempts => ({
  name: "tape",
  attempts: attempts.map((one) => ({ taskId: "t1", agent: "m", sample: 0, answer: "A", ...one })),
  lines: attempts.length,
  badLines: [],
  sorts: { graded: 0, scored: 0, ungraded: attempts.length, aggregated: 0, relay: 0 },
  disagreements: [],
  sources: [],
});
const step = (more: object) => aCall({ step: { task: "t1", id: "solve/0", role: "solve", agent: "m", ...more } });
const ask = (attempts: readonly Partial<Attempt>[], more: object = {}) =>
  replayProvider(recorded(attempts)).call(step(more), { timeoutMs: 1000 });

describe("a replay", () => {
  it("gives the answer of agent, task, level, role and sample, with its tokens, cost and time", async () => {
    const tape = [
      {
        sample: 0,
        answer: "A",
        tokensIn: 100,
        tokensInCached: 40,
        tokensOut: 7,
        costUsd: 0.002,
        seconds: 1.5,
        logprob: -0.1,
      },
      { sample: 1, answer: "B" },
      { level: "high", answer: "C" },
      { role: "read", answer: "D" },
      { taskId: "t2", answer: "E" },
    ];
    expect(await ask(tape)).toMatchObject({
      ...{ text: "A", usd: 0.002, ms: 1500, logprob: -0.1 },
      tokens: { tokensIn: 100, tokensInCached: 40, tokensOut: 7, tokensReasoning: 0 },
    });
    expect(await ask(tape, { sample: 1 })).toMatchObject({ text: "B" });
    expect(await ask(tape, { level: "high" })).toMatchObject({ text: "C" });
    expect(await ask(tape, { role: "read" })).toMatchObject({ text: "D" });
    expect(await ask(tape, { task: "t2" })).toMatchObject({ text: "E" });
  });

  it.each([
    [{ task: "t9" }, 'no answer of "m" to "t9"'],
    [{ agent: "other", role: "judge" }, 'no answer of "other" to "t1" as judge'],
    [{ sample: 5 }, "holds 1 answers"],
    [{ level: "low" }, "at the levels none, not at low"],
  ])("says what it lacks for %j, for nothing", async (more, says) => {
    const result = await ask([{}], more);
    expect(result).toMatchObject({ kind: "failed", trouble: "not-found", billing: "free", retryable: false });
    expect(result.kind === "failed" && result.message).toContain(says);
  });

  it("takes the only level there is where none is asked for, and guesses among none", async () => {
    expect(await ask([{ level: "high" }])).toMatchObject({ text: "A" });
    expect(await ask([{ level: "high" }, { level: "low" }])).toMatchObject({ kind: "failed", trouble: "not-found" });
  });

  it("ends as it was recorded to: cut off, refused, unparsed, failed", async () => {
    expect(await ask([{ status: "truncated", answer: null }])).toMatchObject({ kind: "replied", finish: "length" });
    expect(await ask([{ status: "refused", answer: null }])).toMatchObject({ kind: "replied", finish: "refused" });
    expect(await ask([{ answer: null }])).toMatchObject({ kind: "replied", text: "", finish: "stop" });
    expect(await ask([{ status: "failed", answer: null, tokensIn: 5, tokensOut: 1 }])).toMatchObject({
      kind: "failed",
      billing: "reported",
    });
  });

  it("does not make up answers of which only the grade was kept", async () => {
    const graded = (correct: number) => {
      const { answer: _, ...one } = { ...recorded([{ gold: "A", correct }]).attempts[0]! };
      return replayProvider({ ...recorded([]), attempts: [one] }).call(step({}), { timeoutMs: 1000 });
    };
    expect(await graded(1)).toMatchObject({ kind: "replied", text: "A" });
    expect(await graded(0)).toMatchObject({ kind: "failed", trouble: "not-found" });
  });

  it("takes as long as recorded, or as much less as asked for", async () => {
    const slept: number[] = [];
    const clock: Clock = { monotonicMs: () => 0, wallMs: () => 0, sleep: async (ms) => void slept.push(ms) };
    const provider = replayProvider(recorded([{ seconds: 30 }]), { speed: 10, clock });
    expect(await provider.call(step({}), { timeoutMs: 5000 })).toMatchObject({ ms: 30_000 });
    expect(slept).toEqual([3000]);
    expect(await provider.call(step({}), { timeoutMs: 2000 })).toMatchObject({ kind: "failed", trouble: "timeout" });
  });
});
