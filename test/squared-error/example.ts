// The example of numbers: scripted estimators of stated truth, so that nothing of anybody's recordings is in it.
// node test/squared-error/example.ts   writes examples/estimates/answers.csv
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Attempt } from "../../src/records/attempt.ts";
import {
  type ScriptedEstimates,
  scriptedEstimates,
  scriptedEstimatesExample,
} from "../../src/simulate/scripted-estimates.ts";

export const exampleFile = fileURLToPath(new URL("../../examples/estimates/answers.csv", import.meta.url));

const script: ScriptedEstimates = {
  ...scriptedEstimatesExample,
  tasks: 120,
  groups: { perTask: 3, size: 1, rhoWithin: 0 },
  relays: { ...scriptedEstimatesExample.relays, perTask: 1 },
};

const columns: readonly (readonly [string, (attempt: Attempt) => string | number | undefined])[] = [
  ["task_id", ({ taskId }) => taskId],
  ["agent", ({ agent }) => agent],
  ["level", ({ level }) => level],
  ["sample", ({ sample }) => sample],
  ["answer", ({ answer }) => short(answer)],
  ["gold", ({ gold }) => short(gold)],
  ["tokens_in", ({ tokensIn }) => tokensIn],
  ["tokens_out", ({ tokensOut }) => tokensOut],
  ["message_tokens", ({ messageTokens }) => messageTokens],
  ["sent", ({ sent }) => short(sent)],
  ["received", ({ received }) => short(received)],
];

/** Two decimals: enough beside errors of about 2. */
function short(number: string | null | undefined): string | undefined {
  return number == null ? undefined : String(Number(Number(number).toFixed(2)));
}

export function exampleText(): string {
  const { attempts } = scriptedEstimates(script, 1);
  const lines = attempts.map((attempt) => columns.map(([, of]) => of(attempt) ?? "").join(","));
  return `${[columns.map(([name]) => name).join(","), ...lines].join("\n")}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(exampleFile, exampleText());
