// The scheduler over real HTTP: `quorate run` in a process of its own, the mock in another. How much of an allowed rate it
// uses and how often it is refused; what hedging does to the slowest calls and what it costs; how well the cached share of
// prompts is predicted.
//
//   npm exec -- node bench/run/scheduler.ts [--rounds 3] [--write]
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { RunConfig } from "../../src/records/provider-config.ts";
import { worldTasks } from "../../src/serve/mock/mock-tasks.ts";
import type { MockOptions } from "../../src/serve/mock/server.ts";
import { type World, worldExample } from "../../src/serve/mock/world.ts";
import type { Event } from "../../src/trace/event.ts";
import type { Logged } from "../../test/run/logged-upstream.ts";
import { start } from "../../test/run/program.ts";
import { UpstreamProcess } from "../../test/run/upstream-process.ts";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "3" }, write: { type: "boolean", default: false } },
});
const rounds = Number(values.rounds);
const loadBefore = loadavg()[0]!;
const warmUpMs = 10_000;
const folder = mkdtempSync(join(tmpdir(), "quorate-scheduler-"));
const upstream = await UpstreamProcess.start();
let text: string;
try {
  text = [heading(), await allowedRate(), await hedging(), await caching()].join("\n");
} finally {
  upstream.close();
  rmSync(folder, { recursive: true, force: true });
}
console.log(text);
if (values.write) writeFileSync(join(import.meta.dirname, "scheduler.md"), text);

interface Job {
  readonly team: string;
  readonly tasks: number;
  readonly seed: number;
  readonly world?: Partial<World>;
  readonly mock?: MockOptions;
  readonly run?: RunConfig;
}

/** Runs a team to its end and tells what the upstream saw and what the journal has. */
async function done({ team, tasks: count, seed, world: other = {}, mock = {}, run = {} }: Job) {
  const place = mkdtempSync(join(folder, "run-"));
  const world: World = { ...worldExample, tasks: count, ...other };
  const tasks = worldTasks(world, seed);
  const lines = tasks.map(({ taskId, question, gold, choices }) =>
    JSON.stringify({ task_id: taskId, question, gold, choices }),
  );
  writeFileSync(join(place, "tasks.jsonl"), `${lines.join("\n")}\n`);
  const agents = Object.fromEntries(
    world.agents.map(({ name, prices }) => [name, { prices, maxTokens: 2400, asOf: "2026-11-01" }]),
  );
  writeFileSync(join(place, "quorate.config.json"), JSON.stringify({ agents, answers: "choice", run }));
  const url = await upstream.begin({ world, tasks, seed, ...mock });
  const args = ["run", "tasks.jsonl", "--team", team, "--budget", "1000000000tok", "--base-url", url];
  const { code, stderr } = await start([...args, "--out", "out", "--json"], { cwd: place }).ended;
  if (code !== 0) throw new Error(`The run ended with code ${code}: ${stderr}`);
  const log = await upstream.since();
  const { stdout } = await start(["export", "out"], { cwd: place }).ended;
  rmSync(place, { recursive: true, force: true });
  return {
    log,
    events: stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Event),
  };
}

function heading(): string {
  return `# The scheduler over real HTTP

\`quorate run\` in a process of its own against the mock in another.

- Command: \`npm exec -- node bench/run/scheduler.ts --write\`
- Machine: ${cpus().length} × ${cpus()[0]!.model.trim()}, Node ${process.version}; load average ${loadBefore.toFixed(1)} before
- ${rounds} rounds, seeds 1 to ${rounds}, medians
`;
}

/** 50 requests/s allowed, 60 s, nothing said of it but by the upstream's own headers. */
async function allowedRate(): Promise<string> {
  const perSecond = 50;
  const rows: { readonly share: number; readonly refused: number; readonly refusedInAll: number }[] = [];
  for (let seed = 1; seed <= rounds; seed++) {
    const { log } = await done({
      ...{ team: "single@clerk", tasks: perSecond * 60, seed },
      mock: { limits: { requestsPerSecond: perSecond }, latency: { fixedMs: 200 } },
    });
    const from = log[0]!.atMs + warmUpMs;
    const late = log.filter(({ atMs }) => atMs >= from);
    const seconds = (late.at(-1)!.atMs - from) / 1000;
    const refused = (of: readonly Logged[]) => of.filter(({ status }) => status === 429).length / of.length;
    const passed = late.filter(({ status }) => status === 200).length;
    rows.push({ share: passed / seconds / perSecond, refused: refused(late), refusedInAll: refused(log) });
  }
  const share = (of: (row: (typeof rows)[number]) => number) => `${(100 * median(rows.map(of))).toFixed(1)} %`;
  return `## An upstream that allows 50 requests/s

Of the allowed rate used after 10 s: ${share((row) => row.share)} (target: at least 95 %). Refused calls after 10 s: ${share((row) => row.refused)} (target: at most 2 %); from the start: ${share((row) => row.refusedInAll)}.
`;
}

/** Three calls of a hundred are stragglers, up to 50 times as slow. */
async function hedging(): Promise<string> {
  const p99: Record<"without" | "with", number[]> = { without: [], with: [] };
  const p50: Record<"without" | "with", number[]> = { without: [], with: [] };
  const more: number[] = [];
  for (let seed = 1; seed <= rounds; seed++) {
    const calls: number[] = [];
    for (const hedge of [false, true]) {
      const { events, log } = await done({
        ...{ team: "single@clerk", tasks: 3000, seed },
        world: { latency: { tailShare: 0.03, tailExponent: 0.5, tailMax: 50 } },
        mock: { latency: 0.2 },
        run: { hedge, concurrency: 64 },
      });
      const times = stepTimes(events);
      const name = hedge ? "with" : "without";
      p99[name].push(times[Math.floor(0.99 * times.length)]!);
      p50[name].push(times[times.length >> 1]!);
      calls.push(log.length);
    }
    more.push(calls[1]! / calls[0]! - 1);
  }
  const [without, hedged] = [median(p99.without), median(p99.with)];
  return `## Hedging on a heavy-tailed upstream

3 % of calls are stragglers, a Pareto factor (exponent 0.5) of up to 50 slower. Time of a step from its first call to its end:

| | median, ms | p99, ms |
|---|---|---|
| without hedging | ${median(p50.without).toFixed(0)} | ${without.toFixed(0)} |
| with hedging | ${median(p50.with).toFixed(0)} | ${hedged.toFixed(0)} |

p99 is ${(without / hedged).toFixed(1)} times shorter (target: 3) for ${(100 * median(more)).toFixed(1)} % more calls (target: at most 6 %).
`;
}

/** In ms, sorted. */
function stepTimes(events: readonly Event[]): number[] {
  const called = new Map<string, number>();
  const times: number[] = [];
  for (const event of events)
    if (event.kind === "step-called") {
      if (!called.has(event.key)) called.set(event.key, event.at);
    } else if (event.kind === "step-ended" && event.key !== undefined && called.has(event.key))
      times.push(event.at - called.get(event.key)!);
  return times.sort((a, b) => a - b);
}

/** Long prompts that an upstream keeps: what was predicted of each call beside what its usage said. */
async function caching(): Promise<string> {
  const off: number[] = [];
  const shares: string[] = [];
  for (let seed = 1; seed <= rounds; seed++) {
    const agents = worldExample.agents.map((agent) => ({ ...agent, promptTokens: 1800, contextTokens: 16_384 }));
    const { events } = await done({
      ...{
        team: "vote:5@clerk",
        tasks: 200,
        seed,
        world: { agents },
        mock: { latency: 0.2 },
        run: { concurrency: 32 },
      },
    });
    const predicted = new Map<string, number>();
    let [expected, seen, prompt] = [0, 0, 0];
    for (const event of events) {
      if (event.kind === "step-called") predicted.set(event.key, event.cachedShare ?? 0);
      if (event.kind !== "step-ended" || event.key === undefined || event.bill?.tokens === undefined) continue;
      const { tokensIn, tokensInCached } = event.bill.tokens;
      expected += (predicted.get(event.key) ?? 0) * tokensIn;
      seen += tokensInCached;
      prompt += tokensIn;
    }
    off.push((100 * (expected - seen)) / prompt);
    shares.push(`${((100 * expected) / prompt).toFixed(1)} % and ${((100 * seen) / prompt).toFixed(1)} %`);
  }
  return `## Cached prompt tokens

Prompts of some 1,800 tokens, asked five times each. Predicted and seen share of cached prompt tokens, by seed: ${shares.join("; ")}. They differ by ${median(off.map(Math.abs)).toFixed(1)} points (target: at most 2).
`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}
