import { calibrate } from "../../calibrate/calibrate.ts";
import { parseTeam } from "../../organizations/parse-team.ts";
import { forecast } from "../../plan/forecast.ts";
import type { Forecast } from "../../plan/plan-types.ts";
import { forecastSquaredError } from "../../plan/squared-error.ts";
import type { Metric } from "../../simulate/outcomes.ts";
import { forecastLines } from "../forecast-lines.ts";
import { addInputOptions, type InputOptions, load } from "../load.ts";
import { metricOption, parseShare, requireRecorded } from "../options.ts";
import { printJson, printLines } from "../print.ts";
import type { Verb } from "./command.ts";

export const predict: Verb = {
  summary: "forecast accuracy and cost of one team, with intervals",
  example: "npm exec quorate -- predict examples/svamp/answers.json --team vote:5@codex-pot",
  build: (command, context) =>
    addInputOptions(command)
      .requiredOption("--team <team>", "organization[.rule][:sizes][/m=tokens][@cast], as vote:5@gpt")
      .option("--calibrate-on <file...>", "learn from these graded answers instead of the first ones")
      .addOption(metricOption())
      .option("--confidence <share>", "content of every interval", parseShare, 0.9)
      .option("--recorded-only", "refuse teams with readers, of whom nothing is recorded")
      .action(
        async (
          files: string[],
          options: InputOptions & {
            team: string;
            calibrateOn?: string[];
            metric: Metric;
            confidence: number;
            recordedOnly?: boolean;
            json?: boolean;
            seed: number;
          },
        ) => {
          const { seed, confidence } = options;
          const recordings = await load(options.calibrateOn ?? files, options, context);
          const team = parseTeam(options.team, { knownNames: recordings.table.columns.map(({ agent }) => agent) });
          const forecastOf = options.metric === "accuracy" ? forecast : forecastSquaredError;
          if (options.recordedOnly) requireRecorded(team, recordings.table);
          const result: Forecast = forecastOf(team, calibrate(recordings, { confidence, seed }), { confidence, seed });
          if (options.json) printJson(context, result);
          else printLines(context, forecastLines(result));
        },
      ),
};
