// One line per format, read as `import * as formats from "…"`.
export { html } from "./html.ts";
export { json } from "./json.ts";
export { markdown } from "./markdown.ts";
export { text } from "./text.ts";
