import { type Interval, isMeasured } from "../../theory/interval.ts";
import type { SectionDraft } from "../document.ts";
import { plain, plainInterval } from "../format-number.ts";
import type { Reading } from "../reading.ts";
import type { Truth } from "../study-data.ts";

/** Truth and estimate of scripted agents. */
export type MeasuredTruth = Truth & { readonly estimate: Interval };

export function measuredTruths(truths: readonly Truth[]): MeasuredTruth[] {
  return truths.filter((truth): truth is MeasuredTruth => isMeasured(truth.estimate));
}

export function holdsTruth({ truth, estimate }: MeasuredTruth): boolean {
  return truth >= estimate.low && truth <= estimate.high;
}

/** Scripted agents have a truth: every parameter beside what was calibrated without knowing it. */
export function truthsSection({ study, confidenceText }: Reading): SectionDraft | null {
  if (study.truths.length === 0) return null;
  const known = measuredTruths(study.truths);
  const held = known.filter(holdsTruth).length;
  return {
    id: "truths",
    title: "Calibrated against the truth",
    blocks: [
      {
        id: "truths",
        title:
          known.length === 0
            ? "No parameter of the script could be calibrated"
            : held === known.length
              ? `All ${known.length} true values lie in their ${confidenceText} intervals`
              : `${held} of ${known.length} true values ${held === 1 ? "lies in its" : "lie in their"} ${confidenceText} interval${held === 1 ? "" : "s"}`,
        subtitle:
          "The agents are scripted, so their parameters are known; the calibration saw only their answers. Every interval is drawn at the same length, the line is the truth",
        figure: {
          name: "truths",
          index: 0,
          description: study.truths
            .map(
              ({ name, truth, estimate }) =>
                `${name}: true ${plain(truth)}, ${isMeasured(estimate) ? `calibrated ${plain(estimate.value)} ${plainInterval(estimate)}` : "not measured"}.`,
            )
            .join(" "),
          source: `${confidenceText} intervals from the choosing half; about one in ten should miss.`,
        },
        table: {
          columns: [
            { name: "Parameter" },
            { name: "Symbol" },
            { name: "Truth", as: "number" },
            { name: "Calibrated", as: "number" },
            { name: confidenceText, as: "number" },
            { name: "Holds" },
          ],
          rows: study.truths.map(({ name, symbol, truth, estimate }) =>
            isMeasured(estimate)
              ? {
                  cells: [
                    name,
                    symbol,
                    plain(truth),
                    plain(estimate.value),
                    plainInterval(estimate),
                    truth >= estimate.low && truth <= estimate.high ? "yes" : "no",
                  ],
                }
              : { cells: [name, symbol, plain(truth), "not measured", "–", estimate.probe] },
          ),
        },
        notes: [],
      },
    ],
  };
}
