import type { FigureName } from "../document.ts";
import { boundaries } from "./boundaries.ts";
import { budget } from "./budget.ts";
import { coverage, levels } from "./compute.ts";
import type { Draw } from "./drawing.ts";
import { errors } from "./errors.ts";
import { flow } from "./flow.ts";
import { forecast } from "./forecast.ts";
import { frontier } from "./frontier.ts";
import { phase } from "./phase.ts";
import { phaseGrid } from "./phase-grid.ts";
import { splits } from "./splits.ts";
import { truths } from "./truths.ts";
import { unlabeled } from "./unlabeled.ts";
import { verdict } from "./verdict.ts";
import { votes } from "./votes.ts";
import { windows } from "./windows.ts";

/** The drawing of each figure that a section may ask for. */
export const figures: Readonly<Record<FigureName, Draw>> = {
  boundaries,
  budget,
  coverage,
  errors,
  flow,
  forecast,
  frontier,
  levels,
  phase,
  "phase-grid": phaseGrid,
  splits,
  truths,
  unlabeled,
  verdict,
  votes,
  windows,
};
