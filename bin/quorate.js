#!/usr/bin/env node
// Old syntax on purpose: this file must still load on a Node that is too old, so that it can say so.

var version = process.versions.node.split(".").map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 18)) {
  process.stderr.write(
    "quorate needs Node 22.18 or newer; this is Node " +
      process.versions.node +
      ".\n" +
      "→ Install a current Node from https://nodejs.org, or run it through a version manager.\n",
  );
  process.exitCode = 2;
} else {
  import("../dist/cli/main.js").then((cli) => cli.main(process.argv.slice(2)));
}
