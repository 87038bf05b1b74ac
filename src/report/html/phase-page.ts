import type { PhaseMap } from "../../plan/phase.ts";
import { isMeasured } from "../../theory/interval.ts";
import { printable } from "../document.ts";
import { sizes } from "../figures/drawing.ts";
import { phaseGridDrawing } from "../figures/phase-grid.ts";
import { wrapText } from "../figures/text-width.ts";
import { axisTitle, phaseDescription, phaseNotes, phaseSubtitle, phaseTitle, quantityText } from "../phase-words.ts";
import { teamLabel } from "../team-text.ts";
import { capitalize, plural } from "../words.ts";
import { escapeHtml } from "./escape.ts";
import { hatches, shell, svg } from "./shell.ts";
import { palette, pictures } from "./style.ts";

/** A phase diagram as one HTML document: the picture for wide and narrow screens, what it rests on, how to read it. */
export function phasePage(given: PhaseMap): string {
  const map = withPrintableNames(given);
  const { calibration, team } = map;
  const label = teamLabel(team.text, {});
  const title = phaseTitle(map);
  const words = { title, description: phaseDescription(map, label) };
  const drawings = sizes.map(
    (size, i) =>
      `<div class="${size.wide ? "wide" : "narrow"}">${svg(phaseGridDrawing(map, label, size), words, `g${i + 1}`)}</div>`,
  );
  const notes = phaseNotes(map).map((note) => `<p>${escapeHtml(note)}</p>`);
  return shell({
    title: `${title} quorate phase diagram`,
    top: calibration
      ? [`phase diagram of ${calibration.name}`, plural(calibration.tasks, "task"), confidenceOf(calibration)]
      : ["phase diagram", "theory alone"],
    longest: 24,
    strong: team.kind,
    main: `<section><div><h1>${escapeHtml(title)}</h1><figure id="figure-phase"><figcaption><p class="sub">${escapeHtml(phaseSubtitle(map, label))}</p></figcaption>${drawings.join("")}</figure></div>
<aside>${notes.join("")}</aside>
<div><h2>What it rests on</h2>${inputsTable(map)}</div></section>`,
  });
}

function inputsTable({ inputs, place, problem, calibration }: PhaseMap): string {
  const placed = place
    ? (
        [
          [problem.x.parameter, place.x],
          [problem.y.parameter, place.y],
        ] as const
      ).map(([name, value]) => ({
        ...{ name, value },
        source: "on the map",
      }))
    : [];
  const sources = {
    given: "given",
    team: "of the team",
    calibrated: "calibrated",
    "on the map": "where the team stands",
  };
  const rows = [...placed, ...inputs].map(({ name, value, source }) => {
    const shown = isMeasured(value) ? quantityText(name, value) : "not measured";
    const cells = `<td class="n" data-name="Value">${escapeHtml(shown)}</td><td data-name="Source">${sources[source as keyof typeof sources]}</td>`;
    return `<tr><th scope="row">${escapeHtml(capitalize(axisTitle(name)))}</th>${cells}</tr>`;
  });
  const interval = calibration ? ` and its ${confidenceOf(calibration)}` : "";
  return `<div class="table scroll" role="region" aria-label="What it rests on" tabindex="0"><table class="stack"><thead><tr><th scope="col">Quantity</th><th scope="col" class="n">Value${interval}</th><th scope="col">Source</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

const confidenceOf = ({ confidence }: { readonly confidence: number }) =>
  `${Math.round(100 * confidence)}\u202f% interval`;

/** The picture alone, as an SVG file with its title and its own colours, light or dark as the viewer is. */
export function phaseSvg(given: PhaseMap): string {
  const map = withPrintableNames(given);
  const [{ width }] = sizes as [(typeof sizes)[number]];
  const label = teamLabel(map.team.text, {});
  const title = phaseTitle(map);
  const drawing = phaseGridDrawing(map, label, sizes[0]!);
  const margin = 20;
  const head = wrapText(title, width, { size: 16, bold: true });
  const below = wrapText(phaseSubtitle(map, label), width, { size: 12 });
  const top = 22 * head.length + 17 * below.length + 14;
  const text = (line: string, y: number, style: string) => `<text y="${y}" class="${style}">${escapeHtml(line)}</text>`;
  const body = [
    `<style>${palette}${pictures}svg .h{font-size:16px;font-weight:650;fill:var(--ink)}</style><defs>${hatches}</defs>`,
    `<rect x="${-margin}" y="${-margin}" width="${drawing.width + 2 * margin}" height="${top + drawing.height + 2 * margin}" fill="var(--paper)"/>`,
    ...head.map((line, i) => text(line, 16 + 22 * i, "h")),
    ...below.map((line, i) => text(line, 22 * head.length + 14 + 17 * i, "s")),
    `<g transform="translate(0 ${top})">${drawing.body}</g>`,
  ].join("");
  const [all, height] = [drawing.width + 2 * margin, top + drawing.height + 2 * margin];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-margin} ${-margin} ${all} ${height}" width="${all}" height="${height}" role="img" aria-labelledby="t d"><title id="t">${escapeHtml(title)}</title><desc id="d">${escapeHtml(phaseDescription(map, label))}</desc>${body}</svg>\n`;
}

/** Names come from files; numbers need no look. */
function withPrintableNames(map: PhaseMap): PhaseMap {
  const { team, calibration } = map;
  return { ...map, team: printable(team), calibration: printable(calibration) };
}
