/*
 * The streams of all tabs of a browser on few connections: client.js runs this as a shared worker, one for each server.
 *
 *   tabs     reader   reader   reader      one for each subscribe() of each tab
 *               └──┬──┘          │
 *   lines        line           line       a connection with its readers' topics; all stand where it stands
 *
 * A new reader gets a line of its own, which begins where the reader wants to. Once it has been given all that there
 * is, it goes together with other such lines: at once where they have no topic in common, and where they have, as soon
 * as both stand at the same place in it. Nobody is given a record twice, nobody misses one, because every line begins
 * with a cursor that says, for each of its topics, where its readers stand. A reader that wants what comes from now on
 * joins a line that stands there. What ails one topic (deleted, unreadable) splits its readers off the others.
 *
 * More lines than there are connections take turns. A tab that does not handle what it is given loses its place in the
 * line and gets it back when it has; a tab that says nothing any more is forgotten, and comes back with its cursor if
 * it lives.
 */
import { Watch } from "./client.js";

/** A browser has six connections per host over HTTP/1.1, and pages have to load. */
const MAX_CONNECTIONS = 3;
const TURN_MS = 5000;
const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 30000;

/** What the server takes as topics of one connection, and half of what servers and proxies take as a URL. */
const MAX_TOPICS = 64;
const MAX_URL_CHARS = 4000;

/** Events that one reader's tab may have before it without having handled them. */
const MAX_UNHANDLED = 20000;

/** As client.js expects it. */
const PING_MS = 5000;
const MAX_UNANSWERED_PINGS = 12;

/** With these answers, not all topics of a line can be followed together, and others perhaps can. */
const SPLITTING = [204, 400, 403, 404, 414, 416, 422, 431];

const ROOT = new URL(".", location.href);

const tabs = new Set();
const lines = new Set();
let turnTimer = 0;

/** False when something between here and the server does not let the path of many topics pass. */
let combines = true;

/**
 * A cursor as one text of bytes for each of its topics, by the tag of the topic's name; Cursor.java describes them.
 * Null for one of another version, which cannot be taken apart.
 */
function partsOf(cursor) {
  const parts = new Map();
  if (cursor === "") return parts;
  const bytes = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
  if (bytes.charCodeAt(0) !== 1) return null;
  let at = 1;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes.charCodeAt(at++);
      value += (byte & 127) * scale;
      if (!(byte & 128)) return value;
    }
  };
  while (at < bytes.length) {
    const begin = at;
    at += 8;
    varint();
    for (let offsets = varint(); offsets > 0; offsets--) varint();
    parts.set(bytes.slice(begin, begin + 4), bytes.slice(begin, at));
  }
  return parts;
}

/** The cursor of some topics, out of the parts of others' cursors; empty where it would say nothing. */
function cursorOf(topics, parts) {
  const bytes = topics.map((topic) => parts.get(tag(topic)) ?? "").join("");
  if (bytes === "") return "";
  return btoa(`\x01${bytes}`).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const tags = new Map();

/** The tag of a topic's name, as four bytes. */
function tag(topic) {
  if (!tags.has(topic)) {
    let hash = 0;
    for (let i = 0; i < topic.length; i++) hash = Math.imul(31, hash) + topic.charCodeAt(i) | 0;
    hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b);
    hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35);
    hash ^= hash >>> 16;
    tags.set(topic, String.fromCharCode(hash >>> 24, hash >>> 16 & 255, hash >>> 8 & 255, hash & 255));
  }
  return tags.get(topic);
}

/** The data that a record has where nobody asks for envelopes. */
function plain(envelope, data) {
  if (envelope.valueEncoding !== undefined) return data;
  return envelope.value === null ? "" : envelope.value.replace(/\r\n?/g, "\n");
}

/** One subscribe() of one tab. */
class Reader {
  line = null;
  full = false;
  unhandled = 0;

  constructor(tab, id, url) {
    const query = url.searchParams;
    const path = url.pathname.match(/topics\/([^/]*)\/events$/);
    this.tab = tab;
    this.id = id;
    this.topics = [...new Set(path ? [decodeURIComponent(path[1])] : query.getAll("topic"))].sort();
    this.envelope = query.get("format") === "envelope";
    // The server takes it under any of the names that stand-ins for EventSource have for it.
    const names = [...query.keys()].filter((name) => /^(evs_)?last[-_]?event[-_]?id$/i.test(name));
    this.cursor = query.get("last_event_id") ?? query.get(names[0]) ?? "";
    this.from = query.get("from") ?? "latest";
    for (const each of ["topic", "from", "format", "heartbeat", ...names]) query.delete(each);
    query.sort();
    // What a line cannot make up for: a filter, or what a proxy asks for.
    this.filter = query.toString();
  }

  follows(topic) {
    return this.topics.includes(topic);
  }

  /** Hands an event over. */
  give(type, data, cursor) {
    if (cursor) this.cursor = cursor;
    this.tab.say([this.id, type, data, this.cursor]);
    if (++this.unhandled < MAX_UNHANDLED || this.full) return;
    this.full = true;
    this.leave();
  }

  handled(count) {
    this.unhandled -= count;
    if (!this.full || this.unhandled > 0) return;
    this.full = false;
    this.begin();
  }

  /** Finds a line to read on, or makes one. */
  begin() {
    const fresh = this.cursor === "" && this.from === "latest";
    for (const line of lines) {
      if (line.filter !== this.filter) continue;
      const joins = fresh && line.live && this.topics.every((topic) => line.topics.includes(topic));
      const begins = !line.begun && line.cursor === this.cursor && line.from === this.from;
      if (joins || begins && `${line.topics}` === `${this.topics}`) return line.take(this);
    }
    new Line([this], this.cursor);
    connectSome();
  }

  leave() {
    const line = this.line;
    this.line = null;
    if (!line) return;
    line.readers.delete(this);
    if (line.readers.size === 0) line.close();
    else if (topicsOf(line.readers).length < line.topics.length) unite([line], [...line.readers]);
    connectSome();
  }
}

function topicsOf(readers) {
  return [...new Set([...readers].flatMap((reader) => reader.topics))].sort();
}

/** One connection, or the wish for one. */
class Line {
  source = null;
  since = 0;
  /** True when it has said where it is. */
  begun = false;
  /** True while its readers have all that there is. */
  live = false;
  everOpened = false;
  delayMs = FIRST_DELAY_MS;
  #retryTimer = 0;
  #watch = new Watch(() => this.reconnect());
  #parts = new Map();
  #partsOf = "";

  /** @param readers at least one, all of them at the place that the cursor says, with one filter */
  constructor(readers, cursor) {
    this.readers = new Set(readers);
    this.topics = topicsOf(readers);
    this.filter = readers[0].filter;
    this.from = readers[0].from;
    this.cursor = cursor;
    for (const reader of readers) reader.line = this;
    lines.add(this);
  }

  get waits() {
    return this.source === null && this.#retryTimer === 0;
  }

  /** Where it stands, by topic; null where that cannot be told. */
  get parts() {
    if (this.#partsOf !== this.cursor) {
      this.#parts = partsOf(this.cursor);
      this.#partsOf = this.cursor;
    }
    return this.#parts;
  }

  url(topics = this.topics, cursor = this.cursor) {
    const one = topics.length === 1;
    const url = new URL(one ? `topics/${encodeURIComponent(topics[0])}/events` : "events", ROOT);
    url.search = this.filter;
    if (!one) for (const topic of topics) url.searchParams.append("topic", topic);
    url.searchParams.set("format", "envelope");
    url.searchParams.set("heartbeat", "event");
    url.searchParams.set("from", this.from);
    if (cursor) url.searchParams.set("last_event_id", cursor);
    return url.href;
  }

  /** Takes a reader in that wants to stand where this line does. */
  take(reader) {
    reader.line = this;
    this.readers.add(reader);
    if (this.source?.readyState === 1) reader.give("open", "", "");
    if (this.begun) reader.give("heartbeat", JSON.stringify({ live: this.live }), this.cursorFor(reader));
  }

  cursorFor(reader) {
    if (reader.topics.length === this.topics.length || this.parts === null) return this.cursor;
    return cursorOf(reader.topics, this.parts);
  }

  connect() {
    const source = this.source = new EventSource(this.url());
    const mine = (handler) => (event) => {
      if (this.source !== source) return;
      this.#watch.heard();
      handler(event);
    };
    this.since = performance.now();
    this.#watch.begin();
    source.onopen = mine(() => {
      this.everOpened = true;
      this.delayMs = FIRST_DELAY_MS;
      this.#tell("open");
    });
    source.onmessage = mine((event) => {
      const envelope = JSON.parse(event.data);
      this.#stands(event.lastEventId);
      for (const reader of [...this.readers]) {
        if (!reader.follows(envelope.topic)) continue;
        reader.give("message", reader.envelope ? event.data : plain(envelope, event.data), this.cursorFor(reader));
      }
      if (this.live) merge(this);
    });
    source.addEventListener("heartbeat", mine((event) => this.#beat(event)));
    source.addEventListener("gap", mine((event) => {
      this.#stands(event.lastEventId);
      for (const reader of this.#followersOf([JSON.parse(event.data).topic])) {
        reader.give("gap", event.data, this.cursorFor(reader));
      }
    }));
    source.addEventListener("unreadable", mine((event) => {
      const stuck = this.#followersOf([JSON.parse(event.data).topic]);
      if (stuck.length < this.readers.size) split(this, stuck);
      else for (const reader of stuck) reader.give("unreadable", event.data, "");
    }));
    source.addEventListener("end", mine((event) => this.#end(JSON.parse(event.data).topics, event.data)));
    source.onerror = mine(() => this.#failed());
  }

  /** The connection is dead, or there is a reason to think so. */
  reconnect() {
    if (this.source === null) return;
    this.#letGo();
    this.#tell("error");
    connectSome();
  }

  hurry() {
    this.#watch.hurry();
  }

  /** Leaves its connection to another line for a while. */
  makeRoom() {
    this.#letGo();
    lines.delete(this);
    lines.add(this);
    this.#tell("waiting");
  }

  close() {
    this.#letGo();
    lines.delete(this);
  }

  #letGo() {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = 0;
    this.#watch.end();
    this.source?.close();
    this.source = null;
    this.live = false;
  }

  #tell(what) {
    for (const reader of this.readers) reader.give(what, "", "");
  }

  #stands(cursor) {
    this.begun = true;
    if (cursor) this.cursor = cursor;
  }

  #followersOf(topics) {
    return [...this.readers].filter((reader) => topics.some((topic) => reader.follows(topic)));
  }

  #beat(event) {
    const beat = JSON.parse(event.data);
    this.#watch.expect(beat.seconds);
    this.#stands(event.lastEventId);
    for (const reader of [...this.readers]) reader.give("heartbeat", event.data, this.cursorFor(reader));
    if (beat.live) this.live = true;
    if (this.live) merge(this);
  }

  #end(topics, data) {
    const over = this.#followersOf(topics);
    for (const reader of over) {
      reader.give("end", data, "");
      this.readers.delete(reader);
      reader.line = null;
    }
    if (this.readers.size > 0) unite([this], [...this.readers]);
    else this.close();
    connectSome();
  }

  async #failed() {
    const closed = this.source.readyState === 2;
    this.live = false;
    this.#tell("error");
    if (!closed) return this.#watch.wait();
    this.#letGo();
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = 0;
      connectSome();
    }, this.delayMs * (0.5 + Math.random() / 2));
    this.delayMs = Math.min(MAX_DELAY_MS, this.delayMs * 2);
    connectSome();
    const status = await fetch(this.url(), { method: "HEAD" }).then((answer) => answer.status, () => 0);
    if (!lines.has(this) || this.source !== null) return;
    if (status === 204 && this.topics.length === 1) {
      this.#end(this.topics, JSON.stringify({ reason: "deleted", topics: this.topics }));
    } else if (this.readers.size > 1 && SPLITTING.includes(status)) {
      if (!this.everOpened) combines = false;
      split(this, ...[...this.readers].map((reader) => [reader]));
    }
  }
}

/** Lets readers that stand at these lines' places go on together. */
function unite(olds, readers) {
  const parts = new Map();
  for (const old of olds) {
    for (const [name, part] of old.parts ?? []) parts.set(name, part);
    old.close();
  }
  const cursor = olds.length === 1 && olds[0].parts === null ? olds[0].cursor : cursorOf(topicsOf(readers), parts);
  const line = new Line(readers, cursor);
  line.delayMs = Math.max(...olds.map((old) => old.delayMs));
  connectSome();
}

/** Lets some readers of a line go on without each other, and the rest without them. */
function split(line, ...groups) {
  const rest = [...line.readers].filter((reader) => !groups.flat().includes(reader));
  for (const readers of [...groups, rest]) if (readers.length > 0) unite([line], readers);
}

/** Lets live lines go together with one, as many as can. */
function merge(line) {
  if (lines.size < 2 || line.parts === null) return;
  const merged = [line];
  const parts = new Map(line.parts);
  for (const other of lines) {
    if (merged.includes(other) || !other.live || other.filter !== line.filter || other.parts === null) continue;
    // Where they have a topic in common, both have to stand at the same place in it.
    if ([...other.parts].some(([name, part]) => parts.has(name) && parts.get(name) !== part)) continue;
    const topics = topicsOf([...merged, other].flatMap((each) => [...each.readers]));
    const covered = [...merged, other].some((each) => each.topics.length === topics.length);
    const union = new Map([...parts, ...other.parts]);
    const fits = topics.length <= MAX_TOPICS && line.url(topics, cursorOf(topics, union)).length <= MAX_URL_CHARS;
    if (!covered && !(combines && fits)) continue;
    merged.push(other);
    for (const [name, part] of other.parts) parts.set(name, part);
  }
  if (merged.length < 2) return;
  const readers = merged.flatMap((each) => [...each.readers]);
  const all = topicsOf(readers).length;
  const host = merged.find((each) => each.topics.length === all);
  if (!host) return unite(merged, readers);
  // One of them has all topics already, and stands where the others do: it goes on as it is.
  for (const guest of merged) {
    if (guest === host) continue;
    guest.close();
    for (const reader of guest.readers) {
      reader.line = host;
      host.readers.add(reader);
    }
  }
  connectSome();
}

/** Gives connections to lines that wait, as far as there are any, and has the others take turns. */
function connectSome() {
  let free = MAX_CONNECTIONS - [...lines].filter((line) => line.source !== null).length;
  for (const line of [...lines]) {
    if (free <= 0) break;
    if (!line.waits) continue;
    line.connect();
    free--;
  }
  const someWait = [...lines].some((line) => line.waits);
  if (someWait && turnTimer === 0) turnTimer = setTimeout(turn, TURN_MS);
}

function turn() {
  turnTimer = 0;
  if (![...lines].some((line) => line.waits)) return;
  const open = [...lines].filter((line) => line.source !== null).sort((a, b) => a.since - b.since);
  if (open.length >= MAX_CONNECTIONS && performance.now() - open[0].since >= TURN_MS) open[0].makeRoom();
  connectSome();
}

/** A page. */
class Tab {
  #port;
  #readers = new Map();
  #events = [];
  #timer = 0;
  unansweredPings = 0;

  constructor(port) {
    this.#port = port;
    port.onmessage = (event) => this.#hear(event.data);
    port.postMessage({ hello: true });
    tabs.add(this);
  }

  /** Says something of a reader, with whatever else there is to be said by then. */
  say(event) {
    this.#events.push(event);
    if (this.#timer === 0) this.#timer = setTimeout(() => this.#sayAll());
  }

  #sayAll() {
    this.#timer = 0;
    this.#port.postMessage({ events: this.#events.splice(0) });
  }

  ping() {
    if (++this.unansweredPings > MAX_UNANSWERED_PINGS) this.#leave();
    else this.#port.postMessage({ ping: true });
  }

  #leave() {
    tabs.delete(this);
    for (const reader of this.#readers.values()) reader.leave();
    this.#readers.clear();
  }

  #hear({ open, url, close, handled, hurry, bye }) {
    if (!tabs.has(this)) return this.#port.postMessage({ lost: true });
    this.unansweredPings = 0;
    if (open) {
      const reader = new Reader(this, open, new URL(url));
      this.#readers.set(open, reader);
      reader.begin();
    }
    if (close) {
      this.#readers.get(close)?.leave();
      this.#readers.delete(close);
    }
    for (const [id, count] of Object.entries(handled ?? {})) this.#readers.get(Number(id))?.handled(count);
    if (hurry) for (const line of lines) line.hurry();
    if (bye) this.#leave();
  }
}

setInterval(() => {
  for (const tab of [...tabs]) tab.ping();
}, PING_MS);

addEventListener("online", () => {
  for (const line of [...lines]) line.reconnect();
});

addEventListener("connect", (event) => new Tab(event.ports[0]));
