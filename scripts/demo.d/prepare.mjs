// Turns the package's two files into NDJSON, a record a line: prepare.mjs SOURCE TARGET
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [source, target] = process.argv.slice(2);

function prepare(file, name, recordsOf) {
  const records = recordsOf(JSON.parse(readFileSync(join(source, file), "utf8")));
  const unfinished = join(target, `${name}.ndjson.part`);
  writeFileSync(unfinished, records.map((record) => JSON.stringify(record) + "\n").join(""));
  // Renamed at the end, so that a file is complete even if this script is interrupted.
  renameSync(unfinished, join(target, `${name}.ndjson`));
  console.error(`demo: ${records.length.toLocaleString("en")} ${name}`);
}

prepare("earthquakes.json", "earthquakes", (collection) => collection.features);
prepare("flights-200k.json", "flights", (flights) => flights);
