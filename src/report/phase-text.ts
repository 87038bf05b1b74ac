// A phase diagram for the terminal: a map of characters, what changes along the team's row and column, what it rests on.
import type { PhaseMap } from "../plan/phase.ts";
import { isMeasured } from "../theory/interval.ts";
import { phaseSolver, phases } from "../theory/phase.ts";
import { accuracy } from "./format-number.ts";
import { kinds } from "./kinds.ts";
import {
  axisTick,
  axisTitle,
  phaseNotes,
  phaseSubtitle,
  phaseTitle,
  placeText,
  quantityText,
  rivalOf,
  wording,
} from "./phase-words.ts";

const [columns, rows] = [60, 20];
/** Of the phases in their order; the last one darkens with its gain. */
const signs = ["/", " ", "·"];
const shades = ["░", "▒", "▓"];

/** The whole diagram as lines of text. */
export function phaseLines(map: PhaseMap): string[] {
  const { problem, place, team, calibration } = map;
  const { x, y } = problem;
  const gains = samples(map);
  const most = Math.max(...gains.flat().map(({ gain, phase }) => (phase === phases.length - 1 ? gain : 0)));
  const lines = gains.map((row) => row.map(({ phase, gain }) => signs[phase] ?? shadeOf(gain, most)));
  const mark = place && isMeasured(place.x) && isMeasured(place.y) ? cellOf(map, place.x.value, place.y.value) : null;
  if (mark) lines[mark.row]![mark.column] = kinds[team.kind].mark;
  const labels = gains.map((row, i) => (i % 5 === 0 || i === rows - 1 ? axisTick(y.parameter, row[0]!.y) : ""));
  const width = Math.max(...labels.map((label) => label.length));
  const [from, to] = [gains[0]![0]!, gains[0]!.at(-1)!].map((sample) => axisTick(x.parameter, sample.x)) as [
    string,
    string,
  ];
  const has = (code: number) => gains.flat().some(({ phase }) => phase === code);
  const legend = [
    ...(mark ? [`${kinds[team.kind].mark} ${team.text}`] : []),
    ...phases.flatMap((phase, code) =>
      has(code)
        ? [
            `${signs[code] === " " ? "blank" : (signs[code] ?? shades.join(""))} ${phase.replace("one agent", rivalOf(map))}`,
          ]
        : [],
    ),
  ];
  return [
    phaseTitle(map),
    `  ${phaseSubtitle(map, team.text)}`,
    "",
    `${" ".repeat(width)}  ${axisTitle(y.parameter)}`,
    ...lines.map((line, i) => `${labels[i]!.padStart(width)} │${line.join("")}`),
    `${" ".repeat(width)} └${"─".repeat(columns)}`,
    `${" ".repeat(width)}  ${from}${axisTitle(x.parameter)
      .padStart((columns + axisTitle(x.parameter).length) / 2 - from.length)
      .padEnd(columns - from.length - to.length)}${to}`,
    "",
    ...legend.map((entry) => `  ${entry}`),
    ...(has(phases.length - 1) ? [`    ${shades[0]} above 0, ${shades.at(-1)} up to ${accuracy(most)} points`] : []),
    "",
    ...(place ? [`  ${placeText(x.parameter, place.x)}, ${placeText(y.parameter, place.y)}`] : []),
    ...phaseNotes(map).map((note) => `  ${note}`),
    "",
    `It rests on${calibration ? `, ${Math.round(100 * calibration.confidence)} % intervals from ${calibration.tasks} tasks` : ""}`,
    ...map.inputs.map(({ name, value, source }) => {
      const { symbol, unit = "" } = wording[name];
      return `  ${symbol.padEnd(7)} ${`${quantityText(name, value)} ${unit}`.padEnd(34)} ${source}`;
    }),
  ];
}

interface Sample {
  readonly x: number;
  readonly y: number;
  /** Index into `phases`. */
  readonly phase: number;
  readonly gain: number;
}

/** Points at the middles of the map's characters, the topmost row first; of fan-ins the nearest that is drawn. */
function samples({ grid, problem }: PhaseMap): Sample[][] {
  const solve = phaseSolver(problem);
  const spread = (values: Float64Array, count: number) =>
    Array.from({ length: count }, (_, i) => values[Math.round((i * (values.length - 1)) / (count - 1))]!);
  const [xs, ys] = [spread(grid.x, columns), spread(grid.y, rows).toReversed()];
  return ys.map((y) =>
    xs.map((x) => {
      const { phase, accuracy: team, single } = solve(x, y);
      return { x, y, phase: phases.indexOf(phase), gain: team - single };
    }),
  );
}

function shadeOf(gain: number, most: number): string {
  return shades[Math.min(shades.length - 1, Math.floor((shades.length * gain) / most))]!;
}

/** The character nearest to a place; null where it is outside. */
function cellOf({ grid }: PhaseMap, x: number, y: number): { row: number; column: number } | null {
  const share = (values: Float64Array, value: number) => {
    const above = values.findIndex((one) => one >= value);
    return value < values[0]! || above < 0 ? null : above / (values.length - 1);
  };
  const [column, row] = [share(grid.x, x), share(grid.y, y)];
  if (column === null || row === null) return null;
  return { column: Math.round(column * (columns - 1)), row: rows - 1 - Math.round(row * (rows - 1)) };
}
