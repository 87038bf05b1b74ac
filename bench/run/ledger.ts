// The ledger alone: steps that are reserved, answered at once and settled, without HTTP. What it could do if calls took
// no time, what it takes of the main thread, and how fast a run of finished steps is taken up again. Each row in a process
// of its own.
//
//   npm exec -- node bench/run/ledger.ts [--steps 100000] [--directory /tmp] [--write]
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../src/run/clock.ts";
import type { HoldRequest, StoredAnswer } from "../../src/run/ledger.ts";
import { openRun } from "../../src/run/open-run.ts";
import * as stores from "../../src/run/store/index.ts";
import type { Amounts } from "../../src/trace/event.ts";

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "100000" },
    directory: { type: "string", default: tmpdir() },
    write: { type: "boolean", default: false },
    measure: { type: "string" },
    store: { type: "string", default: "sqlite" },
    flight: { type: "string", default: "1000" },
    run: { type: "string", default: "" },
  },
});
const opened = { quorate: "bench", run: "bench", team: "single@a", seed: 1, tasks: 1, tasksDigest: "-", settings: {} };
const budget = { run: { tokens: 2 ** 50, nanoUsd: 2 ** 50 } };
const most: Amounts = { tokens: 500, calls: 1, nanoUsd: 75_000, ms: 0 };
const bill = {
  billing: "reported",
  amounts: { tokens: 300, calls: 1, nanoUsd: 45_000, ms: 51 },
  tokens: { tokensIn: 200, tokensInCached: 0, tokensOut: 100, tokensReasoning: 0 },
} as const;
const answer: StoredAnswer = {
  text: "The answer follows from what was said. ".repeat(11),
  finish: "stop",
  bill,
  ms: 51,
};

/** Five steps a task, as a vote of five asks them. */
function wishOf(i: number): HoldRequest {
  const key = createHash("sha256").update(`step ${i}`).digest("hex");
  const task = `task-${Math.floor(i / 5)}`;
  const step = `solve/${i % 5}`;
  const agent = `agent-${i % 3}`;
  return {
    key,
    task,
    step,
    agent,
    most,
    why: "first",
    priority: i,
    event: {
      at: Date.now(),
      kind: "step-called",
      task,
      step,
      role: "solve",
      agent,
      reads: [],
      key,
      endpoint: "main",
      why: "first",
    },
  };
}

/** Buys `steps` steps at once and says what each took. */
async function buy(kind: keyof typeof stores, steps: number, inFlight: number, directory: string) {
  const wishes = Array.from({ length: steps }, (_, i) => wishOf(i));
  const run = await openRun(directory, { mode: "create", opened, budget, clock: systemClock, store: stores[kind] });
  const { ledger } = run;
  const cpuFrom = process.threadCpuUsage();
  const from = performance.now();
  const latencies: number[] = [];
  let next = 0;
  const lane = async () => {
    while (next < steps) {
      const wish = wishes[next++]!;
      const begun = performance.now();
      const reply = await ledger.hold(wish);
      if (reply.kind !== "go") throw new Error(reply.kind);
      const { task, step, agent } = reply.hold;
      await ledger.settle(reply.hold, answer, {
        ...{ task, step, agent, role: "solve", reads: [], state: "answered", value: "B", text: answer.text },
      });
      latencies.push(performance.now() - begun);
      if (step === "solve/4")
        await ledger.append({
          ...{ at: Date.now(), kind: "task-ended", task, state: "answered", answer: "B", degraded: false, ms: 300 },
          because: ["solve/0", "solve/1", "solve/2", "solve/3", "solve/4"],
        });
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  const seconds = (performance.now() - from) / 1000;
  const cpu = process.threadCpuUsage(cpuFrom);
  await run.close();
  latencies.sort((a, b) => a - b);
  return {
    stepsPerSecond: steps / seconds,
    mainThreadUs: (cpu.user + cpu.system) / steps,
    p50Ms: latencies[Math.floor(latencies.length * 0.5)]!,
    p99Ms: latencies[Math.floor(latencies.length * 0.99)]!,
    bytes: kind === "sqlite" ? statSync(join(directory, "journal.sqlite")).size / steps : 0,
  };
}

/** Takes up a run of finished steps, as `run --resume` does first: in all from the start of the process. */
async function resume(directory: string) {
  const loaded = performance.now();
  const run = await openRun(directory, { mode: "resume", opened, budget, clock: systemClock });
  const ended = await run.endedTasks();
  const known = await run.ledger.hold({ ...wishOf(7), why: "first" });
  if (known.kind !== "known") throw new Error("an answered step is not known");
  const seconds = (performance.now() - loaded) / 1000;
  const figures = {
    tasks: ended.size,
    seconds,
    secondsOfProcess: process.uptime(),
    rssMb: process.resourceUsage().maxRSS / 1024,
  };
  await run.close();
  return figures;
}

type Bought = Awaited<ReturnType<typeof buy>>;
type Resumed = Awaited<ReturnType<typeof resume>>;

function measured<T>(...options: string[]): T {
  const out = execFileSync(process.execPath, [import.meta.filename, ...options], { encoding: "utf8" });
  return JSON.parse(out);
}

if (values.measure === "buy")
  console.log(
    JSON.stringify(
      await buy(values.store as keyof typeof stores, Number(values.steps), Number(values.flight), values.run),
    ),
  );
else if (values.measure === "resume") console.log(JSON.stringify(await resume(values.run)));
else {
  const folder = mkdtempSync(join(values.directory, "quorate-ledger-"));
  const rows: string[] = [];
  try {
    for (const flight of [1, 1000, 10_000])
      for (const store of Object.keys(stores)) {
        const steps = flight === 1 ? Math.min(5000, Number(values.steps)) : Number(values.steps);
        const run = join(folder, `${store}-${flight}`);
        const one = measured<Bought>(
          ...["--measure", "buy", "--store", store, "--flight", String(flight), "--steps", String(steps), "--run", run],
        );
        rows.push(
          `| ${store} | ${flight.toLocaleString("en")} | ${steps.toLocaleString("en")} | ${Math.round(one.stepsPerSecond).toLocaleString("en")} | ` +
            `${one.mainThreadUs.toFixed(1)} | ${one.p50Ms.toFixed(2)} / ${one.p99Ms.toFixed(2)} | ${one.bytes ? Math.round(one.bytes) : "–"} |`,
        );
        console.error(rows.at(-1));
      }
    const resumed = Array.from({ length: 3 }, () =>
      measured<Resumed>("--measure", "resume", "--run", join(folder, "sqlite-1000")),
    ).sort((a, b) => a.secondsOfProcess - b.secondsOfProcess)[1]!;
    const text = `# The ledger alone

Steps reserved, answered at once and settled, without HTTP: ${Number(values.steps).toLocaleString("en")} steps of 450 bytes, 5 per task.

- Command: \`npm exec -- node bench/run/ledger.ts --write\`
- Machine: ${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}; load average ${loadavg()[0]!.toFixed(1)} when it ended

| store | in flight | steps | steps/s | main thread, µs per step | step, ms p50 / p99 | file, bytes per step |
|---|---|---|---|---|---|---|
${rows.join("\n")}

Taking up a run of ${Number(values.steps).toLocaleString("en")} finished steps, every line checked, its ${resumed.tasks.toLocaleString("en")} ended tasks read and one known step
asked for, the middle one of three: **${resumed.seconds.toFixed(2)} s** (${resumed.secondsOfProcess.toFixed(2)} s from the start of the process), **${Math.round(resumed.rssMb)} MB** at most.
`;
    console.log(text);
    if (values.write) writeFileSync(new URL("ledger.md", import.meta.url), text);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
