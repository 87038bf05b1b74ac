import { parseTeam } from "../../organizations/parse-team.ts";
import { replay as measure } from "../../simulate/replay.ts";
import { addInputOptions, type InputOptions, load } from "../load.ts";
import { printJson, printLines } from "../print.ts";
import type { Verb } from "./command.ts";

export const replay: Verb = {
  summary: "measure a team on recorded answers",
  example:
    "npm exec quorate -- replay examples/gsm8k/answers.json --team cascade@tora-70b+mixtral-8x7b,gpt-4-1106-preview",
  build: (command, context) =>
    addInputOptions(command)
      .requiredOption("--team <team>", "organization[.rule][:sizes][/m=tokens][@cast], as vote:5@gpt")
      .action(async (files: string[], options: InputOptions & { team: string; json?: boolean; seed: number }) => {
        const { table } = await load(files, options, context);
        const team = parseTeam(options.team, { knownNames: table.columns.map(({ agent }) => agent) });
        const result = measure(team, table, { seed: options.seed });
        if (options.json) return printJson(context, result);
        const { accuracy, cost, tasks, skipped, method } = result;
        const error = accuracy.standardError;
        const spread = Number.isNaN(error) ? "± unknown from one task" : `± ${(100 * error).toFixed(1)}`;
        const number = (value: number | null, digits: number) =>
          value === null ? "not recorded" : value.toFixed(digits);
        printLines(context, [
          result.team,
          `  right answers   ${(100 * accuracy.mean).toFixed(1)} % ${spread} (standard error), ${method}`,
          `  per task        ${number(cost.calls, 2)} calls, tokens ${number(cost.tokens, 0)}, dollars ${number(cost.usd, 5)}, seconds ${number(cost.seconds, 1)}`,
          `  tasks           ${tasks} measured, ${skipped} skipped for want of answers`,
        ]);
      }),
};
