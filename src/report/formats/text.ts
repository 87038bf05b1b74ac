import { group } from "d3-array";
import type { Kind } from "../../organizations/organization.ts";
import { isMeasured } from "../../theory/interval.ts";
import { curveText, familyText, passText, rankingText } from "../compute-words.ts";
import { type Column, plainText, printable, type Report } from "../document.ts";
import { cost, costHeaders, count, percent, points, pointsInterval, probabilitySentence } from "../format-number.ts";
import { kinds } from "../kinds.ts";
import type { MetricLook } from "../metric.ts";
import { type Reading, read } from "../reading.ts";
import { mergedAssumptions } from "../sections/assumed.ts";
import { distanceText, isStated, lineName, sideText } from "../sections/boundaries.ts";
import { orderedBudgets } from "../sections/budget.ts";
import { rankingOf, shownCurves, shownPasses, shownRanking } from "../sections/compute.ts";
import { channelsText } from "../sections/diversity.ts";
import { turningPoint } from "../sections/flips.ts";
import { hindsightText } from "../sections/frontier.ts";
import { lowerFirst, numberWord } from "../words.ts";
import type { Format } from "./format.ts";

const width = 80;
/** ANSI codes; the light and the dark terminal read them alike. */
const styles = { bold: 1, dim: 2, single: 39, repeated: 34, panel: 33, cascade: 32, tree: 35 } as const;
type Style = keyof typeof styles;
type Paint = (style: Style, text: string) => string;

/** What the command line prints: 80 columns, the verdict first. Colour repeats what mark, fill and word already say. */
export const text: Format = {
  summary: "text for a terminal of 80 columns",
  extension: "txt",
  render(given, { color = false } = {}) {
    const report = printable(given);
    const paint: Paint = color
      ? (style, words) => (words ? `\u001b[${styles[style]}m${words}\u001b[0m` : words)
      : (_, words) => words;
    const reading = read(report.study);
    const parts = [
      top(report, paint),
      verdict(report, paint),
      accuracies(reading, paint),
      flow(reading, paint),
      forecasts(report, reading, paint),
      budgets(reading, paint),
      flips(report, paint),
      diversity(report, paint),
      compute(reading, paint),
      boundaries(report, paint),
      truths(report, paint),
      findings(report, reading, paint),
      assumed(report, paint),
    ];
    return `${parts
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.map((line) => line.replaceAll("\u202f", " ").trimEnd()).join("\n"))
      .join("\n\n")}\n`;
  },
};

function top({ study, facts }: Report, paint: Paint): string[] {
  const right = [facts[0], facts[2], facts[3]].join(" · ");
  const name = clip(`quorate study  ${study.name}`, width - columns(right) - 2);
  return [paint("dim", padEnd(name, width - columns(right)) + right)];
}

function verdict({ headline, lede, warnings }: Report, paint: Paint): string[] {
  return [
    ...wrap(headline, width).map((line) => paint("bold", line)),
    ...wrap(plainText(lede), width).map((line) => emphasized(line, lede, paint)),
    ...warnings.flatMap((warning) =>
      wrap(warning, width - 2).map((line, i) => `${i === 0 ? paint("panel", "!") : " "} ${line}`),
    ),
  ];
}

/** The strong words of a sentence, as far as they stand on one line. */
function emphasized(line: string, spans: Report["lede"], paint: Paint): string {
  return spans
    .filter(({ strong }) => strong)
    .reduce((sum, { text }) => sum.replace(text, (words) => paint("bold", words)), line);
}

/** "Title ────────" over the whole width. */
function heading(title: string, paint: Paint): string {
  const shown = clip(title, width - 4);
  return `${paint("bold", shown)} ${paint("dim", "─".repeat(width - columns(shown) - 1))}`;
}

const labelWidth = 30;
/** A terminal page holds the best; the rest is in the other formats. */
const rowsMax = 8;

function more(rows: number, paint: Paint): string[] {
  return rows > 0 ? [paint("dim", `  and ${count(rows)} more: see the report`)] : [];
}

/** Dot plot of measured accuracies with intervals, linear: a terminal has too few columns for more. */
function accuracies(reading: Reading, paint: Paint): string[] {
  const { study, look, unit, confidenceText } = reading;
  const ranked = study.comparisons.toSorted((a, b) =>
    look.compare(b.measured.accuracy.value, a.measured.accuracy.value),
  );
  const rows = ranked.filter((row, i) => i < rowsMax || row.chosen || row === reading.baseline);
  if (rows.length === 0) return [];
  const plotWidth = 28;
  const lows = rows.map(({ measured }) => measured.accuracy.low);
  const highs = rows.map(({ measured }) => measured.accuracy.high);
  const [least, most] = [Math.min(...lows), Math.max(...highs)];
  const span = Math.max(4 * look.spareMin, most - least, 1e-6 * Math.abs(most)) || 1; // finer steps would drown in rounding
  const place = (value: number) =>
    Math.max(0, Math.min(plotWidth - 1, Math.round(((value - least) / span) * (plotWidth - 1))));
  const lines = rows.flatMap((row) => {
    const { kind, chosen, measured } = row;
    const label = reading.shortLabel(row);
    const cells = new Array<string>(plotWidth).fill(" ");
    const { value, low, high } = measured.accuracy;
    for (let at = place(low); at <= place(high); at++) cells[at] = "─";
    if (place(low) < place(value)) cells[place(low)] = "├";
    if (place(high) > place(value)) cells[place(high)] = "┤";
    cells[place(value)] = kinds[kind].mark;
    const amount = reading.costOf(row);
    const numbers = `${look.value(value).padStart(6)}${(amount === null ? "–" : cost(amount, unit)).padStart(11)}`;
    const plot = paint(kind, cells.join(""));
    const start = `${chosen ? "▸" : " "} `;
    if (columns(label) <= labelWidth)
      return [
        `${start}${chosen ? paint("bold", padEnd(label, labelWidth)) : padEnd(label, labelWidth)} ${plot}${numbers}`,
      ];
    const [first = "", ...rest] = wrap(label, width - 4);
    return [
      `${start}${chosen ? paint("bold", first) : first}`,
      ...rest.map((line) => `    ${line}`),
      `${" ".repeat(labelWidth + 3)}${plot}${numbers}`,
    ];
  });
  return [
    heading(`${look.headingUnit} with ${confidenceText} interval, and ${costHeaders[unit]}`, paint),
    ...lines,
    paint("dim", " ".repeat(labelWidth + 3) + axis(look, least, span, plotWidth)),
    ...more(ranked.length - rows.length, paint),
    ...notMeasuredRepeats(reading, paint),
    ...wrap(`With hindsight ${hindsightText(reading)}`, width - 2).map((line) => paint("dim", `  ${line}`)),
  ];
}

/** Round values under their columns, as many as fit apart. */
function axis(look: MetricLook, least: number, span: number, plotWidth: number): string {
  const step = look.step(span, plotWidth / 5);
  const cells = new Array<string>(plotWidth + 3).fill(" ");
  let end = 0;
  for (let k = Math.ceil(least / step - 1e-9); k * step <= least + span + 1e-9 * step; k++) {
    const words = look.axisTick(k * step);
    const at = Math.round(((k * step - least) / span) * (plotWidth - 1)) - Math.floor(words.length / 2);
    if (at < end) continue;
    for (const [i, letter] of [...words].entries()) cells[at + i] = letter;
    end = at + words.length + 1;
  }
  return cells.join("").trimEnd();
}

/** A kind without data still gets its place. */
function notMeasuredRepeats({ study }: Reading, paint: Paint): string[] {
  const { resampled } = study.plan;
  if (isMeasured(resampled)) return [];
  return hanging(
    `  ${kinds.repeated.mark} ${kinds.repeated.many}`,
    `not measured: ${resampled.notMeasured}`,
    labelWidth + 3,
    paint,
    "repeated",
  );
}

function flow({ study, baseline, label: named }: Reading, paint: Paint): string[] {
  if (!study.flow) return [];
  const other = study.flow.team === study.plan.advice.team ? "" : ` in ${named(study.flow.team)}`;
  const barWidth = 24;
  return [
    heading(`Where the tasks go${other}`, paint),
    ...study.flow.stages.flatMap(({ label, share, right, baselineRight }, i) => {
      const bar = (i === 0 ? "█" : "░").repeat(Math.max(1, Math.round(share * barWidth)));
      const line = `${paint(i === 0 ? "cascade" : "single", bar)} ${percent(share)}  ${percent(right.value, 1)} right`;
      const other = `${baseline?.label ?? study.baseline} on the same tasks: ${percent(baselineRight.value, 1)} right`;
      const indent = " ".repeat(labelWidth + 2);
      const labelLines = columns(label) < labelWidth ? [] : wrap(label, width - 2).map((words) => `  ${words}`);
      return [
        ...labelLines,
        (labelLines.length > 0 ? indent : padEnd(`  ${label}`, labelWidth + 2)) + line,
        ...wrap(other, width - labelWidth - 2).map((words) => paint("dim", indent + words)),
      ];
    }),
  ];
}

function forecasts(
  { sections }: Report,
  { teams, study, look, baseline, shortLabel }: Reading,
  paint: Paint,
): string[] {
  if (teams.length === 0) return [];
  const splits = sections.flatMap(({ blocks }) => blocks).find(({ id }) => id === "splits");
  const nameWidth = 34; // leaves room for differences beyond 100 %, in squared error
  const rows = teams.filter(({ chosen }, i) => i < rowsMax || chosen);
  return [
    heading(`Forecast against measured (${look.differencesOver(baseline?.label ?? study.baseline)})`, paint),
    ...rows.flatMap((row) => {
      const { kind, difference } = row;
      const label = shortLabel(row);
      const numbers = `${points(difference.predictive.value).padStart(6)} → ${points(difference.measured.value).padStart(6)}  ${pointsInterval(difference.measured).padEnd(14)} ${probabilitySentence(difference.probabilityBetter).replace("= ", "")}`;
      const start = `  ${paint(kind, kinds[kind].mark)} `;
      if (columns(label) < nameWidth) return [start + padEnd(label, nameWidth) + numbers];
      const [first = "", ...rest] = wrap(label, width - 6);
      return [start + first, ...rest.map((line) => `      ${line}`), " ".repeat(nameWidth + 4) + numbers];
    }),
    ...more(teams.length - rows.length, paint),
    ...(splits ? wrap(`${splits.title}.`, width - 2).map((line) => paint("dim", `  ${line}`)) : []),
  ];
}

/** The advice along the budget, one bar; shares of a log scale. */
function budgets({ study }: Reading, paint: Paint): string[] {
  const [curve] = orderedBudgets(study);
  if (!curve || curve.segments.length === 0) return [];
  const barWidth = width - 4;
  const from = curve.segments[0]!.from;
  const to = curve.segments.at(-1)!.to;
  const place = (value: number) =>
    to > from ? Math.round((Math.log(value / from) / Math.log(to / from)) * barWidth) : barWidth;
  let bar = "";
  let ticks = "";
  for (const [i, { kind, from: low, to: high }] of curve.segments.entries()) {
    const size = Math.max(1, place(high) - place(low));
    bar += paint(kind, segment(kind, size));
    if (i > 0) {
      const words = cost(low, curve.unit);
      const at = Math.min(place(low) - Math.floor(words.length / 2), barWidth - words.length);
      if (at > columns(ticks)) ticks = padEnd(ticks, at) + words;
    }
  }
  return [
    heading(`Best kind for each budget (${costHeaders[curve.unit]})`, paint),
    `  ${bar}`,
    ...(ticks ? [paint("dim", `  ${ticks}`)] : []),
  ];
}

function segment(kind: Kind, size: number): string {
  const fill = kind === "single" ? "░" : kind === "panel" ? "▒" : kind === "repeated" ? "▓" : "█";
  const name = ` ${kinds[kind].mark} ${kinds[kind].short} `;
  const words = size >= columns(name) + 2 ? name : size >= 3 ? ` ${kinds[kind].mark} ` : "";
  const left = Math.floor((size - columns(words)) / 2);
  return fill.repeat(left) + words + fill.repeat(Math.max(0, size - left - columns(words)));
}

function flips({ study }: Report, paint: Paint): string[] {
  if (study.flips.length === 0) return [];
  return [
    heading("What would flip this", paint),
    ...study.flips.flatMap((flip) => {
      const now = flip.nowText && flip.status !== "measured" ? `${flip.nowText} (${flip.status})` : flip.nowText;
      const what = turningPoint(flip).replace(/^flips (?=below|above)/, "");
      return table([flip.subject, what, now || flip.text], [labelWidth + 1, 16], paint);
    }),
  ];
}

/** The three lines of the theory: the side, how far away, and what would take the team across. */
function boundaries({ sections, study }: Report, paint: Paint): string[] {
  const section = sections.find(({ id }) => id === "boundaries");
  if (!section) return [];
  return [
    heading(section.title, paint),
    ...study.boundaries.flatMap((boundary) => {
      const { distance, probabilityTeam, crossings } = boundary;
      const certainty = isMeasured(distance) && !isStated(distance) ? probabilitySentence(probabilityTeam) : "";
      const side = isMeasured(distance) ? sideText(boundary) : `not measured: ${distance.probe}`;
      return [
        ...table(
          [lineName(boundary), certainty, isMeasured(distance) ? `${distanceText(boundary)}: ${side}` : side],
          [24, 10],
          paint,
        ),
        ...crossings.flatMap(({ text }) => wrap(text, width - 4).map((line) => paint("dim", `    ${line}`))),
      ];
    }),
  ];
}

/** Cells in columns of these widths; a cell that is too long wraps within its column. */
function table(
  cells: readonly [string, string, string],
  [first, second]: readonly [number, number],
  paint: Paint,
): string[] {
  const wrapped = [
    wrap(cells[0], first - 2),
    wrap(cells[1], second - 1),
    wrap(cells[2], width - first - second - 2),
  ] as const;
  const rows = Math.max(...wrapped.map(({ length }) => length));
  return Array.from(
    { length: rows },
    (_, i) =>
      `  ${padEnd(wrapped[0][i] ?? "", first)}${padEnd(wrapped[1][i] ?? "", second)}${paint("dim", wrapped[2][i] ?? "")}`,
  );
}

/** Who should join the best vote first, for that can be bought; then what answers tell without grades. */
function diversity({ sections, study }: Report, paint: Paint): string[] {
  const section = sections.find(({ id }) => id === "diversity");
  if (!section) return [];
  const { unlabeled } = study;
  const claim = (of: string) => section.blocks.find(({ id }) => id === of)?.title ?? [];
  return [
    heading(section.title, paint),
    ...[claim("cast"), claim("unlabeled")]
      .flat()
      .flatMap((words) => wrap(`${words}.`, width - 2).map((line) => `  ${line}`)),
    ...(unlabeled
      ? wrap(
          `${channelsText(unlabeled.channels)}: how many agents that never agree the ${numberWord(unlabeled.agents)} amount to; noise counts as diversity.`,
          width - 2,
        ).map((line) => paint("dim", `  ${line}`))
      : []),
  ];
}

/** Curves over levels and what any of k samples solves, a line or two each. */
function compute(reading: Reading, paint: Paint): string[] {
  const { study } = reading;
  const name = (agent: string) => study.labels[agent] ?? agent;
  const ranking = shownRanking(reading);
  const rows = [
    ...shownCurves(reading).map((curve) => [name(curve.agent), `${curveText(curve)}; ${familyText(curve)}`] as const),
    ...(ranking ? [["", `${rankingText(rankingOf(ranking, name))}`] as const] : []),
    ...shownPasses(reading).map((one) => [name(one.name), `any of k samples: ${passText(one)}`] as const),
  ];
  if (rows.length === 0) return [];
  return [
    heading("More compute: right answers in %, intervals where forecast", paint),
    ...rows.flatMap(([agent, words]) =>
      wrap(agent ? `${agent}: ${words}` : words, width - 4).map((line, i) =>
        i === 0 ? `  ${line}` : paint("dim", `    ${line}`),
      ),
    ),
  ];
}

function truths({ sections }: Report, paint: Paint): string[] {
  const block = sections.flatMap(({ blocks }) => blocks).find(({ id }) => id === "truths");
  if (!block?.table) return [];
  const { columns: header, rows } = block.table;
  const widths = [36, 9, 8, 8, 0];
  const line = (cells: readonly string[]) => cells.map((cell, i) => fit(cell, widths[i]!, header[i])).join("");
  return [
    heading(block.title, paint),
    paint("dim", `  ${line(header.slice(0, 5).map(({ name }) => name))}`),
    ...rows.map(({ cells }) => `${cells[5] === "no" ? paint("panel", "!") : " "} ${line(cells.slice(0, 5))}`),
    ...(rows.some(({ cells }) => cells[5] === "no") ? [paint("dim", "! outside its interval")] : []),
  ];
}

function fit(cell: string, size: number, column: Column | undefined): string {
  if (size === 0) return ` ${cell}`;
  return column?.as === "number"
    ? " ".repeat(Math.max(0, size - 1 - columns(cell))) + cell + " "
    : padEnd(clip(cell, size - 1), size);
}

function findings({ study }: Report, { named }: Reading, paint: Paint): string[] {
  if (study.findings.length === 0) return [];
  return [
    heading("Findings", paint),
    ...study.findings
      .slice(0, rowsMax)
      .flatMap(({ message, remedy }) => [
        ...wrap(named(message), width - 4).map((line, i) => `  ${i === 0 ? "•" : " "} ${line}`),
        ...wrap(`→ ${named(remedy)}`, width - 4).map((line) => paint("dim", `    ${line}`)),
      ]),
    ...more(study.findings.length - rowsMax, paint),
  ];
}

function assumed({ study }: Report, paint: Paint): string[] {
  const by = (status: string) => briefly(mergedAssumptions(study).filter((row) => row.status === status));
  const indent = 17;
  // A probe begins with its command; what follows the colon explains it.
  const commands = new Set(study.notMeasured.flatMap(({ probe }) => /^quorate [^:]*/.exec(probe) ?? []));
  const lines = [
    ...hanging(`  ${paint("panel", "~")} assumed`, by("assumed"), indent, paint, null, 11),
    ...hanging("  ÷ derived", by("derived"), indent, paint, null),
    ...hanging(
      "  ○ not measured",
      study.notMeasured.map(({ subject }) => lowerFirst(subject)).join("; "),
      indent,
      paint,
      null,
    ),
    ...[...commands].map((command) => paint("dim", clip(" ".repeat(indent) + command, width))),
  ];
  return lines.length === 0 ? [] : [heading("Assumed and not measured", paint), ...lines];
}

/** Every assumption in a few words; of a quantity with many values only how many. */
function briefly(rows: ReturnType<typeof mergedAssumptions>): string {
  const bySubject = group(rows, ({ quantity }) => quantity);
  return [...bySubject]
    .flatMap(([quantity, some]) =>
      some.length > 3
        ? [`${quantity} (${count(some.length)} values)`]
        : some.map(({ subject, value }) => `${lowerFirst(subject)}: ${value}`),
    )
    .join("; ");
}

/** A term, then its text wrapped in the column beside it. Nothing without a text. */
function hanging(
  term: string,
  words: string,
  indent: number,
  paint: Paint,
  style: Style | null,
  termColumns = columns(term),
): string[] {
  if (words === "") return [];
  const [first = "", ...rest] = wrap(words, width - indent);
  const shown = style ? paint(style, term) : term;
  return [
    `${shown}${" ".repeat(Math.max(1, indent - termColumns))}${style ? paint("dim", first) : first}`,
    ...rest.map((line) => " ".repeat(indent) + (style ? paint("dim", line) : line)),
  ];
}

/** Columns that a terminal gives this text: wide characters of East Asia and emoji take two, marks that combine none. */
function columns(words: string): number {
  let sum = 0;
  for (const letter of words)
    sum += /\p{Mn}/u.test(letter)
      ? 0
      : /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u.test(
            letter,
          )
        ? 2
        : 1;
  return sum;
}

function padEnd(words: string, size: number): string {
  return words + " ".repeat(Math.max(0, size - columns(words)));
}

function clip(words: string, size: number): string {
  if (columns(words) <= size) return words;
  let shown = "";
  for (const letter of words) {
    if (columns(shown + letter) > size - 1) break;
    shown += letter;
  }
  return `${shown}…`;
}

/** Lines of at most `size` columns, broken at ordinary spaces; a word that is longer is cut into pieces. */
function wrap(words: string, size: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (let word of words.split(/[ \n]+/)) {
    if (line && columns(`${line} ${word}`) > size) {
      lines.push(line);
      line = "";
    }
    while (columns(word) > size) {
      const letters = [...word];
      let piece = "";
      while (letters.length > 0 && columns(piece + letters[0]) <= size) piece += letters.shift();
      lines.push(piece);
      word = letters.join("");
    }
    line = line ? `${line} ${word}` : word;
  }
  return line ? [...lines, line] : lines;
}
