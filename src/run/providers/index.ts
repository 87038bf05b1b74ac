/** Every kind of provider. */

export { openaiCompatible } from "./openai-compatible.ts";
export { scripted } from "./scripted.ts";
