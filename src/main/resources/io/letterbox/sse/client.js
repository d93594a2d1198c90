/*
 * Letterbox in a browser: what EventSource leaves out.
 *
 *   import { subscribe } from "/client.js";
 *   const stream = subscribe("/topics/quakes/events", {
 *     onRecord(value, id) { … },     // the record's value; with ?format=envelope the parsed envelope
 *     onGap(gap) { … },              // records that are gone: {topic, partition, requested, resumedFrom, lost, reason}
 *     onUnreadable(record) { … },    // the next record cannot be read on the server: {topic, partition, offset, code, detail}
 *     onStatus(status) { … },        // "connecting", "open", "retrying", "waiting" (others have their turn), "paused"
 *                                    // (the page cannot run), "ended" (topic deleted), "closed" (by you)
 *     storage: "quakes",             // remember the cursor in localStorage under this name, or {get(), set(cursor)}
 *     from: "earliest",              // where to start without a cursor: earliest, latest (the default), offset, time
 *     group: "alarms",               // share the records with the other members of this consumer group
 *     ack: "manual",                 // with a group: acknowledge nothing by itself, you call ack
 *     onAssigned(assigned) { … },    // with a group: what this one reads now, {group, memberId, epoch, partitions}
 *     share: false,                  // a connection of its own, instead of one for all tabs
 *     withCredentials: true          // of another origin, which allows it: send cookies, for a proxy that asks for them
 *   });
 *   stream.cursor;                   // everything up to here has been given to onRecord
 *   await stream.ack(id);            // with ack: "manual": this record and all before it in its partition are done
 *   stream.close();
 *
 * EventSource comes back by itself when a connection breaks, but gives up for good when an answer is not a stream (a
 * server that starts, a proxy's 502). This one begins anew then, after 1 to 30 s with jitter, where it stopped.
 * A connection can be dead without anybody having said so (a laptop that slept, a proxy that lost its server). So this
 * one asks for heartbeats that it can see, and begins anew when two of them in a row are missing, or one after the page
 * was hidden; when the network is back, it does so at once.
 *
 * A browser has six connections per host where there is no HTTP/2, and a stream takes one for as long as it lives: the
 * seventh tab would not even load. So the streams of all tabs run through one shared worker (client-hub.js), which
 * follows all topics on one connection, and on at most three while some catch up; each tab has its own place all the
 * same. Streams with other query parameters (partition, key) need connections of their own, and take turns where there
 * are too many. Not shared are streams of groups, because each is a member of its own, and streams of another origin
 * than the page's, or where the browser has no shared workers: they are as EventSource's.
 *
 * The cursor is stored four times a second at most and when the page goes; after a crash of the browser the last records
 * may come again, none is left out.
 * A group remembers where it has got to, so there is no cursor then: an id names its record, topic/partition/offset.
 * A record is acknowledged when onRecord has returned, or when the promise that it returned is kept, and all before it in
 * its partition are. Where onRecord throws, or the promise is broken, the stream begins anew after a while, and the record
 * and those behind it come again; catch what is to be passed over.
 * A page that goes into the back/forward cache, or is frozen, lets go of its stream, so that others of its group get the
 * records; it takes it up again when it is back.
 */
const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 30000;
const STORE_MS = 250;
const ACK_MS = 500;

export function subscribe(
    url, { onRecord, onGap, onUnreadable, onStatus, storage, from, group, ack, onAssigned, share = true,
    withCredentials = false } = {}) {
  const target = new URL(url, globalThis.document?.baseURI ?? location.href);
  const envelope = target.searchParams.get("format") === "envelope";
  if (group !== undefined) target.searchParams.set("group", group);
  const shared = target.searchParams.get("group");
  const acknowledges = shared !== null && (ack ?? target.searchParams.get("ack")) !== "manual";
  if (shared !== null) target.searchParams.set("ack", "manual");
  target.searchParams.set("heartbeat", "event");
  const root = new URL(target.pathname.replace(/(topics\/[^/]*\/)?events$/, ""), target);
  const store = shared !== null ? null : typeof storage === "string"
    ? { get: () => localStorage.getItem(storage), set: (cursor) => localStorage.setItem(storage, cursor) }
    : storage;
  let cursor = (store && store.get()) || "";
  let source = null;
  let delayMs = FIRST_DELAY_MS;
  let retryTimer = 0;
  let storeTimer = 0;
  let status = "";
  let memberId = null;
  let paused = false;
  let failureDelayMs = FIRST_DELAY_MS;
  const watch = new Watch(reopen);
  // What this connection has been given and not acknowledged: by partition, the records in order; and what is to be said.
  let given = new Map();
  let due = new Map();
  let ackTimer = 0;
  let acking = false;

  function tell(next) {
    if (next === status) return;
    status = next;
    if (onStatus) onStatus(next);
  }

  function save() {
    clearTimeout(storeTimer);
    storeTimer = 0;
    if (store && cursor) store.set(cursor);
  }

  function saveSoon() {
    if (store && !storeTimer) storeTimer = setTimeout(save, STORE_MS);
  }

  function letGo() {
    clearTimeout(retryTimer);
    retryTimer = 0;
    watch.end();
    acknowledgeHandled(true);
    if (source) source.close();
    source = null;
    save();
  }

  function stop(why) {
    letGo();
    removeEventListener("pagehide", hide);
    removeEventListener("pageshow", resume);
    removeEventListener("online", renew);
    globalThis.document?.removeEventListener("freeze", pause);
    globalThis.document?.removeEventListener("resume", resume);
    globalThis.document?.removeEventListener("visibilitychange", look);
    tell(why);
  }

  function pause() {
    if (paused) return;
    paused = true;
    letGo();
    tell("paused");
  }

  function resume() {
    if (!paused) return;
    paused = false;
    tell("connecting");
    open();
  }

  function hide(event) {
    if (event.persisted) pause();
    else letGo();
  }

  /** Somebody looks at the page again, perhaps after the machine has slept. */
  function look() {
    if (paused || document.visibilityState !== "visible") return;
    if (retryTimer) reopen();
    else if (source instanceof SharedSource) source.hurry();
    else watch.hurry();
  }

  /** The network is back. */
  function renew() {
    // The hub hears of it, too.
    if (!(source instanceof SharedSource)) reopen();
  }

  function again(afterMs) {
    retryTimer = setTimeout(open, afterMs * (0.5 + Math.random() / 2));
  }

  function reopen() {
    if (paused) return;
    letGo();
    tell("retrying");
    open();
  }

  function open() {
    retryTimer = 0;
    if (cursor) target.searchParams.set("last_event_id", cursor);
    else if (from !== undefined) target.searchParams.set("from", from);
    const viaHub = share && shared === null && Hub.isAt(root);
    const current = source = viaHub ? new SharedSource(target, root) : new EventSource(target, { withCredentials });
    const mine = (handler) => (event) => {
      if (source !== current) return;
      watch.heard();
      handler(event);
    };
    // The hub watches its connections, and the page the hub.
    if (!viaHub) watch.begin();
    current.onopen = mine(() => {
      // It is another member now, and what the former one did not acknowledge comes again.
      forget();
      delayMs = FIRST_DELAY_MS;
      tell("open");
    });
    current.onmessage = mine((event) => {
      const value = envelope ? JSON.parse(event.data) : event.data;
      if (acknowledges) handle(value, event.lastEventId, current);
      else if (onRecord) onRecord(value, event.lastEventId);
      if (shared === null) cursor = event.lastEventId;
      saveSoon();
    });
    current.addEventListener("heartbeat", mine((event) => {
      if (!viaHub) watch.expect(JSON.parse(event.data).seconds);
      if (shared !== null || !event.lastEventId || event.lastEventId === cursor) return;
      cursor = event.lastEventId;
      saveSoon();
    }));
    current.addEventListener("assigned", mine((event) => {
      const assigned = JSON.parse(event.data);
      memberId = assigned.memberId;
      keep(assigned.partitions.map(({ topic, partition }) => `${topic}/${partition}`));
      if (onAssigned) onAssigned(assigned);
    }));
    current.addEventListener("gap", mine((event) => { if (onGap) onGap(JSON.parse(event.data)); }));
    current.addEventListener("unreadable", mine((event) => { if (onUnreadable) onUnreadable(JSON.parse(event.data)); }));
    current.addEventListener("end", mine(() => stop("ended")));
    current.onwaiting = mine(() => tell("waiting"));
    current.onrefused = mine(open);
    current.onerror = mine(() => {
      watch.wait();
      tell("retrying");
      // Also where the page is about to be left.
      acknowledgeHandled(true);
      if (current.readyState !== EventSource.CLOSED) return;
      watch.end();
      again(delayMs);
      delayMs = Math.min(MAX_DELAY_MS, delayMs * 2);
    });
  }

  function behind(id) {
    const [topic, partition, offset] = id.split("/");
    return { topic, partition: Number(partition), offset: Number(offset) + 1 };
  }

  function forget() {
    keep([]);
    memberId = null;
  }

  function keep(partitions) {
    const kept = (map) => new Map(partitions.filter((each) => map.has(each)).map((each) => [each, map.get(each)]));
    given = kept(given);
    due = kept(due);
  }

  async function handle(value, id, current) {
    const end = behind(id);
    const partition = `${end.topic}/${end.partition}`;
    const record = { end, done: false };
    if (!given.has(partition)) given.set(partition, []);
    const records = given.get(partition);
    records.push(record);
    try {
      if (onRecord) {
        const working = onRecord(value, id);
        if (working !== undefined) await working;
      }
    } catch (failure) {
      globalThis.reportError?.(failure);
      if (source !== current || given.get(partition) !== records) return;
      letGo();
      tell("retrying");
      again(failureDelayMs);
      failureDelayMs = Math.min(MAX_DELAY_MS, failureDelayMs * 2);
      return;
    }
    failureDelayMs = FIRST_DELAY_MS;
    record.done = true;
    let last = null;
    while (records.length > 0 && records[0].done) last = records.shift().end;
    if (last === null || given.get(partition) !== records) return;
    due.set(partition, last);
    if (!ackTimer) ackTimer = setTimeout(() => acknowledgeHandled(), ACK_MS);
  }

  /** Says what has been handled; with the last breath even while an earlier word is under way. */
  async function acknowledgeHandled(last = false) {
    clearTimeout(ackTimer);
    ackTimer = 0;
    if (due.size === 0 || memberId === null || (acking && !last)) return;
    const saying = due;
    due = new Map();
    acking = true;
    let unsaid = [];
    try {
      unsaid = await sayEach(memberId, [...saying.entries()], last);
    } finally {
      acking = false;
    }
    // What could not be said is said again, unless more has been handled or the partition is not read here any more.
    for (const [partition, end] of unsaid) if (given.has(partition) && !due.has(partition)) due.set(partition, end);
    if (due.size > 0 && !ackTimer) ackTimer = setTimeout(() => acknowledgeHandled(), unsaid.length > 0 ? FIRST_DELAY_MS : ACK_MS);
  }

  async function sayEach(member, entries, last) {
    const answer = await put(member, entries.map(([, end]) => end), last).catch(() => null);
    if (answer?.ok) return [];
    // Refused for one of them that is somebody else's by now.
    if (answer?.status === 409) {
      return entries.length === 1 ? [] : (await Promise.all(entries.map((each) => sayEach(member, [each], last)))).flat();
    }
    return entries;
  }

  function put(member, offsets, keepalive = false) {
    return fetch(new URL(`groups/${encodeURIComponent(shared)}/offsets`, root), {
      method: "PUT",
      headers: { "content-type": "application/json" },
      credentials: withCredentials ? "include" : "same-origin",
      keepalive,
      body: JSON.stringify({ memberId: member, offsets })
    });
  }

  async function acknowledge(id) {
    const answer = await put(memberId, [behind(id)]);
    if (!answer.ok) throw new Error((await answer.json()).detail);
  }

  addEventListener("pagehide", hide);
  addEventListener("pageshow", resume);
  addEventListener("online", renew);
  globalThis.document?.addEventListener("freeze", pause);
  globalThis.document?.addEventListener("resume", resume);
  globalThis.document?.addEventListener("visibilitychange", look);
  tell("connecting");
  open();
  return { close: () => stop("closed"), ack: acknowledge, get cursor() { return cursor; } };
}

/** How long a connection may be silent, by the server's own word once it has said it. */
const HEARTBEAT_MS = 15000;
const GRACE_MS = 10000;

/** While a browser waits to come back there is silence, too: as long as a server usually asks for, and longer. */
const RETRY_MS = 150000;

/** A timer that is later than this tells that the script could not run. */
const LATE_MS = 5000;

/** Notices that nothing is heard any more. For client-hub.js, too. */
export class Watch {
  #onSilence;
  #heartbeatMs = HEARTBEAT_MS;
  #deadline = 0;
  #late = false;
  #timer = 0;

  constructor(onSilence) {
    this.#onSilence = onSilence;
  }

  begin() {
    this.heard();
    this.#check();
  }

  end() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  heard() {
    this.#late = false;
    this.#deadline = performance.now() + 2 * this.#heartbeatMs + GRACE_MS;
  }

  /** A heartbeat comes at least so often. */
  expect(seconds) {
    this.#heartbeatMs = 1000 * seconds;
    this.heard();
  }

  /** The browser comes back by itself, in a while. */
  wait() {
    this.#deadline = performance.now() + RETRY_MS;
  }

  /** One heartbeat's time from now has to be enough. */
  hurry() {
    this.#deadline = Math.min(this.#deadline, performance.now() + this.#heartbeatMs + GRACE_MS);
    if (this.#timer) this.#check();
  }

  #check() {
    clearTimeout(this.#timer);
    const over = performance.now() - this.#deadline;
    // Where the script could not run, what has come meanwhile is still to be handled.
    const late = over > LATE_MS && !this.#late;
    if (late) this.#late = true;
    if (over < 0 || late) {
      this.#timer = setTimeout(() => this.#check(), late ? LATE_MS : -over);
      return;
    }
    this.#timer = 0;
    this.#onSilence();
  }
}

/** What client-hub.js has to be able to do; another number for each change of the messages. */
const HUB = "letterbox hub 1";

/** How often the worker says that it lives. */
const PING_SECONDS = 5;

/** How long the worker may take to say hello, before streams go without it. */
const HELLO_MS = 10000;

/** The address of the hub's script, as pages demand it whose policy has require-trusted-types-for and this name in trusted-types. */
let addresses = null;
function scriptAt(url) {
  addresses ??= globalThis.trustedTypes?.createPolicy("letterbox-hub", { createScriptURL: (address) => address })
    ?? { createScriptURL: (address) => address };
  return addresses.createScriptURL(url.href);
}

/** A page's end of the shared worker that holds the streams of all tabs. */
class Hub {
  static #open = new Map();
  static #broken = new Set();
  #root;
  #worker;
  #helloTimer;
  #watch = new Watch(() => this.#lose());
  #sources = new Map();
  #lastId = 0;

  /** Whether streams of a server may be shared: the worker's script has to be of the page's origin. */
  static isAt(root) {
    return typeof SharedWorker === "function" && root.origin === location.origin && !Hub.#broken.has(root.href);
  }

  static of(root) {
    if (!Hub.#open.has(root.href)) Hub.#open.set(root.href, new Hub(root));
    return Hub.#open.get(root.href);
  }

  constructor(root) {
    this.#root = root;
    this.#helloTimer = setTimeout(() => this.#refuse(), HELLO_MS);
    try {
      this.#worker = new SharedWorker(scriptAt(new URL("client-hub.js", root)), { name: HUB, type: "module" });
    } catch {
      // A policy of the page's forbids it.
      setTimeout(() => this.#refuse());
      return;
    }
    this.#worker.onerror = () => this.#refuse();
    this.#worker.port.onmessage = (event) => this.#hear(event.data);
  }

  add(source, url) {
    const id = ++this.#lastId;
    this.#sources.set(id, source);
    this.#say({ open: id, url: url.href });
    return id;
  }

  remove(id) {
    if (!this.#sources.delete(id)) return;
    this.#say({ close: id });
    // A page without streams holds nothing: it may go into the back/forward cache, and the worker may end.
    if (this.#sources.size === 0) this.#end();
  }

  /** Somebody looks at the page again. */
  hurry() {
    this.#say({ hurry: true });
  }

  #say(message) {
    this.#worker?.port.postMessage(message);
  }

  #hear({ hello, ping, lost, events }) {
    this.#watch.heard();
    if (hello) {
      clearTimeout(this.#helloTimer);
      this.#watch.expect(PING_SECONDS);
      this.#watch.begin();
    }
    if (ping) this.#say({ pong: true });
    if (lost) this.#lose();
    if (!events) return;
    const counts = {};
    for (const [id, type, data, lastEventId] of events) {
      counts[id] = (counts[id] ?? 0) + 1;
      this.#sources.get(id)?.take(type, data, lastEventId);
    }
    this.#say({ handled: counts });
  }

  #end() {
    clearTimeout(this.#helloTimer);
    this.#watch.end();
    Hub.#open.delete(this.#root.href);
    this.#say({ bye: true });
    this.#worker?.port.close();
  }

  /** The worker cannot be had. */
  #refuse() {
    Hub.#broken.add(this.#root.href);
    const sources = [...this.#sources.values()];
    this.#sources.clear();
    this.#end();
    for (const source of sources) source.onrefused?.();
  }

  /** The worker is dead, or has taken this page for dead. */
  #lose() {
    const sources = [...this.#sources.values()];
    this.#sources.clear();
    this.#end();
    for (const source of sources) source.take("closed");
  }
}

/** A stream of the hub's, with as much of EventSource as is used here. */
class SharedSource {
  readyState = 0;
  #listeners = new Map();
  #hub;
  #id;

  constructor(url, root) {
    this.#hub = Hub.of(root);
    this.#id = this.#hub.add(this, url);
  }

  addEventListener(type, listener) {
    this.#listeners.set(type, listener);
  }

  close() {
    this.readyState = 2;
    this.#hub.remove(this.#id);
  }

  hurry() {
    this.#hub.hurry();
  }

  /** What the hub tells: an event of the stream, or what has become of it. */
  take(type, data, lastEventId) {
    if (this.readyState === 2) return;
    try {
      this.#dispatch(type, { data, lastEventId });
    } catch (failure) {
      // As an EventSource does it; the next event is not kept from anybody.
      globalThis.reportError?.(failure);
    }
  }

  #dispatch(type, event) {
    if (type === "open") {
      this.readyState = 1;
      this.onopen?.(event);
    } else if (type === "error" || type === "closed") {
      this.readyState = type === "closed" ? 2 : 0;
      this.onerror?.(event);
    } else if (type === "waiting") this.onwaiting?.(event);
    else if (type === "message") this.onmessage?.(event);
    else this.#listeners.get(type)?.(event);
  }
}
