// JSON whose integers keep their digits: those beyond 2^53 are BigInts, because a double would show other ones.

const LONG = /\d{16}/;
const LONG_WHOLE = /^-?\d{16,}$/;
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Marks a number while it is a string; random, so that no text of the server begins with it. */
const MARK = `${crypto.getRandomValues(new Uint32Array(4)).join("-")}:`;
const MARKED = new RegExp(`"${MARK}(-?\\d+)"`, "g");

/** Parses JSON as JSON.parse does, except for integers that a double cannot hold. */
export function parse(text) {
  if (!LONG.test(text)) return JSON.parse(text);
  const marked = text.replace(STRING_OR_NUMBER, (part) =>
    LONG_WHOLE.test(part) && !Number.isSafeInteger(Number(part)) ? `"${MARK}${part}"` : part);
  return JSON.parse(marked, (name, value) =>
    typeof value === "string" && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value);
}

/** Writes JSON as JSON.stringify does, and BigInts as numbers. */
export function stringify(document) {
  const marked = JSON.stringify(document, (name, value) => (typeof value === "bigint" ? `${MARK}${value}` : value));
  return marked.replace(MARKED, "$1");
}

/** An integer from its text; a number if that is exact. */
export function whole(text) {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}
