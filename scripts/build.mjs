// Builds dist/ from src/: JavaScript that Node runs from node_modules, and its declarations.
import { execFileSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";

if (existsSync("node_modules/typescript")) {
  rmSync("dist", { recursive: true, force: true });
  execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
    stdio: "inherit",
  });
}
