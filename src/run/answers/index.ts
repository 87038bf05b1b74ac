/** Every kind of answer that can be found in a reply. The exported name is its `kind` in the config. */
export { choice } from "./choice.ts";
export { exact } from "./exact.ts";
export { number } from "./number.ts";
