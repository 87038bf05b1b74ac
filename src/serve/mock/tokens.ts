/**
 * The mock's own tokenizer: up to four letters or digits, with the space before them, are one token, everything else is one
 * token a UTF-16 unit, and a run of blanks is one. So a text never has more tokens than bytes of UTF-8.
 */

/** What the chat template adds to each message, and before the answer: as the official chat format does. */
export const tokensPerMessage = 4;
export const tokensBeforeAnswer = 3;

const [plain, word, blank] = [0, 1, 2];
const kinds = new Uint8Array(128).fill(plain);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z0-9]/.test(character)) kinds[code] = word;
  else if (/\s/.test(character)) kinds[code] = blank;
}

/** Tokens of a text. */
export function countTokens(text: string): number {
  let tokens = 0;
  const { length } = text;
  for (let i = 0; i < length; tokens++) i = tokenEnd(text, i, length);
  return tokens;
}

/** Where the token that begins at `from` ends. */
export function tokenEnd(text: string, from: number, length = text.length): number {
  let i = from;
  let kind = kindAt(text, i++);
  if (kind === plain) return i;
  if (kind === blank) {
    // one blank belongs to the word after it
    const next = i < length ? kindAt(text, i) : plain;
    if (next !== word) {
      while (i < length && kindAt(text, i) === blank) i++;
      return i;
    }
    kind = word;
  }
  for (let letters = i - from === 1 && kindAt(text, from) === word ? 1 : 0; letters < 4 && i < length; letters++) {
    if (kindAt(text, i) !== word) return i;
    i++;
  }
  return i;
}

function kindAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? kinds[code]! : plain;
}

/** The end of each token of a text, in UTF-16 units. */
export function tokenEnds(text: string): number[] {
  const ends: number[] = [];
  for (let i = 0; i < text.length; ) {
    i = tokenEnd(text, i);
    ends.push(i);
  }
  return ends;
}

// One token each, so that a text of n of them is one slice.
const words = " we look at each part in turn and note what it says then we add up all that was said so far".split(" ");
const fillerTokens = 4096;
const filler = Array.from({ length: fillerTokens }, (_, i) => ` ${words[1 + (i % (words.length - 1))]}`).join("");
const fillerEnds = tokenEnds(filler);

/** Text of exactly so many tokens, whatever text of words comes after it on a new line. */
export function fillerText(tokens: number): string {
  const whole = Math.floor(tokens / fillerTokens);
  return filler.repeat(whole) + filler.slice(0, fillerEnds[(tokens % fillerTokens) - 1] ?? 0);
}
