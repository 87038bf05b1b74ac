/** Every kind of provider. */

export { aiSdk } from "./ai-sdk.ts";
export { command } from "./command.ts";
export { openaiCompatible } from "./openai-compatible.ts";
export { replay } from "./replay.ts";
export { scripted } from "./scripted.ts";
