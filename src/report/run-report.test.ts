import { describe, expect, it } from "vitest";
import { accountOf } from "../trace/account.ts";
import type { Bill, Event } from "../trace/event.ts";
import type { RunResult } from "./run-data.ts";
import { runFormatFor } from "./run-formats.ts";
import { runReport } from "./run-report.ts";
import { runLines } from "./run-text.ts";

const held = { tokens: 500, calls: 1, nanoUsd: 9_000_000, ms: 60_000 };
const reported: Bill = {
  billing: "reported",
  amounts: { tokens: 120, calls: 1, nanoUsd: 2_000_000, ms: 800 },
  tokens: { tokensIn: 100, tokensInCached: 40, tokensOut: 20, tokensReasoning: 5 },
};
const evil = "<b>a\u001b[31m|b";

const step = { role: "solve", reads: [], key: "k" } as const;
const events: Event[] = [
  { at: 0, kind: "task-started", task: "t1" },
  {
    at: 1,
    kind: "step-ended",
    task: "t1",
    step: "s/0",
    ...step,
    agent: evil,
    state: "answered",
    value: "A",
    try: 0,
    bill: reported,
  },
  {
    at: 1,
    kind: "try-ended",
    task: "t1",
    step: "s/1",
    key: "l",
    try: 0,
    bill: { billing: "lost", amounts: held },
    reason: "reset",
  },
  {
    at: 2,
    kind: "step-ended",
    task: "t1",
    step: "s/1",
    ...step,
    agent: "b",
    state: "failed",
    value: null,
    reason: "reset",
  },
  { at: 3, kind: "noted", code: "circuit-open", message: "Endpoint x does not work.", endpoint: "x" },
  {
    at: 4,
    kind: "task-ended",
    task: "t1",
    state: "answered",
    answer: "A",
    degraded: true,
    because: [],
    ms: 900,
    criticalMs: 800,
  },
];

const spent = { tokens: 620, usd: 0.011, calls: 2, seconds: 60.8 };
const result: RunResult = {
  ...{ status: "degraded", team: "vote@a,b", budget: { run: { nanoUsd: 1e9 } }, asked: 2, answered: 1, failed: 1 },
  answers: [{ task_id: "t1", answer: "A", state: "answered", correct: 1, degraded: true }],
  accuracy: { value: 1, low: 0.4, high: 1, confidence: 0.9, tasks: 1 },
  ...{
    spent,
    unknown: { ...spent, tokens: 500, calls: 1, usd: 0.009 },
    reserved: { tokens: 0, usd: 0, calls: 0, seconds: 0 },
  },
  steps: { answered: 1, truncated: 0, unparsed: 0, refused: 0, failed: 1, cancelled: 0, "over-budget": 0 },
  ...{
    degraded: 1,
    seconds: 1,
    run: "runs/x",
    account: accountOf(events),
    forecast: [
      {
        what: "accuracy",
        forecast: { value: 0.7, low: 0.3, high: 0.9, confidence: 0.9 },
        measured: { value: 1, low: 0.4, high: 1, confidence: 0.9 },
        isInside: false,
      },
    ],
  },
};

describe("the report of a run", () => {
  it("tells in every format what a reader must know", () => {
    for (const file of ["r.html", "r.md", "r.txt", "r.json", "r"]) {
      const text = runFormatFor(file)!.render(runReport(result)).replaceAll(/\s+/g, " ");
      for (const words of ["1 task lacks a member", "500 tokens", "does not work", "reset"])
        expect(text).toContain(words);
    }
    expect(runFormatFor("r.pdf")).toBeUndefined();
  });

  it("keeps names from being markup, escapes of a terminal, or borders of a table", () => {
    const report = runReport(result);
    const page = runFormatFor("r.html")!.render(report);
    expect(page).not.toContain("<b>a");
    expect(page).not.toContain("<script");
    expect(runFormatFor("r.md")!.render(report)).toContain("\\|b");
    expect(runLines(report).join("")).not.toContain("\u001b");
  });

  it("stays within 80 columns where names do", () => {
    for (const line of runLines(runReport({ ...result, account: accountOf(events.slice(2)) })))
      expect(line.length).toBeLessThanOrEqual(80);
  });

  it.each([
    ["done", "100.0 % right on 1 task, for $0.01."],
    ["budget", "The budget ended the run: 1 of 1 task is answered, 100.0 % right."],
    ["interrupted", "The run was stopped: 1 of 1 task is answered, 100.0 % right."],
    ["failed", "Nothing was answered."],
  ] as const)("has a verdict for a run that is %s", (status, headline) => {
    expect(runReport({ ...result, status }).headline.replaceAll("\u202f", " ")).toBe(headline);
  });

  it("needs no journal: of a run that had nothing left to ask it tells the ledger's sums", () => {
    const { account: _, ...bare } = result;
    expect(runLines(runReport({ ...bare, forecast: null })).join(" ")).toContain("620 tokens in 2 calls");
  });
});
