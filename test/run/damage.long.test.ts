// Hundreds of damaged journals. What came of it is written to bench/run/damage.md.
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { expect, it } from "vitest";
import { Crasher } from "./crash.ts";
import { type Damage, damage, original } from "./damage.ts";

const trials = 400;
const atATime = 2;

it("taken whole, refused with a reason, or saved in part: 400 damaged journals", async () => {
  let seed = 0;
  const worker = async (killed: boolean): Promise<readonly (readonly [boolean, Damage])[]> => {
    const crasher = await Crasher.start();
    try {
      const of = await original(crasher, killed);
      const done: (readonly [boolean, Damage])[] = [];
      while (seed < trials) {
        const one = await damage(crasher, of, ++seed);
        for (const problem of one.problems.slice(0, 3)) process.stderr.write(`${problem}\n`);
        done.push([killed, one]);
      }
      return done;
    } finally {
      crasher.close();
    }
  };
  const all = (await Promise.all(Array.from({ length: atATime }, (_, i) => worker(i % 2 === 1)))).flat();
  writeFileSync(new URL("../../bench/run/damage.md", import.meta.url), report(all));
  expect(all.flatMap(([, { problems }]) => problems).slice(0, 10)).toEqual([]);
});

function report(all: readonly (readonly [boolean, Damage])[]): string {
  const row = (killed: boolean, exported: Damage["exported"], resumed: Damage["resumed"]) => {
    const these = all.filter(([k, one]) => k === killed && one.exported === exported && one.resumed === resumed);
    return `| ${killed ? "killed at work" : "over"} | ${exported} | ${resumed} | ${these.length} | ${these.flatMap(([, one]) => one.problems).length} |`;
  };
  const rows = [false, true].flatMap((killed) =>
    (["whole", "good part", "nothing"] as const).flatMap((exported) =>
      (["whole", "refused"] as const).map((resumed) => row(killed, exported, resumed)),
    ),
  );
  return `# Damaged journals

Copies of a run's directory, one file of each cut, with a bit flipped, a page zeroed or filled with ones, or taken away; then \`quorate export\` and \`quorate run --resume\`. *whole*: as if nothing had happened, which the audit of the crash campaign checks; *good part*: a beginning of what was written, and a reason; *refused*: a reason and the way out, before the first call.

- Command: \`npm run check:long -- damage\`
- Machine: ${cpus().length} × ${cpus()[0]!.model.trim()}, Node ${process.version}; seeds 1 to ${trials}

| run | export | run --resume | copies | wrong results |
|---|---|---|---|---|
${rows.join("\n")}
`;
}
