// 1,000,000 attempts: `mmlu-pro` repeated under new task ids, packed. Read, tabulated and calibrated, each way of reading in
// a process of its own so that its peak memory is its own.
//
//   npm exec -- node bench/records/million.ts [--data ../shared/data] [--attempts 1000000] [--write]
import { execFileSync } from "node:child_process";
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { createGunzip, createGzip, gunzipSync } from "node:zlib";
import { readAttempts } from "../../src/records/read.ts";
import { tabulate } from "../../src/records/tabulate.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "../shared/data" },
    attempts: { type: "string", default: "1000000" },
    write: { type: "boolean", default: false },
    measure: { type: "string" },
    file: { type: "string" },
  },
});

interface Figures {
  readonly attempts: number;
  readonly seconds: Readonly<Record<string, number>>;
  readonly peakMb: number;
  readonly accuracy: number;
}

if (values.measure === undefined) await compare();
else process.stdout.write(JSON.stringify(await measure(values.measure, values.file!)));

async function compare(): Promise<void> {
  const records = join(values.data, "mmlu-pro/records.jsonl.gz");
  if (!existsSync(records)) {
    console.log(`skipped: ${records} is not there (public data, not part of the repository)`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "quorate-million-"));
  try {
    const file = join(folder, "million.jsonl.gz");
    await repeat(records, file, Number(values.attempts));
    const figures = Object.fromEntries(["naive", "quorate"].map((way) => [way, fastestOf(3, way, file)]));
    const text = report(figures as Record<"naive" | "quorate", Figures>);
    console.log(text);
    if (values.write) writeFileSync(join(import.meta.dirname, "results.md"), text);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the records again and again, `-r1`, `-r2` … added to their task ids, until there are enough. */
async function repeat(from: string, to: string, attempts: number): Promise<void> {
  async function* lines(): AsyncGenerator<string> {
    let written = 0;
    for (let round = 1; written < attempts; round++)
      for await (const line of createInterface(createReadStream(from).pipe(createGunzip()))) {
        if (written++ === attempts) return;
        yield `${line.replace(/("task_id":"[^"]*)"/, `$1-r${round}"`)}\n`;
      }
  }
  await pipeline(lines, createGzip(), createWriteStream(to));
}

function fastestOf(runs: number, way: string, file: string): Figures {
  const measured = Array.from({ length: runs }, () => inOwnProcess(way, file));
  return measured.reduce((best, one) => (total(one) < total(best) ? one : best));
}

function total({ seconds }: Figures): number {
  return Object.values(seconds).reduce((sum, one) => sum + one, 0);
}

function inOwnProcess(way: string, file: string): Figures {
  const args = [import.meta.filename, "--measure", way, "--file", file];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", maxBuffer: 1 << 20 })) as Figures;
}

async function measure(way: string, file: string): Promise<Figures> {
  const seconds: Record<string, number> = {};
  const timed = async <T>(name: string, run: () => T | Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await run();
    seconds[name] = (performance.now() - start) / 1000;
    return result;
  };
  const { columns, attempts } = way === "naive" ? await timed("read", () => naive(file)) : await ours(file, timed);
  let sum = 0;
  for (const { grade } of columns) for (const one of grade) sum += one;
  return { attempts, seconds, peakMb: process.resourceUsage().maxRSS / 1024, accuracy: sum / attempts };
}

async function ours(file: string, timed: <T>(name: string, run: () => T | Promise<T>) => Promise<T>) {
  const attempts = await timed("read", () => readAttempts([file]));
  const recordings = await timed("tabulate", () => tabulate(attempts, { agents: {}, sources: [] }));
  const calibrate = join(import.meta.dirname, "../../src/calibrate/calibrate.ts");
  if (existsSync(calibrate)) {
    const stage = (await import(calibrate)) as { calibrate: (of: typeof recordings) => unknown };
    await timed("calibrate", () => stage.calibrate(recordings));
  }
  return { columns: recordings.table.columns, attempts: attempts.attempts.length };
}

/** What one would write first: the whole text, an object per line, a set of keys, lists by agent. Checks nothing else. */
function naive(file: string) {
  const records = gunzipSync(readFileSync(file))
    .toString("utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const keys = new Set<string>();
  const columns = new Map<string, { grade: number[]; answer: string[] }>();
  for (const { task_id, agent, sample, answer, correct } of records) {
    const key = `${task_id}|${agent}|${sample}`;
    if (keys.has(key)) throw new Error(`repeated: ${key}`);
    keys.add(key);
    const column = columns.get(agent) ?? { grade: [], answer: [] };
    columns.set(agent, column);
    column.grade.push(correct);
    column.answer.push(answer);
  }
  return { columns: [...columns.values()], attempts: records.length };
}

function report({ naive, quorate }: Record<"naive" | "quorate", Figures>): string {
  const row = (name: string, figures: Figures) => {
    const { seconds, peakMb, accuracy } = figures;
    const cells = ["read", "tabulate", "calibrate"].map((part) => seconds[part]?.toFixed(2) ?? "–");
    return `| ${[name, ...cells, total(figures).toFixed(2), peakMb.toFixed(0), accuracy.toFixed(6)].join(" | ")} |`;
  };
  return `# Reading a million attempts

${quorate.attempts.toLocaleString("en")} attempts of \`mmlu-pro\` (34 agents), repeated under new task ids, one packed file. No randomness, so no seed.

- Command: \`npm exec -- node bench/records/million.ts --write\`
- Machine: ${cpus().length} × ${cpus()[0]!.model.trim()}, Node ${process.version}; load average ${loadavg()[0]!.toFixed(1)}; the fastest of three runs

| | read, s | tabulate, s | calibrate, s | together, s | peak memory, MB | mean grade |
|---|---|---|---|---|---|---|
${row("naive: whole text, JSON.parse, a set of keys; checks nothing, prices nothing", naive)}
${row("quorate", quorate)}
`;
}
