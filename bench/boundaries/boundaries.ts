// Which side of a line do studies tell, and how often wrongly? node bench/boundaries/boundaries.ts [seeds, default 200] [first seed, 1]
// Writes results.json and results.md beside itself (then `npm run format`); the same seeds give the same table on any machine.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { wilsonInterval } from "../../src/calibrate/estimators/task-mean.ts";
import { type BoundaryCounts, detectableMargin, measureBoundary } from "../../test/boundaries/measure-boundaries.ts";
import { worlds } from "../../test/boundaries/worlds.ts";

const seeds = Number(process.argv[2] ?? 200);
const seedFrom = Number(process.argv[3] ?? 1);
const tasks = 100;
const pilot = { seeds: 50, seedFrom: 10_001 };
const margins = [-2, -0.5, 0, 0.5, 2];
/** How many margins away teams are recorded again, with the tasks that were said to be needed. */
const again = [-0.5, 0.5];
const seedsAgain = Math.ceil(seeds / 4);

const log = (text: string) => process.stderr.write(`${text}\n`);
const row = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
const share = (part: number, whole: number) => {
  if (whole === 0) return "–";
  const { low, high } = wilsonInterval(part / whole, whole, 1e9, 0.9);
  const percent = (value: number) => (100 * value).toFixed(1);
  return `${percent(part / whole)} % [${percent(low)}, ${percent(high)}]`;
};

const results = worlds.map((world) => {
  const margin = detectableMargin(world, tasks, pilot.seeds, pilot.seedFrom);
  log(`${world.name}: margin ${margin.toFixed(4)}`);
  const counts = margins.map((times) => {
    const found = measureBoundary(world, { distance: times * margin, tasks, seeds, seedFrom });
    log(`${world.name}: ${JSON.stringify({ times, ...found })}`);
    return { times, ...found };
  });
  const extended = again.map((times) => {
    const further = counts.find((one) => one.times === times)!.tasksStillNeeded ?? 0;
    const more = { distance: times * margin, tasks: tasks + Math.round(further), seeds: seedsAgain, seedFrom };
    const found = measureBoundary(world, more);
    log(`${world.name}, again: ${JSON.stringify({ times, ...found })}`);
    return { times, ...found };
  });
  return { name: world.name, recorded: world.recorded, margin, counts, extended };
});

const told = ({ seeds, cannotTell }: BoundaryCounts) => share(seeds - cannotTell, seeds);
const table = [
  row(["line", "margins", "distance", "told a side", "wrongly", "cannot tell yet", "interval holds truth"]),
  row(["---", "--:", "--:", "--:", "--:", "--:", "--:"]),
  ...results.flatMap(({ name, counts }) =>
    counts.map((found) =>
      row([
        name,
        found.times,
        found.distance.toFixed(4),
        told(found),
        share(found.wrong, found.seeds),
        share(found.cannotTell, found.seeds),
        share(found.inside, found.seeds),
      ]),
    ),
  ),
].join("\n");

// The half-width shrinks as 1/√tasks, so it is the distance at tasks · (margin/distance)².
const neededTable = [
  row(["line", "margins", "truly needed", "said to be needed, median", "told a side with that many more", "wrongly"]),
  row(["---", "--:", "--:", "--:", "--:", "--:"]),
  ...results.flatMap(({ name, counts, extended }) =>
    extended.map((found) =>
      row([
        name,
        found.times,
        Math.round(tasks * (1 / found.times ** 2 - 1)),
        Math.round(counts.find(({ times }) => times === found.times)!.tasksStillNeeded ?? 0),
        told(found),
        share(found.wrong, found.seeds),
      ]),
    ),
  ),
].join("\n");

const text = `# Which side of a line studies tell

Scripted teams (test/boundaries/worlds.ts) at stated distances from α = 1, s = β and W = N m + prompt, everything else equal;
one study per seed (90 % confidence) over ${tasks} tasks, seeds ${seedFrom} to ${seedFrom + seeds - 1}: the steps of \`study\` that lead to its
\`boundaries\`, which the tests hold to be those of whole studies.
The detectable margin is the half-width of the 90 % interval of the distance: its median over ${pilot.seeds} studies of teams on the
line (seeds ${pilot.seedFrom} to ${pilot.seedFrom + pilot.seeds - 1}), found before the campaign, which has other seeds. On the line itself (0 margins) the
theory's answer is one agent's for α = 1 and s = β, and the team's for W = N m + prompt, which fits; nine in ten should not be told
either. Brackets: Wilson's 90 % interval over seeds.

Command: \`node bench/boundaries/boundaries.ts ${seeds} ${seedFrom}\`

| line | recorded per task | detectable margin |
| --- | --- | --: |
${results.map(({ name, recorded, margin }) => row([name, recorded, margin.toFixed(4)])).join("\n")}

${table}

## Tasks still needed

Half a margin away, ${tasks} tasks are a quarter of what makes the interval as wide as the distance. The same teams recorded again
with the number of tasks that the median study asked for, seeds ${seedFrom} to ${seedFrom + seedsAgain - 1}. There the distance is one half-width, so about half
of them should be told their side:

${neededTable}
`;
const here = fileURLToPath(new URL(".", import.meta.url));
writeFileSync(`${here}results.md`, text);
writeFileSync(`${here}results.json`, `${JSON.stringify({ seeds, seedFrom, tasks, pilot, lines: results }, null, 2)}\n`);
process.stdout.write(text);
