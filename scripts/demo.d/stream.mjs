// Publishes the prepared files, each line a record, at a pace: stream.mjs URL DIRECTORY [--fast]
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [url, directory, fast] = process.argv.slice(2);
const TICK_MS = 100;
const MOST_PER_REQUEST = 1000;
const FEEDS = [
  // Earthquakes by their id, flights by the distance that they fly: equal keys stay in order.
  { topic: "earthquakes", partitions: 3, keyField: "/id", perSecond: 60 },
  { topic: "flights", partitions: 4, keyField: "/distance", perSecond: 8000 },
];

async function ask(method, path, body, type) {
  const response = await fetch(url + path, { method, body, headers: body ? { "Content-Type": type } : {} });
  const text = await response.text();
  return { status: response.status, text };
}

async function described(topic) {
  const { status, text } = await ask("GET", `/topics/${topic}`);
  if (status === 404) return null;
  if (status !== 200) throw new Error(`GET /topics/${topic}: ${status} ${text}`);
  return JSON.parse(text);
}

// Lines go out in the order of the file, one request at a time, so the topic always holds a beginning of the file.
async function alreadyThere(feed) {
  let topic = await described(feed.topic);
  if (topic === null) {
    const body = JSON.stringify({ partitions: feed.partitions, config: {} });
    const { status, text } = await ask("PUT", `/topics/${feed.topic}`, body, "application/json");
    if (status !== 200 && status !== 201) throw new Error(`PUT /topics/${feed.topic}: ${status} ${text}`);
    topic = await described(feed.topic);
  }
  return topic.partitions.reduce((sum, partition) => sum + partition.highWatermark, 0);
}

async function publish(feed, lines) {
  const body = lines.join("\n") + "\n";
  const path = `/topics/${feed.topic}?keyField=${feed.keyField}`;
  const { status, text } = await ask("POST", path, body, "application/x-ndjson");
  if (status !== 200) throw new Error(`POST ${path}: ${status} ${text.slice(0, 500)}`);
}

async function stream(feed) {
  const perTick = fast ? MOST_PER_REQUEST : Math.max(1, Math.round((feed.perSecond * TICK_MS) / 1000));
  let due = Date.now();
  while (feed.done < feed.lines.length) {
    const lines = feed.lines.slice(feed.done, feed.done + Math.min(perTick, MOST_PER_REQUEST));
    await publish(feed, lines);
    feed.done += lines.length;
    due += TICK_MS;
    if (!fast && due > Date.now()) await new Promise((wake) => setTimeout(wake, due - Date.now()));
  }
}

const count = (n) => n.toLocaleString("en");
const progress = () => FEEDS.map((feed) => `${feed.topic} ${count(feed.done)}/${count(feed.lines.length)}`).join("   ");

function showProgress() {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${progress()}`);
}

for (const feed of FEEDS) {
  feed.lines = readFileSync(join(directory, `${feed.topic}.ndjson`), "utf8").split("\n").slice(0, -1);
  feed.start = feed.done = Math.min(await alreadyThere(feed), feed.lines.length);
}
console.error(`Streaming into ${url}/  (open it now to watch)`);
const began = Date.now();
const timer = setInterval(showProgress, 200);
try {
  await Promise.all(FEEDS.map(stream));
} finally {
  clearInterval(timer);
}
if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");

for (const feed of FEEDS) {
  const published = feed.done - feed.start;
  const before = feed.start ? `, ${count(feed.start)} were there already` : "";
  console.log(`${feed.topic}: ${count(published)} records published${before}`);
}
console.log(`in ${((Date.now() - began) / 1000).toFixed(1)} s

Look at them:
  ${url}/                                  the console: rates, partitions, live tail
  curl -N '${url}/topics/earthquakes/events?from=earliest'
  curl -N '${url}/events?topic=earthquakes&topic=flights&from=earliest&format=envelope'
  curl '${url}/topics/flights/records?partition=0&offset=0&limit=3'
  curl '${url}/topics/flights'`);
