/**
 * A language model of the Vercel AI SDK, as far as it is used here: its specification in the versions v2, v3 and v4. Stated
 * by shape, so that the package itself is no dependency.
 */
export interface AiSdkModel {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  /** Takes {@link AiSdkOptions}. What a version calls its own types is not repeated here, so that any of them fits. */
  doGenerate(options: never): PromiseLike<object>;
}

export interface AiSdkOptions {
  readonly prompt: readonly unknown[];
  readonly maxOutputTokens: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly stopSequences?: string[];
  readonly seed?: number;
  readonly responseFormat?: { readonly type: "json"; readonly schema: unknown; readonly name: string };
  readonly providerOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly abortSignal: AbortSignal;
}

/** Whatever a model gives back: every field is looked at before it is believed. */
export type AiSdkResult = Readonly<Record<string, unknown>>;

const versions = ["v2", "v3", "v4"];

/** What keeps a value from being such a model; empty where nothing does. */
export function notAModel(value: unknown): string {
  if (typeof value !== "object" || value === null) return `it is ${value === null ? "null" : `a ${typeof value}`}`;
  const { specificationVersion, doGenerate } = value as Partial<AiSdkModel>;
  if (typeof doGenerate !== "function") return "it has no doGenerate";
  if (!versions.includes(String(specificationVersion)))
    return `its specificationVersion is ${String(specificationVersion)}; known are ${versions.join(", ")}`;
  return "";
}
