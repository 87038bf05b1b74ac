// What every candidate is wrapped in: reads its work from the command line, runs it, says on stdout how long it took.

export interface Work {
  /** Of the upstream, delay included: POST {url}/v1/chat/completions. */
  readonly url: string;
  /** Calls to make in all. */
  readonly steps: number;
  /** Most at one time. */
  readonly inFlight: number;
  /** An empty folder for whatever must survive a crash. */
  readonly folder: string;
}

/** What the last line on stdout says. */
export interface Ran {
  /** From nothing open to everything closed; loading of modules not counted. */
  readonly seconds: number;
  /** Of the process with its threads, in that time. */
  readonly cpuSeconds: number;
  /** Most resident memory that the process ever had. */
  readonly peakMb: number;
}

/** @param run  resolves with the number of steps that were answered */
export async function candidate(run: (work: Work) => Promise<number>): Promise<void> {
  const [url, steps, inFlight, folder] = process.argv.slice(2);
  const work = { url: url!, steps: Number(steps), inFlight: Number(inFlight), folder: folder! };
  const cpu = process.cpuUsage();
  const start = performance.now();
  const answered = await run(work);
  const seconds = (performance.now() - start) / 1000;
  if (answered !== work.steps) throw new Error(`${answered} of ${work.steps} steps were answered`);
  const { user, system } = process.cpuUsage(cpu);
  const ran: Ran = { seconds, cpuSeconds: (user + system) / 1e6, peakMb: process.resourceUsage().maxRSS / 1024 };
  process.stdout.write(`\n${JSON.stringify(ran)}\n`, () => process.exit());
}
