import type { Families } from "../calibrate/families.ts";
import type { Separation, ShortTest } from "../calibrate/separation.ts";
import {
  accuracy,
  accuracyInterval,
  correlation,
  count,
  plain,
  plainInterval,
  points,
  pointsInterval,
} from "../report/format-number.ts";
import { isMeasured, type Measured, type NotMeasured } from "../theory/interval.ts";

const familiesShown = 3;
const standoutsShown = 3;
const tasksShown = 3;

/** What the tasks do: families that are hard for all or for some, and which tasks still tell agents apart. */
export function taskLines({
  families,
  separation,
}: {
  readonly families: Measured<Families>;
  readonly separation: Measured<Separation>;
}): string[] {
  return ["", "Tasks", ...familyLines(families), ...separationLines(separation)];
}

const missing = ({ notMeasured, probe }: NotMeasured) => `not measured: ${notMeasured} → ${probe}`;

function familyLines(found: Measured<Families>): string[] {
  if (!isMeasured<Families>(found)) return [`  families    ${missing(found)}`];
  const { families, coupling, standouts, source } = found;
  const line = ({ name, tasks, accuracy: right }: Families["families"][number]) =>
    `    ${name.padEnd(32)} ${accuracy(right.value)} ${accuracyInterval(right)} % of ${count(tasks)} tasks`;
  const extremes =
    families.length <= 2 * familiesShown
      ? families
      : [...families.slice(0, familiesShown), ...families.slice(-familiesShown)];
  return [
    `  families    ${families.length}, ${source === "recorded" ? "as recorded" : "by task names"}; easiest${extremes.length < families.length ? " and hardest" : " first"}, mean over agents`,
    ...extremes.map(line),
    `  coupling    ${isMeasured(coupling) ? `${plain(coupling.value)} ${plainInterval(coupling)}: 1 where the same families are hard for all agents, 0 where each has its own` : missing(coupling)}`,
    ...standouts
      .slice(0, standoutsShown)
      .map(
        ({ agent, family, effect }) =>
          `    ${agent} in ${family}: ${points(effect.value)} points ${pointsInterval(effect)} beyond what both alone say`,
      ),
  ];
}

function separationLines(found: Measured<Separation>): string[] {
  if (!isMeasured<Separation>(found)) return [`  separation  ${missing(found)}`];
  const { tasks, agents, solvedByAll, solvedByNone, separating, most, enough } = found;
  const test = ({ tasks: size, chosen, drawn }: ShortTest) => `${size}: ${correlation(chosen)} / ${correlation(drawn)}`;
  return [
    `  separation  ${accuracy(separating.value)} ${accuracyInterval(separating)} % of ${count(tasks)} tasks tell ${agents.length} agents apart; ${accuracy(solvedByAll.value)} % all solve, ${accuracy(solvedByNone.value)} % none`,
    `    most by ${most
      .slice(0, tasksShown)
      .map(({ task }) => task)
      .join(", ")}`,
    `    rank correlation with all other tasks, of agents that did not choose, tasks chosen / drawn: ${
      isMeasured<readonly ShortTest[]>(enough) ? enough.map(test).join(", ") : missing(enough)
    }`,
  ];
}
