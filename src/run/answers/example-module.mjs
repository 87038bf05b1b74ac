// What a file of the user's may look like; the contract test reads replies with it.

export const instruction = "End with color=NAME.";

export function read(text) {
  return /color=(\w+)/.exec(text)?.[1] ?? null;
}

export function grade(value, gold) {
  return value.toUpperCase() === gold;
}
