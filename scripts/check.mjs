// What only a machine keeps: imports go leftwards, pure stages stay pure, no family member is left unregistered,
// every error code is documented.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";

const order = [
  "errors",
  "theory",
  "records",
  "calibrate",
  "rules",
  "organizations",
  "simulate",
  "plan",
  "trace",
  "route",
  "report",
  "run",
  "study",
  "serve",
  "index",
  "cli",
];
const pure = ["theory", "records", "calibrate", "rules", "organizations", "simulate", "plan", "trace", "report"];
const readers = ["records/read.ts"]; // the one place left of `run` that opens files; it hands text to pure code
const families = {
  "records/importers": "importer.ts",
  rules: "rule.ts",
  organizations: "organization.ts",
  "report/formats": "format.ts",
  "run/providers": "provider.ts",
  "run/store": "store.ts",
  "cli/commands": "command.ts",
  "run/answers": "extraction.ts",
};
// Beside the members: how teams are written, what members share, what users of the package import.
const familyHelpers = {
  "run/store": ["sqlite-worker.ts", "sqlite-pages.ts"],
  rules: ["public.ts"],
  organizations: [
    "team.ts",
    "parse-team.ts",
    "cast.ts",
    "words.ts",
    "stages.ts",
    "layers.ts",
    "planned.ts",
    "public.ts",
  ],
  "run/providers": ["open.ts", "errors.ts"],
  "run/answers": [
    "answer-reader.ts",
    "answer-line.ts",
    "bad-answers.ts",
    "boxed-text.ts",
    "json-text.ts",
    "number-text.ts",
  ],
};

const stage = (file) => file.split("/")[0].replace(/\.ts$/, "");
const all = readdirSync("src", { recursive: true }).map((file) => file.replaceAll("\\", "/"));
const files = all.filter((file) => /\.ts$/.test(file) && !/\.(test|bench)\.ts$/.test(file));
const problems = [];

for (const file of files) {
  const text = readFileSync(join("src", file), "utf8");
  const here = order.indexOf(stage(file));
  if (here < 0) problems.push(`src/${file} is in no stage. The stages are ${order.join(" → ")}.`);
  for (const [, target] of text.matchAll(/\b(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g)) {
    const to = relative(".", join(dirname(file), target)).replaceAll("\\", "/");
    if (order.indexOf(stage(to)) > here)
      problems.push(`src/${file} imports rightwards: ${target}. The order is ${order.join(" → ")}.`);
    const list = dirname(to) in families;
    if (basename(to) === "index.ts" && stage(to) !== stage(file) && !list && stage(file) !== "index")
      problems.push(`src/${file} imports ${target}: a stage's index is for users; import the file that has it.`);
  }
  if (/export \* from/.test(text)) problems.push(`src/${file} re-exports everything: write the names out.`);
  if (pure.includes(stage(file)) && !readers.includes(file)) {
    if (/\b(Math\.random|(Date|performance)\.now|Date)\(\)/.test(text))
      problems.push(`src/${file} reads a clock or unseeded randomness: take it as an argument.`);
    if (/\b(?:from|import)\s*\(?\s*["']node:/.test(text))
      problems.push(`src/${file} imports from Node: it must run in a browser.`);
  }
}
for (const [folder, contract] of Object.entries(families)) {
  const members = files.filter((file) => dirname(file) === folder).map((file) => basename(file));
  const list = members.includes("index.ts") ? readFileSync(`src/${folder}/index.ts`, "utf8") : "";
  for (const member of members)
    if (
      ![contract, "index.ts", ...(familyHelpers[folder] ?? [])].includes(member) &&
      !list.includes(`from "./${member}"`)
    )
      problems.push(`src/${folder}/${member} is not in src/${folder}/index.ts: add one line.`);
}
const documented = existsSync("docs/errors.md") ? readFileSync("docs/errors.md", "utf8") : "";
for (const file of files)
  for (const [, code] of readFileSync(join("src", file), "utf8").matchAll(/readonly code = "([^"]+)"/g))
    if (!documented.includes(`## ${code}\n`))
      problems.push(`docs/errors.md has no heading "## ${code}" (src/${file}).`);

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
