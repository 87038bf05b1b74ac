// A process that owns a run and works on it until it is killed: reserves, "calls" an upstream that bills on arrival into a
// file of its own, settles, and says in another file what it was told. Arguments: directory, create | resume, keys, cap.
import { appendFileSync, closeSync, openSync, writeSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { systemClock } from "../../src/run/clock.ts";
import { openRun } from "../../src/run/open-run.ts";
import type { Amounts, Bill } from "../../src/trace/event.ts";

const [directory = "", mode = "", keys = "", cap = ""] = process.argv.slice(2);
export const opened = { quorate: "0", run: "r", team: "vote:3@a", seed: 1, tasks: 1, tasksDigest: "d", settings: {} };
const amounts = (tokens: number): Amounts => ({ tokens, calls: 1, nanoUsd: 0, ms: 0 });

const run = await openRun(directory, {
  mode: mode as "create" | "resume",
  opened,
  budget: { run: { tokens: Number(cap) } },
  clock: systemClock,
});
const upstream = openSync(`${directory}.upstream`, "a");
const told = openSync(`${directory}.told`, "a");
process.stdout.write("ready\n");

let next = 0;
async function lane(): Promise<void> {
  while (next < Number(keys)) {
    const key = `key-${next++}`;
    const said = { key, task: "t", step: key, agent: "a", why: "first" as const };
    const event = { ...said, at: 0, kind: "step-called" as const, role: "solve", reads: [], endpoint: "e" };
    const reply = await run.ledger.hold({ ...said, most: amounts(500), priority: 0, event });
    if (reply.kind === "over") return;
    if (reply.kind === "known") {
      writeSync(told, `${key} ${reply.answer.text}\n`);
      continue;
    }
    writeSync(upstream, `${key} ${reply.hold.try} 300\n`);
    for (let i = 0; i < 1 + (next % 3); i++) await turn();
    if (next % 17 === 0) {
      await run.ledger.lose(reply.hold, "reset");
      continue;
    }
    const bill: Bill = { billing: "reported", amounts: amounts(300) };
    const text = `answer to ${key} by ${process.pid} ${"x".repeat(300)}`;
    const stored = await run.ledger.settle(
      reply.hold,
      { text, finish: "stop", bill, ms: 1 },
      { task: "t", step: key, agent: "a", role: "solve", reads: [], state: "answered", value: key, text },
    );
    writeSync(told, `${key} ${stored.text}\n`);
  }
}
const outcomes = await Promise.allSettled(Array.from({ length: 50 }, lane));
const failed = outcomes.find((outcome) => outcome.status === "rejected");
if (failed !== undefined) {
  process.stdout.write(`failed ${failed.reason.code}\n`);
  await run.close().catch(() => undefined);
  process.exit(failed.reason.exitCode ?? 70);
}
await run.close();
closeSync(told);
appendFileSync(`${directory}.told`, "");
process.stdout.write("done\n");
