import { calibrate } from "../../calibrate/calibrate.ts";
import { memberName, membersOf, ruleNamed } from "../../organizations/cast.ts";
import { parseTeam } from "../../organizations/parse-team.ts";
import { organizationOf, type Team } from "../../organizations/team.ts";
import type { Recordings } from "../../records/recordings.ts";
import { replay as measure } from "../../simulate/replay.ts";
import { addInputOptions, type InputOptions, load } from "../load.ts";
import { printJson, printLines } from "../print.ts";
import type { Verb } from "./command.ts";

type Options = InputOptions & { team: string; calibrateOn?: string[]; json?: boolean; seed: number };

export const replay: Verb = {
  summary: "measure a team on recorded answers",
  example:
    "npm exec quorate -- replay examples/gsm8k/answers.json --team cascade@tora-70b+mixtral-8x7b,gpt-4-1106-preview",
  build: (command, context) =>
    addInputOptions(command)
      .requiredOption("--team <team>", "organization[.rule][:sizes][/m=tokens][@cast], as vote:5@gpt")
      .option(
        "--calibrate-on <file...>",
        "learn the weights of a weighted vote from these answers, not from the replayed",
      )
      .action(async (files: string[], options: Options) => {
        const recordings = await load(files, options, context);
        const { table } = recordings;
        const team = parseTeam(options.team, { knownNames: table.columns.map(({ agent }) => agent) });
        const others = options.calibrateOn && (await load(options.calibrateOn, options, context));
        const weighing = weighingOf(team, others ?? recordings, others ? "other answers" : "the replayed answers");
        const result = measure(team, table, { seed: options.seed, ...weighing });
        if (options.json)
          return printJson(context, {
            ...result,
            ...(weighing && { ...weighing, weights: Object.fromEntries(weighing.weights) }),
          });
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
          ...(weighing ? [`  weights         ${weighingText(weighing)}`] : []),
        ]);
      }),
};

interface Weighing {
  readonly weights: ReadonlyMap<string, number>;
  readonly weightsFrom: string;
}

/** What the team's rule weighs its members by, as `learned` tells; undefined where it needs no weights. */
function weighingOf(team: Team, learned: Recordings, weightsFrom: string): Weighing | undefined {
  organizationOf(team); // a team that cannot run may have a rule of its own
  if (!ruleNamed(team.rule).weighted) return undefined;
  const { weights } = calibrate(learned, { pairs: false });
  const members = new Set(membersOf(team.cast).map(memberName));
  return { weights: new Map([...weights].filter(([name]) => members.has(name))), weightsFrom };
}

function weighingText({ weights, weightsFrom }: Weighing): string {
  const list = [...weights].map(([name, weight]) => `${name} ${weight.toFixed(2)}`).join(", ");
  return `learned from ${weightsFrom}: ${list}`;
}
