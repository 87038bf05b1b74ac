// Loaded before the program (`node --import`): changes one of its files as the mutant that MUTANT names says. The program
// itself knows nothing of it.
import { registerHooks } from "node:module";
import { mutants } from "./mutants.ts";

const name = process.env["MUTANT"]!;
const { file, from, to } = mutants[name]!;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(file)) return loaded;
    const parts = String(loaded.source).split(from);
    if (parts.length !== 2)
      throw new Error(`Mutant ${name} does not fit: its text stands ${parts.length - 1} times in ${url}.`);
    return { ...loaded, source: parts.join(to) };
  },
});
