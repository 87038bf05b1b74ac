import type { WindowSweep } from "../../plan/plan-types.ts";
import { isMeasured } from "../../theory/interval.ts";
import type { Draft } from "../document.ts";
import { accuracy, accuracyInterval, count } from "../format-number.ts";
import type { Reading } from "../reading.ts";

type Point = WindowSweep["points"][number];

/** Where a star or a tree of readers is told, narrowest window first. */
export function toldWindows({ points }: WindowSweep): readonly Point[] {
  return points.filter(({ star, tree }) => star || tree);
}

/** One sentence: below which window a tree takes the place of the best star, and what the reader's own is. */
export function windowSentence(sweep: WindowSweep): string {
  const { contextTokens, reader } = sweep;
  const stated =
    contextTokens === null || toldWindows(sweep).length === 0 ? "" : `; ${reader} reads ${count(contextTokens)}`;
  return `${windowClaim(sweep)}${stated}.`;
}

function windowClaim(sweep: WindowSweep): string {
  const points = toldWindows(sweep);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return "No star or tree of readers fits the budget, whatever the window";
  const { hierarchyBelow } = sweep;
  if (hierarchyBelow !== null)
    return `Below a window of ${count(hierarchyBelow)} tokens the best star no longer fits and a tree takes its place`;
  const range = `from ${count(first.contextTokens)} to ${count(last.contextTokens)} tokens`;
  if (!last.tree) return `No tree of readers fits the budget: at windows ${range} a star is all there is`;
  return (last.star?.accuracy.mean ?? 0) >= last.tree.accuracy.mean - 0.001
    ? `At windows ${range} the best star is at least as good as the best tree`
    : `The best tree stays ahead of the best star up to a window of ${count(last.contextTokens)} tokens: it is not the window that makes layers pay`;
}

/** The best star and the best tree by window; none where fidelity is not measured or no team of readers fits. */
export function windowsBlock({ study, label, confidenceText }: Reading): Draft | null {
  const { windows } = study.plan;
  if (!isMeasured<WindowSweep>(windows)) return null;
  const points = toldWindows(windows);
  if (points.length < 2) return null;
  const choice = (one: Point["star"]) =>
    one ? `${accuracy(one.accuracy.mean)} ${accuracyInterval(one.accuracy)}` : "–";
  return {
    id: "windows",
    title: windowClaim(windows),
    subtitle:
      "The best star and the best tree of readers within the budget, by context window: right answers in %, forecast by the theory",
    figure: {
      name: "windows",
      index: 0,
      description: points
        .map(
          ({ contextTokens, star, tree }) =>
            `${count(contextTokens)} tokens: star ${star ? accuracy(star.accuracy.mean) : "none"}, tree ${tree ? accuracy(tree.accuracy.mean) : "none"}.`,
        )
        .join(" "),
      source: `Theory of readers at measured fidelity and shared errors; no reader was recorded. Trees that code counts are left out: they need no window at their root.`,
    },
    table: {
      columns: [
        { name: "Window, tokens", as: "number" },
        { name: "Star" },
        { name: `%, ${confidenceText}`, as: "number" },
        { name: "Tree" },
        { name: `%, ${confidenceText}`, as: "number" },
      ],
      rows: points.map(({ contextTokens, star, tree }) => ({
        cells: [
          count(contextTokens),
          star ? label(star.team) : "–",
          choice(star),
          tree ? label(tree.team) : "–",
          choice(tree),
        ],
      })),
    },
    notes: [
      {
        lead: "Only where agents must read.",
        text: "Where code can compare answers it counts them without any window, and no tree is needed.",
      },
    ],
  };
}
