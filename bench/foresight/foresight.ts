// How forecasts hold on tasks nobody has seen: node bench/foresight/foresight.ts [files and folders…] [--splits 40] [--part votes …]
// [--workers 2] [--seed 1] [--out folder]. A folder of folders is read as one set each; without paths it reads the public sets.
// Into bench/foresight (or --out) go results.md, results.json and one more line of history.jsonl; parts that are not run keep the
// results that they had there.
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { Campaign, Part, Told } from "./part.ts";
import * as parts from "./parts.ts";
import { readSets } from "./sets.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const log = (text: string) => process.stderr.write(`${text}\n`);
const partOf = (name: string) => (parts as unknown as Readonly<Record<string, Part>>)[name];

/** One part on one set: what a worker is handed, and what it hands back. */
interface Job {
  readonly part: string;
  readonly set: number;
}
interface Done extends Job {
  readonly found: unknown;
  readonly seconds: number;
}
interface WorkerData {
  readonly paths: readonly string[];
  readonly campaign: Campaign;
}

async function work({ paths, campaign }: WorkerData): Promise<void> {
  const { sets } = await readSets(paths);
  parentPort!.on("message", ({ part, set }: Job) => {
    const started = performance.now();
    const found = partOf(part)!.measure(sets[set]!, campaign);
    parentPort!.postMessage({ part, set, found, seconds: (performance.now() - started) / 1000 } satisfies Done);
  });
  parentPort!.postMessage("ready");
}

/** All jobs, each by the first worker that is free. */
function runAll(jobs: readonly Job[], data: WorkerData, workers: number, onDone: (done: Done) => void): Promise<void> {
  const waiting = [...jobs];
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: data });
      worker.on("error", reject);
      worker.on("message", (message: "ready" | Done) => {
        if (message !== "ready") onDone(message);
        const next = waiting.shift();
        if (next) worker.postMessage(next);
        else worker.terminate().then(() => resolve(), reject);
      });
    });
  return Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, one)).then(() => undefined);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      splits: { type: "string", default: "40" },
      seed: { type: "string", default: "1" },
      workers: { type: "string", default: "2" },
      out: { type: "string", default: here },
      part: { type: "string", multiple: true, default: Object.keys(parts) },
    },
  });
  const unknown = values.part.filter((name) => !partOf(name));
  if (unknown.length > 0) throw new Error(`No part ${unknown.join(", ")}: there are ${Object.keys(parts).join(", ")}.`);
  const campaign = { splits: Number(values.splits), seed: Number(values.seed) };
  const paths = positionals.length > 0 ? positionals : [join(here, "../../../shared/data")];
  const { sets, leftOut } = await readSets(paths);
  log(`${sets.length} groups of agents; without attempts: ${leftOut.map(({ name }) => name).join(", ") || "none"}`);

  // Large sets first, so that no worker is left with one at the end.
  const size = (set: number) => sets[set]!.recordings.table.columns.reduce((sum, { grade }) => sum + grade.length, 0);
  const jobs = values.part
    .flatMap((part) => sets.map((_, set) => ({ part, set })))
    .sort((a, b) => size(b.set) - size(a.set) || (a.part < b.part ? -1 : 1));
  const found = new Map<string, unknown>();
  await runAll(jobs, { paths, campaign }, Number(values.workers), (done) => {
    found.set(`${done.part} ${done.set}`, done.found);
    log(`${found.size}/${jobs.length} ${done.part} ${sets[done.set]!.name}: ${done.seconds.toFixed(1)} s`);
  });

  const run = { ...when(), ...campaign };
  const told: Result[] = values.part.map((part) => {
    const rows = sets.flatMap(({ name }, set) => {
      const one = found.get(`${part} ${set}`);
      return one === undefined ? [] : [{ set: name, found: one }];
    });
    return { part, run, ...partOf(part)!.tell(rows, campaign, paths) };
  });
  mkdirSync(values.out, { recursive: true });
  const at = (file: string) => join(values.out, file);
  const before = existsSync(at("results.json"))
    ? (JSON.parse(readFileSync(at("results.json"), "utf8")) as { readonly parts: readonly Result[] }).parts
    : [];
  const all = Object.keys(parts).flatMap((part) => [...told, ...before].find((result) => result.part === part) ?? []);
  writeFileSync(at("results.md"), markdown(all, leftOut));
  writeFileSync(at("results.json"), `${JSON.stringify({ parts: all }, null, 1)}\n`);
  const checks = told.flatMap(({ part, checks: made }) => made.map((check) => ({ part, ...check })));
  appendFileSync(at("history.jsonl"), `${JSON.stringify({ ...run, checks })}\n`);
  for (const { part, claim, figure, target, met } of checks)
    log(`${met ? "met " : "MISS"} ${part}: ${claim}: ${figure} (${target})`);
}

/** The day and the revision that was measured. */
interface Measured {
  readonly date: string;
  readonly revision: string;
}

/** What a part told, and when. */
type Result = Told & { readonly part: string; readonly run: Measured & Campaign };

function when(): Measured {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: here, encoding: "utf8" }).trim();
  return { date: new Date().toISOString().slice(0, 10), revision: git("describe", "--always", "--dirty") };
}

const row = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;

function tableText(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const rule = columns.map((_, i) => (rows.every((cells) => typeof cells[i] === "number") ? "--:" : "---"));
  return [row(columns), row(rule), ...rows.map(row)].join("\n");
}

function markdown(told: readonly Result[], noAttempts: readonly { name: string; reason: string }[]): string {
  const section = ({ part, run, title, words, checks, tables, leftOut }: Result) => [
    `## ${title}`,
    `\`node bench/foresight/foresight.ts --part ${part} --splits ${run.splits} --seed ${run.seed}\`, ${run.date}, revision ${run.revision}`,
    ...words,
    ...(checks.length > 0
      ? [
          tableText(
            ["claim", "figure", "target", ""],
            checks.map(({ claim, figure, target, met }) => [claim, figure, target, met ? "met" : "**missed**"]),
          ),
        ]
      : []),
    ...tables.flatMap(({ title: name, columns, rows }) => [`### ${name}`, tableText(columns, rows)]),
    ...(leftOut.length > 0 ? [leftOutText(leftOut)] : []),
  ];
  return `${[
    "# Forecasts on tasks nobody has seen",
    `\`node bench/foresight/foresight.ts\`: calibrated on some tasks of each set with some of their samples, checked on all its other tasks with all samples. How it has changed: history.jsonl.`,
    ...told.flatMap(section),
    "## Without attempts",
    noAttempts.map(({ name, reason }) => `- ${name}: ${reason}`).join("\n") || "None.",
  ].join("\n\n")}\n`;
}

/** Cells left out, those of one reason together. */
function leftOutText(leftOut: Told["leftOut"]): string {
  const lines = [...new Set(leftOut.map(({ reason }) => reason))].map((reason) => {
    const cells = leftOut.filter((cell) => cell.reason === reason);
    return `- ${reason}: ${cells.map(({ set, what }) => `${set} (${what})`).join(", ")}`;
  });
  return ["Left out:", "", ...lines].join("\n");
}

if (isMainThread) await main();
else await work(workerData as WorkerData);
