import type { Kind } from "../../organizations/organization.ts";
import type { Boundary } from "../../plan/plan-types.ts";
import { isMeasured } from "../../theory/interval.ts";
import { probabilitySentence } from "../format-number.ts";
import { distanceText, isStated, lineName, sideText } from "../sections/boundaries.ts";
import type { Study } from "../study-data.ts";
import { Canvas } from "./canvas.ts";
import { type Draw, finished, labelLines } from "./drawing.ts";

/** One strip per line of the theory: the line in the middle, one agent's side to the left, the team's to the right. */
export const boundaries: Draw = (reading, size) => {
  const { study } = reading;
  if (study.boundaries.length === 0) return [];
  const canvas = new Canvas(size.width);
  const [left, right] = size.wide ? [215, 500] : [10, 340];
  const middle = (left + right) / 2;
  canvas.text(middle - 10, 14, "one agent", { anchor: "end", color: "mute" });
  canvas.text(middle + 10, 14, "the team", { color: "mute" });
  let y = 26;
  for (const boundary of study.boundaries) {
    const { distance } = boundary;
    const about = isMeasured(distance)
      ? [
          distanceText(boundary),
          `${isStated(distance) ? "" : `${probabilitySentence(boundary.probabilityTeam)}: `}${sideText(boundary)}`,
        ]
      : [`not measured: ${distance.notMeasured}`];
    const words = about.flatMap((sentence) => labelLines(reading, sentence, size.wide ? 244 : 350, { size: 12 }));
    let at: number;
    if (size.wide) {
      const height = Math.max(30, 16 * words.length + 14);
      at = y + height / 2;
      canvas.text(0, at + 4, lineName(boundary), { size: 13, bold: true, color: "ink" });
      canvas.lines(516, at + 4 - 8 * (words.length - 1), words);
      y += height;
    } else {
      canvas.text(0, y + 12, lineName(boundary), { size: 13, bold: true, color: "ink" });
      y = canvas.lines(0, y + 28, words, { color: "mute" });
      at = y + 2;
      y = at + 16;
    }
    canvas.rect({ x: left, y: at - 5, width: right - left, height: 10 }, "wash");
    canvas.line(middle, at - 9, middle, at + 9, "flip");
    if (!isMeasured(distance)) continue;
    const reach = 1.08 * Math.max(Math.abs(distance.low), Math.abs(distance.high));
    const place = (value: number) => middle + (reach > 0 ? (value / reach) * ((right - left) / 2) : 0);
    const kind = boundary.side === "single" ? "single" : kindOf(study);
    canvas.interval(kind, place(distance.low), at, place(distance.high), at);
    canvas.mark(kind, place(distance.value), at, { state: stateOf(boundary) });
  }
  return [finished(canvas, y + 4)];
};

/** Hollow where the side cannot be told. */
function stateOf({ side }: Boundary) {
  return side === "cannot tell yet" ? "forecast" : "measured";
}

/** Of the team that the regime describes. */
function kindOf({ plan }: Study): Kind {
  const { messageTokens, voters = [] } = plan.regime;
  if (messageTokens !== undefined) return "tree";
  return voters.length > 1 ? "panel" : "repeated";
}
