// One line per store, read as `import * as stores from "…"`.
export { memory } from "./memory.ts";
export { sqlite } from "./sqlite.ts";
