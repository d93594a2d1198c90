// Durations and sizes of settings as people write them, exactly: 604800000 is "7 d", and "7 d" is 604800000.

const DURATIONS = [["w", 604_800_000n], ["d", 86_400_000n], ["h", 3_600_000n], ["min", 60_000n], ["s", 1000n], ["ms", 1n]];
const SIZES = [["TiB", 1n << 40n], ["GiB", 1n << 30n], ["MiB", 1n << 20n], ["KiB", 1n << 10n], ["B", 1n]];
const LARGEST = (1n << 63n) - 1n;

/** Other spellings of the units, in lower case. */
const ALIASES = {
  ms: 1n, s: 1000n, sec: 1000n, m: 60_000n, min: 60_000n, h: 3_600_000n, d: 86_400_000n, day: 86_400_000n, days: 86_400_000n,
  w: 604_800_000n, b: 1n, k: 1n << 10n, kib: 1n << 10n, mib: 1n << 20n, gib: 1n << 30n, tib: 1n << 40n, kb: 1000n, mb: 1_000_000n,
  gb: 1_000_000_000n, tb: 1_000_000_000_000n,
};

/** The unit of a setting, by its name. */
export function unitOf(key) {
  if (key.endsWith(".ms")) return { parts: DURATIONS.slice(1), known: ["ms", "s", "sec", "m", "min", "h", "d", "day", "days", "w"], example: "7 d, 36 h, 1 h 30 min" };
  if (key.endsWith(".bytes")) return { parts: SIZES, known: ["b", "k", "kib", "mib", "gib", "tib", "kb", "mb", "gb", "tb"], example: "512 MiB, 1 GiB" };
  return null;
}

/** A raw value with a unit; null if that says no more than the number. */
export function inWords(key, raw) {
  const unit = unitOf(key);
  if (unit === null || !/^-?\d+$/.test(raw)) return null;
  let rest = BigInt(raw);
  if (rest === LARGEST) return "no limit";
  if (rest < 0n) return key === "retention.ms" ? "for ever" : key === "retention.bytes" ? "no limit" : null;
  if (rest === 0n) return null;
  const words = [];
  for (const [name, size] of unit.parts) {
    if (rest / size === 0n) continue;
    words.push(`${rest / size} ${name}`);
    rest %= size;
  }
  return words.length === 1 && words[0].startsWith(`${raw} `) ? words[0] : words.join(" ");
}

/** The raw value of a text: the text itself, or a number with a unit; null if it is neither. */
export function rawValue(key, text) {
  const unit = unitOf(key);
  if (unit === null || /^-?\d+$/.test(text)) return text;
  let total = 0n;
  let rest = text.trim();
  while (rest !== "") {
    const match = /^(\d+)(?:\.(\d{1,9}))?\s*([a-z]+)\s*/i.exec(rest);
    const name = match?.[3].toLowerCase();
    if (!match || !unit.known.includes(name)) return null;
    const fraction = match[2] ?? "";
    const scaled = BigInt(match[1] + fraction) * ALIASES[name];
    const divisor = 10n ** BigInt(fraction.length);
    if (scaled % divisor !== 0n) return null;
    total += scaled / divisor;
    rest = rest.slice(match[0].length);
  }
  return text.trim() === "" ? null : String(total);
}
