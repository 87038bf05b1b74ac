import { describe, expect, it } from "vitest";
import { attemptsOf } from "./attempts.ts";
import type { Event, StepEnded } from "./event.ts";

const step = (id: string, value: string | null, more: Partial<StepEnded> = {}): Event => ({
  ...{ at: 1, kind: "step-ended", task: "t1", step: id, role: "solve", agent: "a", reads: [] },
  ...{ state: value === null ? "unparsed" : "answered", value },
  ...more,
});
const end: Event = {
  ...{ at: 2, kind: "task-ended", task: "t1", state: "answered", answer: "A", gold: "A", correct: 1 },
  ...{ degraded: false, because: [], ms: 5 },
};
const bill: StepEnded["bill"] = {
  billing: "reported",
  amounts: { tokens: 30, calls: 1, nanoUsd: 5000, ms: 700 },
  tokens: { tokensIn: 20, tokensInCached: 8, tokensOut: 10, tokensReasoning: 0 },
};

describe("attemptsOf", () => {
  it("numbers samples by step, not by arrival, and says what each cost", () => {
    const events = [step("solve/10", "B"), step("solve/2", "A", { bill, try: 0, ms: 700 }), end];
    expect([...attemptsOf(events)]).toMatchObject([
      {
        ...{ taskId: "t1", agent: "a", sample: 0, answer: "A", gold: "A", role: "solve", status: "ok" },
        ...{ tokensIn: 20, tokensInCached: 8, tokensOut: 10, costUsd: 5e-6, seconds: 0.7 },
      },
      { sample: 1, answer: "B" },
    ]);
  });

  it("tells unparsed, failed and truncated from wrong, and leaves out what nobody answered", () => {
    const events = [
      ...[
        step("solve/0", null),
        step("solve/1", null, { state: "failed" }),
        step("solve/2", "B", { state: "truncated" }),
      ],
      ...[step("solve/3", null, { state: "cancelled" }), step("solve/4", null, { state: "over-budget" }), end],
    ];
    const attempts = [...attemptsOf(events, { grade: (_, value) => (value === "A" ? 1 : 0) })];
    expect(attempts.map(({ status, correct }) => [status, correct])).toEqual([
      ["unparsed", 0],
      ["failed", undefined],
      ["truncated", 0],
    ]);
    expect(attempts[0]).toMatchObject({ answer: null });
    expect(attempts[1]).not.toHaveProperty("answer");
  });

  it("keeps what an answer cost where a resumed run takes it over", () => {
    const events = [step("solve/0", "A", { bill, try: 0, ms: 700 }), step("solve/0", "A", { reused: true }), end];
    expect([...attemptsOf(events)]).toMatchObject([{ tokensIn: 20, seconds: 0.7 }]);
  });

  it("names the agents that a reader read, within their group", () => {
    const leaf = { role: "leaf", group: "0", messageTokens: 16 };
    const events = [
      ...[step("leaf/0", "A", leaf), step("leaf/1", "B", { ...leaf, agent: "b", level: "high" })],
      ...[step("root", "A", { role: "reader", agent: "r", reads: ["leaf/0", "leaf/1"] }), end],
    ];
    expect([...attemptsOf(events)].at(-1)).toMatchObject({ role: "reader", reads: ["a", "b~high"], group: "0" });
  });
});
