// Numbers and times as people read them. Digits line up because the style sheet asks for tabular figures.

const INTEGER = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

export const count = (n) => INTEGER.format(n);

export const compact = (n) => (n > -10_000 && n < 10_000 ? INTEGER.format(n) : COMPACT.format(n));

export function plural(n, word, words = `${word}s`) {
  return `${compact(n)} ${n === 1 ? word : words}`;
}

export function bytes(n) {
  let unit = 0;
  let value = n;
  while (value >= 1024 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? INTEGER.format(value) : value.toFixed(1)} ${BYTE_UNITS[unit]}`;
}

/** Records per second; null while there is only one sample. */
export function rate(perSecond) {
  if (perSecond === null || perSecond === undefined) return "–";
  if (perSecond === 0) return "0/s";
  if (perSecond < 10) return `${perSecond.toFixed(1)}/s`;
  return `${compact(Math.round(perSecond))}/s`;
}

export const byteRate = (perSecond) => (perSecond === null || perSecond === undefined ? "–" : `${bytes(perSecond)}/s`);

/** A duration from seconds; null if unknown. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 120) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** Now in seconds since 1970 for the axis of a chart, unaffected by changes of the computer's clock. */
export function now() {
  return (performance.timeOrigin + performance.now()) / 1000;
}

/** A timestamp in the user's time zone, to the millisecond. */
export function time(ms) {
  if (!Number.isFinite(ms) || ms < 0) return "–";
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return String(ms);
  const pad = (n, width = 2) => String(n).padStart(width, "0");
  const clock = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`;
  const sameDay = date.toDateString() === new Date().toDateString();
  return sameDay ? clock : `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${clock}`;
}

/** The user's time zone, as time inputs mean it: "UTC+01:00". */
export function zone() {
  const minutes = -new Date(performance.timeOrigin + performance.now()).getTimezoneOffset();
  if (minutes === 0) return "UTC";
  const pad = (n) => String(n).padStart(2, "0");
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? "−" : "+"}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

/** The difference of two integers, however large they are. */
export function difference(high, low) {
  const exact = BigInt(high) - BigInt(low);
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
}

/**
 * A text, indented if it is a JSON object or array. Only blanks are changed: every number, name and escape stays as it
 * was published.
 */
export function pretty(text) {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  return indented(text.match(/"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g));
}

function indented(tokens) {
  const lines = [];
  let line = "";
  let depth = 0;
  const end = () => {
    lines.push(line);
    line = "  ".repeat(depth);
  };
  tokens.forEach((token, index) => {
    const closes = token === "}" || token === "]";
    const opens = token === "{" || token === "[";
    const wasOpened = index > 0 && (tokens[index - 1] === "{" || tokens[index - 1] === "[");
    if (closes) {
      depth--;
      if (!wasOpened) end();
    }
    line += token === ":" ? ": " : token;
    if (opens) depth++;
    const empties = opens && (tokens[index + 1] === "}" || tokens[index + 1] === "]");
    if (token === "," || (opens && !empties)) end();
  });
  lines.push(line);
  return lines.join("\n");
}
