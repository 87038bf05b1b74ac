import { calibrate } from "../../calibrate/calibrate.ts";
import { parseBudget } from "../../plan/budget.ts";
import { plan as choose } from "../../plan/plan.ts";
import type { Budget } from "../../plan/plan-types.ts";
import type { Metric } from "../../simulate/outcomes.ts";
import { addInputOptions, type InputOptions, load } from "../load.ts";
import { metricOption, parseShare } from "../options.ts";
import { planLines } from "../plan-lines.ts";
import { printJson, printLines } from "../print.ts";
import type { Verb } from "./command.ts";

export const plan: Verb = {
  summary: "find the best team for a budget, and say how sure that is",
  example: "npm exec quorate -- plan examples/gsm8k/answers.json --per-task '$0.01'",
  build: (command, context) =>
    addInputOptions(command)
      .requiredOption("--per-task <budget>", "expected cost of one task: 2000tok, 5calls, 3s or '$0.01'", parseBudget)
      .option("--per-task-max <budget>", "the most that one task may cost, in the same unit", parseBudget)
      .addOption(metricOption())
      .option(
        "--confidence <share>",
        "P(better) at which a team is advised; content of every interval",
        parseShare,
        0.9,
      )
      .option(
        "--recorded-only",
        "choose only among teams that the recorded answers can replay: no readers, no extrapolation",
      )
      .option(
        "--needs-reading",
        "answers are texts, plans or patches that code cannot compare: none are counted, agents read them",
      )
      .action(
        async (
          files: string[],
          options: InputOptions & {
            perTask: Budget;
            perTaskMax?: Budget;
            metric: Metric;
            confidence: number;
            recordedOnly?: boolean;
            needsReading?: boolean;
            json?: boolean;
            seed: number;
          },
        ) => {
          const { perTask, perTaskMax, metric, confidence, seed, recordedOnly = false, needsReading = false } = options;
          const calibration = calibrate(await load(files, options, context), { confidence, seed });
          const bounds = { perTask, ...(perTaskMax && { perTaskMax }) };
          const result = choose(calibration, { ...bounds, metric, confidence, seed, recordedOnly, needsReading });
          if (options.json) printJson(context, result);
          else printLines(context, planLines(result));
        },
      ),
};
