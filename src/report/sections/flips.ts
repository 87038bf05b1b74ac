import type { SectionDraft } from "../document.ts";
import { count, money, percent, plain } from "../format-number.ts";
import type { Reading } from "../reading.ts";
import type { Flip, Study } from "../study-data.ts";
import { capitalize, lowerFirst, numberWord } from "../words.ts";

/** What would have to change for other advice. */
export function flipsSection({ study, named }: Reading): SectionDraft | null {
  if (study.flips.length === 0) return null;
  return {
    id: "flips",
    title: "What would flip this advice",
    blocks: [
      {
        id: "flips",
        title: flipsTitle(study),
        subtitle: study.flips.some(({ scale, at }) => scale && at !== null)
          ? "On the hatched side of a scale the advice changes"
          : "Each was changed alone, the rest as it is",
        table: {
          columns: [
            { name: "If this changed" },
            { name: "The advice" },
            { name: "Now" },
            { name: "Status", as: "status" },
            { name: "Meaning" },
          ],
          rows: study.flips.map((flip) => ({
            cells: [flip.subject, turningPoint(flip), flip.nowText, flip.status, named(flip.text)],
          })),
        },
        notes: [
          {
            text: "The filled mark is where these attempts stand, with its interval where there is one. The upright line is the point of break-even.",
          },
          ...(study.flips.some(({ status }) => status === "assumed")
            ? [{ text: "What is marked “assumed” was not recorded: see “Assumed, not measured, still needed”." }]
            : []),
        ],
      },
    ],
  };
}

/** "flips below $1.68", "flips", "holds". */
export function turningPoint(flip: Flip): string {
  const { at, verdict } = flip;
  if (verdict === "flips" || verdict === "holds") return verdict;
  return at === null ? "holds" : `flips ${verdict} ${flipValue(at, flip)}`;
}

/** A value of the scale in its own unit; dollars as they are. */
export function flipValue(value: number, { scale }: Flip): string {
  switch (scale?.unit) {
    case "usd":
      return money(value);
    case "share":
      return percent(value, 1).replace(".0", "");
    case "tokens":
      return count(value);
    default:
      return plain(value);
  }
}

/** How far the point of break-even is from now, as a share of the scale. */
function distance({ now, at, scale }: Flip): number {
  if (now === null || at === null || !scale) return Number.POSITIVE_INFINITY;
  const place = (value: number) => (scale.log ? Math.log(Math.max(value, 1e-12)) : value);
  return Math.abs(place(now) - place(at)) / Math.abs(place(scale.high) - place(scale.low));
}

function flipsTitle({ flips, labels }: Study): string {
  const names = Object.values(labels);
  const inside = ({ subject }: Flip) =>
    names.some((name) => subject.startsWith(name)) ? subject : lowerFirst(subject);
  const flipping = flips.filter(({ verdict }) => verdict === "flips");
  const turning = flips.filter(({ verdict, at }) => at !== null && (verdict === "below" || verdict === "above"));
  const nearest = turning.toSorted((a, b) => distance(a) - distance(b))[0];
  const point = nearest
    ? `nearest turning point: ${inside(nearest)} ${nearest.verdict} ${flipValue(nearest.at!, nearest)}`
    : "";
  if (flipping.length > 0) {
    const what =
      flipping.length === 1
        ? `${capitalize(flipping[0]!.subject)} flips the advice`
        : `${capitalize(numberWord(flipping.length))} changes flip the advice: ${flipping.map(inside).join("; ")}`;
    return flipping.length === 1 && point ? `${what}; ${point}` : what;
  }
  if (!nearest)
    return flips.length === 1
      ? "The one change that was tried leaves the advice as it is"
      : `None of ${numberWord(flips.length)} changes flips the advice`;
  return `No other way of counting flips the advice; ${point}`;
}
