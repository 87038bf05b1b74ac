// The first two sentences of a report: what to do, and what it was worth on tasks that played no part in the choice.
import type { FurtherTasks } from "../plan/plan-types.ts";
import type { Span } from "./document.ts";
import { costSentence, count, probabilitySentence, share } from "./format-number.ts";
import type { Reading, TeamComparison } from "./reading.ts";
import { instruction } from "./team-text.ts";
import { plural } from "./words.ts";

/** The advice as one imperative. */
export function headline({ study, standing, baseline, rival }: Reading): string {
  const single = baseline ? baseline.label : study.baseline;
  switch (standing) {
    case "confirmed":
    case "unsettled":
      return instruction(study.plan.advice.team, study.labels);
    case "contradicted":
      return `Stay with ${single}: the team that looked better did not keep its promise.`;
    case "cannot-tell": {
      const further = study.plan.advice.tasksStillNeeded;
      return `Stay with ${single} for now${further ? `: ${furtherTasks(further)} would tell whether a team is better` : ""}.`;
    }
    case "one-agent":
      return `Ask ${single} alone. One agent is enough${rival ? "" : " here"}.`;
    case "no-team":
      return study.plan.candidatesPriced > Math.max(1, study.agents.length)
        ? `Ask ${single}: no team that could be checked fits the budget.`
        : `Ask ${single}: these answers allow no team to compare it with.`;
  }
}

/** "about 400 further tasks", or the range where it is wide. */
function furtherTasks({ low, median, high }: FurtherTasks): string {
  if (median <= 0) return "a few further tasks";
  const text = roughly(median);
  return low < median && high > median && high > 1.2 * low
    ? `about ${text} further tasks (${roughly(low)} to ${Number.isFinite(high) ? roughly(high) : "many"})`
    : `about ${text} further ${text === "1" ? "task" : "tasks"}`;
}

/** Two significant digits: a number of tasks to collect is never known better. */
export function roughly(value: number): string {
  if (!Number.isFinite(value)) return "any number of";
  return count(value < 100 ? Math.ceil(value) : Number(value.toPrecision(2)));
}

/** The verdict in numbers: difference, interval, cost, probability, and on which tasks. */
export function lede(reading: Reading): Span[] {
  const { study, look, standing, baseline, rival, unit, costOf } = reading;
  const single = baseline?.label ?? study.baseline;
  const tasks = `${plural(baseline?.measured.tasks ?? study.tasks.heldBack, "task")} that played no part in the choice`;
  if (!baseline)
    return [{ text: `Nothing was measured on the held-back half of ${plural(study.tasks.total, "task")}.` }];
  if (!rival) {
    const cost = costOf(baseline);
    return [
      { text: `${single} ${look.does} ` },
      { text: look.sentence(baseline.measured.accuracy.value), strong: true },
      {
        text: ` ${look.interval(baseline.measured.accuracy)} ${look.on} ${tasks}${cost === null ? "" : `, for ${costSentence(cost, unit)}`}.`,
      },
    ];
  }
  const { measured, probabilityBetter } = rival.difference;
  const gain: Span[] = [
    { text: look.gain(measured.value), strong: true },
    { text: ` ${look.gainInterval(measured)} ${look.over} ${single} alone` },
    ...costClause(reading, rival),
    { text: `, on ${tasks}.` },
  ];
  const p: Span[] = [
    { text: "P(better) " },
    { text: probabilitySentence(probabilityBetter).replace(/^P (= )?/, ""), strong: true },
  ];
  if (standing === "confirmed") return [...gain, { text: " " }, ...p, { text: "." }];
  if (standing === "unsettled")
    return [
      ...gain,
      { text: " " },
      ...p,
      {
        text: `: the held-back half alone does not settle it. Chosen at ${probabilitySentence(study.plan.advice.probabilityBetter)}.`,
      },
    ];
  if (standing === "contradicted")
    return [
      { text: `${reading.label(rival.team)}: ` },
      ...gain,
      { text: ` It was chosen at ${probabilitySentence(study.plan.advice.probabilityBetter)}; on the other half ` },
      ...p,
      { text: "." },
    ];
  const threshold = probabilitySentence(study.confidence).replace("=", "≥");
  const chosenAt = rival.forecast.gain?.probabilityBetter;
  const tail =
    standing === "cannot-tell"
      ? ` A team is advised from ${threshold}.`
      : probabilityBetter >= study.confidence && chosenAt !== undefined
        ? ` The choosing half saw only ${probabilitySentence(chosenAt)}, and advice needs ${threshold}.`
        : ` A team is advised from ${threshold}.`;
  return [
    { text: "The best team, " },
    { text: rival.label, strong: true },
    { text: ": " },
    ...gain,
    { text: " " },
    ...p,
    { text: `.${tail}` },
  ];
}

function costClause({ costShare, unit }: Reading, rival: TeamComparison): Span[] {
  const ratio = costShare(rival);
  if (ratio === null) return [];
  const what = unit === "usd" ? "its cost" : `its ${unit}`;
  return [
    { text: " at " },
    { text: `${share(ratio)}${share(ratio).includes("times") ? "" : " of"} ${what}`, strong: true },
  ];
}
