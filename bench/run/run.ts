// The same durable work side by side in one sitting: steps of 50 ms at an upstream in a process of its own, by quorate's
// whole path, by the bare HTTP client that keeps nothing, and by what else people use. Candidates take turns over several
// rounds, each in a process of its own; what is told is the median.
//
//   npm exec -- node bench/run/run.ts [--rounds 5] [--only throughput,latency,memory,resume] [--candidates quorate,bare] [--write]
import { execFileSync, fork, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Bill } from "./upstream.ts";

const parts = ["throughput", "latency", "memory", "resume"] as const;
type Part = (typeof parts)[number];

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    only: { type: "string", default: parts.join(",") },
    candidates: { type: "string" },
    write: { type: "boolean", default: false },
  },
});

/** What is run, by name: its file, further environment, and the shapes of work it takes part in. */
interface Candidate {
  readonly name: string;
  readonly file: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Of throughput: enough for some seconds. */
  readonly steps: number;
  readonly parts: readonly Part[];
}

const candidates: readonly Candidate[] = [
  { name: "quorate, vote:5", file: "quorate.ts", steps: 20_000, parts: ["throughput", "memory", "resume"] },
  {
    name: "quorate, single",
    file: "quorate.ts",
    env: { BENCH_TEAM: "single" },
    steps: 20_000,
    parts: ["throughput", "latency", "memory", "resume"],
  },
  { name: "bare HTTP client", file: "bare.ts", steps: 20_000, parts: ["throughput", "latency", "memory"] },
  { name: "LangGraph.js, fan-out of all", file: "langgraph.mjs", steps: 3000, parts: ["throughput", "latency"] },
  {
    name: "LangGraph.js, fan-outs of 100",
    file: "langgraph.mjs",
    env: { FAN_OUT: "100" },
    steps: 3000,
    parts: ["throughput"],
  },
  { name: "Mastra, foreach of all", file: "mastra.mjs", steps: 3000, parts: ["throughput", "latency"] },
  { name: "Mastra, foreach of 100", file: "mastra.mjs", env: { FAN_OUT: "100" }, steps: 3000, parts: ["throughput"] },
];

/** What one candidate did once. */
interface Run {
  /** From nothing open to everything closed; loading of modules is not counted. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
  readonly bill: Bill;
}

/** One row of a table: medians over the rounds. */
interface Row {
  readonly candidate: string;
  readonly inFlight: number;
  readonly steps: number;
  readonly delayMs: number;
  readonly rounds: number;
  readonly stepsPerSecond: number;
  readonly slowest: number;
  readonly fastest: number;
  readonly gapMs: number;
  readonly cpuSecondsPerThousand: number;
  readonly peakMb: number;
  readonly inFlightPeak: number;
}

const rounds = Number(values.rounds);
const wanted = values.only.split(",") as Part[];
const chosen = candidates.filter(
  ({ name }) => values.candidates === undefined || values.candidates.split(",").some((part) => name.includes(part)),
);
const loadBefore = loadavg()[0]!;
installYardsticks();
if (wanted.includes("resume"))
  execFileSync(process.execPath, ["scripts/build.mjs"], { cwd: join(import.meta.dirname, "../..") });
const { url, close } = await startUpstream();
const rows: Partial<Record<Part | "throughput100", readonly Row[]>> = {};
try {
  if (wanted.includes("throughput")) {
    rows.throughput = await sideBySide("throughput", 1000, 50);
    rows.throughput100 = await sideBySide("throughput", 100, 50, (steps) => Math.min(steps, 5000));
  }
  if (wanted.includes("latency")) rows.latency = await sideBySide("latency", 1, 50, () => 60);
  if (wanted.includes("memory")) rows.memory = await sideBySide("memory", 10_000, 2000, () => 40_000);
  if (wanted.includes("resume")) rows.resume = await sideBySide("resume", 1000, 0, () => 100_000);
} finally {
  close();
}
const text = report();
console.log(text);
if (values.write) {
  writeFileSync(join(import.meta.dirname, "results.md"), text);
  writeFileSync(
    join(import.meta.dirname, "results.json"),
    `${JSON.stringify({ machine: machine(), rows }, null, 2)}\n`,
  );
}

/** Other people's packages, as locked; into this folder alone. */
function installYardsticks(): void {
  if (!chosen.some(({ file }) => file.endsWith(".mjs"))) return;
  if (existsSync(join(import.meta.dirname, "node_modules/@mastra/core"))) return;
  execFileSync("npm", ["ci", "--omit=dev", "--ignore-scripts"], { cwd: import.meta.dirname, stdio: "inherit" });
}

async function startUpstream(): Promise<{ url: string; close: () => void }> {
  const child = fork(join(import.meta.dirname, "upstream.ts"), ["0"]);
  const { url } = await new Promise<{ url: string }>((resolve, reject) => {
    child.once("message", (message) => resolve(message as { url: string }));
    child.once("exit", (code) => reject(new Error(`The upstream ended with code ${code}.`)));
  });
  return { url, close: () => child.kill() };
}

/** All candidates of a part, in turns, so that a machine that warms up or gets busy does so for all of them. */
async function sideBySide(
  part: Part,
  inFlight: number,
  delayMs: number,
  stepsOf: (steps: number) => number = (steps) => steps,
): Promise<readonly Row[]> {
  const taking = chosen.filter((candidate) => candidate.parts.includes(part));
  const runs = new Map<Candidate, Run[]>(taking.map((candidate) => [candidate, []]));
  for (let round = 0; round < rounds; round++)
    for (const candidate of round % 2 === 0 ? taking : taking.toReversed()) {
      const run = await once(candidate, part, stepsOf(candidate.steps), inFlight, delayMs);
      runs.get(candidate)!.push(run);
      process.stderr.write(
        `${part} ${inFlight} round ${round + 1}: ${candidate.name} ${(stepsOf(candidate.steps) / run.seconds).toFixed(0)} steps/s, ${run.peakMb.toFixed(0)} MB\n`,
      );
    }
  return taking.map((candidate) =>
    rowOf(candidate.name, runs.get(candidate)!, stepsOf(candidate.steps), inFlight, delayMs),
  );
}

async function once(
  { file, env }: Candidate,
  part: Part,
  steps: number,
  inFlight: number,
  delayMs: number,
): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), "quorate-bench-run-"));
  try {
    await tellBill();
    const args = [`${url}/${delayMs}ms`, String(steps), String(inFlight), folder, part];
    const said = await output(join(import.meta.dirname, file), args, { ...process.env, ...env });
    return { ...(JSON.parse(said.trim().split("\n").at(-1)!) as Omit<Run, "bill">), bill: await tellBill() };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function tellBill(): Promise<Bill> {
  return (await (await fetch(`${url}/bill?reset`)).json()) as Bill;
}

function output(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], { env, stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(text) : reject(new Error(`${file} ended with code ${code}.`))));
  });
}

function rowOf(candidate: string, runs: readonly Run[], steps: number, inFlight: number, delayMs: number): Row {
  const of = (value: (run: Run) => number) => median(runs.map(value));
  return {
    candidate,
    inFlight,
    steps,
    delayMs,
    rounds: runs.length,
    stepsPerSecond: steps / of(({ seconds }) => seconds),
    slowest: steps / Math.max(...runs.map(({ seconds }) => seconds)),
    fastest: steps / Math.min(...runs.map(({ seconds }) => seconds)),
    gapMs: of(({ bill }) => bill.gapMs),
    cpuSecondsPerThousand: (of(({ cpuSeconds }) => cpuSeconds) / steps) * 1000,
    peakMb: Math.max(...runs.map(({ peakMb }) => peakMb)),
    inFlightPeak: Math.max(...runs.map(({ bill }) => bill.inFlightPeak)),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

function machine() {
  return {
    cores: cpus().length,
    model: cpus()[0]!.model.trim(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    loadBefore,
    loadAfter: loadavg()[0]!,
  };
}

function report(): string {
  const { cores, model, memoryGb, node, loadBefore, loadAfter } = machine();
  const sections = [
    throughput(rows.throughput, "1,000 in flight"),
    throughput(rows.throughput100, "100 in flight"),
    latency(rows.latency),
    memory(rows.memory),
    resume(rows.resume),
  ].filter((section) => section !== "");
  return `# The run, beside what else people use

Every step is one call of a chat model: 300 tokens, an answer of some 450 bytes, from an upstream in a process of its own. quorate does it by its whole path: \`next\`, prompts, keys, reservation, provider, extraction, settlement and events, each answer on disk before it is used, under a budget. LangGraph.js and Mastra keep checkpoints (versions: \`bench/run/package.json\`) and hold no budget; the bare client keeps nothing. Nothing is random, so there is no seed.

- Command: \`npm exec -- node bench/run/run.ts --write\`
- Machine: ${cores} × ${model}, ${memoryGb} GB, Node ${node}; load average ${loadBefore.toFixed(1)} before, ${loadAfter.toFixed(1)} after (the upstream takes one of the cores)
- ${rounds} rounds, candidates in turns, medians; each run in a process of its own

${sections.join("\n")}`;
}

function throughput(table: readonly Row[] | undefined, title: string): string {
  if (!table) return "";
  const rate = (name: string) => table.find(({ candidate }) => candidate.startsWith(name))?.stepsPerSecond;
  const others = { "LangGraph.js": 6, Mastra: 3.5, "bare HTTP client": 0.75 };
  const ours = rate("quorate");
  const ratios = Object.entries(others).flatMap(([name, target]) => {
    const best = Math.max(
      ...table.filter(({ candidate }) => candidate.startsWith(name)).map(({ stepsPerSecond }) => stepsPerSecond),
    );
    return ours === undefined || best === Number.NEGATIVE_INFINITY
      ? []
      : [`${(ours / best).toFixed(2)} × ${name} (target at 1,000 in flight: ${target})`];
  });
  return `## Throughput, ${title}, 50 ms

| | steps | steps/s | slowest to fastest | CPU s per 1,000 steps | peak memory, MB |
|---|---|---|---|---|---|
${table
  .map(
    (row) =>
      `| ${row.candidate} | ${count(row.steps)} | ${count(row.stepsPerSecond)} | ${count(row.slowest)}–${count(row.fastest)} | ${row.cpuSecondsPerThousand.toFixed(3)} | ${row.peakMb.toFixed(0)} |`,
  )
  .join("\n")}
${ratios.length > 0 ? `\nThe first of them is ${ratios.join(", ")}; of several shapes of the other the fastest counts.\n` : ""}`;
}

function latency(table: readonly Row[] | undefined): string {
  if (!table) return "";
  return `## Added per step, one at a time

As the upstream sees it: from its reply to the next arrival, HTTP and both ends' sockets included. Target: at most 2 ms.

| | added, ms, median |
|---|---|
${table.map(({ candidate, gapMs }) => `| ${candidate} | ${gapMs.toFixed(2)} |`).join("\n")}
`;
}

function memory(table: readonly Row[] | undefined): string {
  if (!table) return "";
  return `## 10,000 in flight, 2 s

Target: less than 500 MB.

| | most in flight, as the upstream saw it | steps/s | peak memory, MB |
|---|---|---|---|
${table
  .map(
    (row) =>
      `| ${row.candidate} | ${count(row.inFlightPeak)} | ${count(row.stepsPerSecond)} | ${row.peakMb.toFixed(0)} |`,
  )
  .join("\n")}
`;
}

function resume(table: readonly Row[] | undefined): string {
  if (!table) return "";
  return `## Resume of a finished run of 100,000 steps

The whole process of \`quorate run --resume\`, from its start to its end. Target: less than 1 s and 250 MB.

| | s | peak memory, MB |
|---|---|---|
${table.map((row) => `| ${row.candidate} | ${(row.steps / row.stepsPerSecond).toFixed(2)} | ${row.peakMb.toFixed(0)} |`).join("\n")}
`;
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}
