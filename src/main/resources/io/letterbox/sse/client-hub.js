/*
 * The streams of all tabs of a browser on few connections: client.js runs this as a shared worker, one for each server.
 *
 *   tabs     reader   reader   reader      one for each subscribe() of each tab
 *               └──┬──┘          │
 *   lines        line           line       a connection with its readers' topics; all stand where it stands
 *
 * A new reader gets a line of its own, which begins at the reader's position. When it has reached the tail, the line is
 * merged with other such lines: at once if they have no topic in common, and otherwise as soon as both have the same
 * position in it. No reader gets a record twice, and none misses one, because every line begins with a cursor that has
 * its readers' position in each of its topics. A reader that wants new records only joins a line at the tail. A problem
 * of one topic (deleted, unreadable) splits its readers off the others.
 *
 * If there are more lines than connections, they take turns. A tab that does not handle its events leaves its line and
 * joins again when it has; a tab that sends nothing any more is forgotten, and comes back with its cursor if it is
 * alive. When a node of a cluster is gone, all lines go on at the next one.
 */
import { Nodes, Watch } from "./client-connection.js";

/** A browser has six connections per host over HTTP/1.1, and pages need some of them to load. */
const MAX_CONNECTIONS = 3;
const TURN_MS = 5000;
const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 30000;
const SWITCH_MS = 200;

/** The server's limit of topics per connection, and half of the usual limit of a URL's length. */
const MAX_TOPICS = 64;
const MAX_URL_CHARS = 4000;

/** Events that may be sent to a reader's tab before it has handled them. */
const MAX_UNHANDLED = 20000;

/** The same values as in client.js. */
const PING_MS = 5000;
const MAX_UNANSWERED_PINGS = 12;

/** Responses with which not all topics of a line can be followed together, but some of them perhaps can. */
const SPLITTING = [204, 400, 403, 404, 414, 416, 422, 431];

const nodes = new Nodes([new URL(".", location.href)]);

const tabs = new Set();
const lines = new Set();
let turnTimer = 0;

/** False if something between here and the server rejects the path of several topics. */
let combines = true;

/**
 * A cursor, taken apart into one string of bytes for each topic, by the tag of the topic's name; see Cursor.java for
 * the format. Null for a cursor of another version.
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

/** The cursor of some topics, put together from parts of other cursors; empty if there are none. */
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

/** The data of a record for a reader that has not asked for envelopes. */
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
    // The server accepts the cursor under each of the names that polyfills of EventSource use.
    const names = [...query.keys()].filter((name) => /^(evs_)?last[-_]?event[-_]?id$/i.test(name));
    this.cursor = query.get("last_event_id") ?? query.get(names[0]) ?? "";
    this.from = query.get("from") ?? "latest";
    for (const each of ["topic", "from", "format", "heartbeat", ...names]) query.delete(each);
    query.sort();
    // Parameters that need a connection of their own: a filter, or those for a proxy.
    this.filter = query.toString();
  }

  follows(topic) {
    return this.topics.includes(topic);
  }

  /** Passes an event to the tab. */
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

  /** Finds a line to join, or creates one. */
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

/** One connection, or a line that waits for one. */
class Line {
  source = null;
  since = 0;
  /** True when its position is known. */
  begun = false;
  /** True while its readers are at the tail. */
  live = false;
  everOpened = false;
  delayMs = FIRST_DELAY_MS;
  #retryTimer = 0;
  #watch = new Watch(() => {
    nodes.leave(this.#root);
    this.reconnect();
  });
  #root = nodes.root;
  #parts = new Map();
  #partsOf = "";

  /** @param readers at least one, all of them at the position of the cursor, with one filter */
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

  /** The position by topic; null if unknown. */
  get parts() {
    if (this.#partsOf !== this.cursor) {
      this.#parts = partsOf(this.cursor);
      this.#partsOf = this.cursor;
    }
    return this.#parts;
  }

  url(topics = this.topics, cursor = this.cursor) {
    const one = topics.length === 1;
    const url = new URL(one ? `topics/${encodeURIComponent(topics[0])}/events` : "events", this.#root);
    url.search = this.filter;
    if (!one) for (const topic of topics) url.searchParams.append("topic", topic);
    url.searchParams.set("format", "envelope");
    url.searchParams.set("heartbeat", "event");
    url.searchParams.set("from", this.from);
    if (cursor) url.searchParams.set("last_event_id", cursor);
    return url.href;
  }

  /** Adds a reader whose position is this line's. */
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
    this.#root = nodes.root;
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
      nodes.worked();
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

  /** Reconnects, because the connection is dead or may be. */
  reconnect() {
    if (this.source === null) return;
    this.#disconnect();
    this.#tell("error");
    connectSome();
  }

  hurry() {
    this.#watch.hurry();
  }

  /** Gives its connection to another line for a while. */
  makeRoom() {
    this.#disconnect();
    lines.delete(this);
    lines.add(this);
    this.#tell("waiting");
  }

  close() {
    this.#disconnect();
    lines.delete(this);
  }

  #disconnect() {
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
    if (beat.nodes) nodes.hear(beat.nodes, this.#root);
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
    if (!closed && !nodes.several) return this.#watch.allowReconnect();
    const another = !closed && nodes.leave(this.#root);
    this.#disconnect();
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = 0;
      connectSome();
    }, (another ? SWITCH_MS : this.delayMs) * (0.5 + Math.random() / 2));
    if (!another) this.delayMs = Math.min(MAX_DELAY_MS, this.delayMs * 2);
    connectSome();
    if (!closed) return;
    const status = await fetch(this.url(), { method: "HEAD" }).then((answer) => answer.status, () => 0);
    if (!lines.has(this) || this.source !== null) return;
    if (status === 0 || status >= 500) nodes.leave(this.#root);
    if (status === 204 && this.topics.length === 1) {
      this.#end(this.topics, JSON.stringify({ reason: "deleted", topics: this.topics }));
    } else if (this.readers.size > 1 && SPLITTING.includes(status)) {
      if (!this.everOpened) combines = false;
      split(this, ...[...this.readers].map((reader) => [reader]));
    }
  }
}

/** Merges the lines of readers with the same positions. */
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

/** Splits groups of readers off a line, each to a line of its own, and keeps the rest together. */
function split(line, ...groups) {
  const rest = [...line.readers].filter((reader) => !groups.flat().includes(reader));
  for (const readers of [...groups, rest]) if (readers.length > 0) unite([line], readers);
}

/** Merges a live line with as many other live lines as possible. */
function merge(line) {
  if (lines.size < 2 || line.parts === null) return;
  const merged = [line];
  const parts = new Map(line.parts);
  for (const other of lines) {
    if (merged.includes(other) || !other.live || other.filter !== line.filter || other.parts === null) continue;
    // In topics that they have in common, both have to have the same position.
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
  // One of the lines has all topics already, at the same positions: it stays open.
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

/** Connects waiting lines as long as there are connections, and lets the others take turns. */
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

  /** Sends a message about a reader, together with the others that are due. */
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

  #hear({ open, url, roots, close, handled, hurry, bye }) {
    if (!tabs.has(this)) return this.#port.postMessage({ lost: true });
    this.unansweredPings = 0;
    if (open) {
      nodes.add((roots ?? []).map((each) => new URL(each)));
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
