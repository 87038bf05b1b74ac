/** Every kind of answer that can be found in a reply. The exported name is its `kind` in the config. */
export { boxed } from "./boxed.ts";
export { choice } from "./choice.ts";
export { contains } from "./contains.ts";
export { exact } from "./exact.ts";
export { json } from "./json.ts";
export { module } from "./module.ts";
export { number } from "./number.ts";
export { regex } from "./regex.ts";
