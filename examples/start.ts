// What `npm start` shows: the main job on two inputs of our own, without a key and without a network.
//  1. Real answers: seven systems on GSM8K, and 30 answers of Codex to each SVAMP problem.
//  2. Scripted agents of stated truth: every parameter of the theory, estimated, beside its true value.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readAttempts, readConfig } from "../src/records/read.ts";
import { html } from "../src/report/formats/html.ts";
import { text } from "../src/report/formats/text.ts";
import { report } from "../src/report/report.ts";
import type { Study } from "../src/report/study-data.ts";
import { scriptedAttempts, scriptedConfig, scriptedExample, scriptedTruths } from "../src/simulate/scripted.ts";
import { study } from "../src/study/study.ts";

const folder = fileURLToPath(new URL("../report/", import.meta.url));

function show(file: string, result: Study): void {
  const words = report(result);
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}${file}`, html.render(words));
  process.stdout.write(text.render(words, { color: Boolean(process.stdout.isTTY) && !process.env["NO_COLOR"] }));
  process.stdout.write(`\nwritten: report/${file}\n\n`);
}

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const answers = at("gsm8k/answers.json");
show(
  "gsm8k.html",
  study(await readAttempts([answers]), {
    config: await readConfig(undefined, { beside: answers }),
    grade: "answer",
    repeats: await readAttempts([at("svamp/answers.json")]),
    command:
      "npm exec quorate -- study examples/gsm8k/answers.json --grade answer --repeats examples/svamp/answers.json --out report/gsm8k.html",
  }),
);

show(
  "scripted.html",
  study(scriptedAttempts(scriptedExample, 1), {
    config: scriptedConfig(scriptedExample),
    splits: 10,
    truths: (calibration) => scriptedTruths(scriptedExample, calibration),
    command: "npm start",
  }),
);
