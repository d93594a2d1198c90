/*
 * Letterbox in a browser, with what EventSource lacks.
 *
 *   import { subscribe } from "/client.js";
 *   const stream = subscribe("/topics/quakes/events", {
 *     onRecord(value, id) { … },     // the record's value; with ?format=envelope the parsed envelope
 *     onGap(gap) { … },              // records that are gone: {topic, partition, requested, resumedFrom, lost, reason}
 *     onUnreadable(record) { … },    // the server cannot read the next record: {topic, partition, offset, code, detail}
 *     onStatus(status) { … },        // "connecting", "open", "retrying", "waiting" (others have their turn), "paused"
 *                                    // (the page cannot run), "ended" (topic deleted), "closed" (by you)
 *     storage: "quakes",             // remember the cursor in localStorage under this name, or {get(), set(cursor)}
 *     from: "earliest",              // where to start without a cursor: earliest, latest (the default), offset, time
 *     group: "alarms",               // share the records with the other members of this consumer group
 *     ack: "manual",                 // with a group: acknowledge nothing by itself, you call ack
 *     onAssigned(assigned) { … },    // with a group: what this one reads now, {group, memberId, epoch, partitions}
 *     share: false,                  // a connection of its own, instead of one for all tabs
 *     withCredentials: true          // to another origin: send cookies, for a proxy that asks for them
 *   });
 *   subscribe([url1, url2], { … });  // the same stream at several nodes of a cluster
 *   stream.cursor;                   // everything up to here has been given to onRecord
 *   await stream.ack(id);            // with ack: "manual": this record and all before it in its partition are done
 *   stream.close();
 *
 * EventSource reconnects when a connection breaks, but gives up for good when a response is not a stream (a starting
 * server, a proxy's 502). This client reconnects then, too, after 1 to 30 s with jitter, at the record where it
 * stopped. A connection can be dead without an error (a laptop that slept, a proxy that lost its server). So this client
 * asks for heartbeats as events, and reconnects when two of them in a row are missing, or one after the page was hidden;
 * and at once when the network is back.
 * When its node of a cluster is gone, this client goes on at the next one (client-connection.js).
 *
 * Over HTTP/1.1 a browser has six connections per host, and a stream takes one for as long as it lives: the seventh tab
 * would not even load. So the streams of all tabs run through one shared worker (client-hub.js), which follows all
 * topics on one connection, and on at most three while some catch up; each tab has a position of its own all the same.
 * Streams with other query parameters (partition, key) need connections of their own, and take turns if there are too
 * many. Streams of groups are not shared, because each is a member of its own; nor are streams of another origin than
 * the page's, and those in browsers without shared workers: they are as EventSource's.
 *
 * The cursor is stored at most four times a second and when the page is left; after a crash of the browser the last
 * records may be delivered again, none is skipped.
 * A group stores its own position, so there is no cursor then: an id names its record, topic/partition/offset. A record
 * is acknowledged when onRecord has returned, or when the promise that it returned is fulfilled, and all records before
 * it in its partition are. If onRecord throws, or the promise is rejected, the stream reconnects after a while, and the
 * record and those behind it are delivered again; catch the errors of records that are to be skipped.
 * A page that enters the back/forward cache, or is frozen, closes its stream, so that other members of its group get
 * the records; it opens the stream again when it is back.
 */
import { Nodes, Watch } from "./client-connection.js";

const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 30000;
const STORE_MS = 250;
const ACK_MS = 500;

/** The times until the next node is tried, and for it to note acknowledgements before. */
const SWITCH_MS = 200;
const HAND_OVER_MS = 6000;

export function subscribe(
    url, { onRecord, onGap, onUnreadable, onStatus, storage, from, group, ack, onAssigned, share = true,
    withCredentials = false } = {}) {
  const base = globalThis.document?.baseURI ?? location.href;
  const targets = (Array.isArray(url) ? url : [url]).map((each) => new URL(each, base));
  const [target] = targets;
  const envelope = target.searchParams.get("format") === "envelope";
  if (group !== undefined) target.searchParams.set("group", group);
  const shared = target.searchParams.get("group");
  const acknowledges = shared !== null && (ack ?? target.searchParams.get("ack")) !== "manual";
  if (shared !== null) target.searchParams.set("ack", "manual");
  target.searchParams.set("heartbeat", "event");
  const roots = targets.map((each) => new URL(each.pathname.replace(/(topics\/[^/]*\/)?events$/, ""), each));
  const path = target.pathname.slice(roots[0].pathname.length);
  const nodes = new Nodes(roots);
  let root = nodes.root;
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
  const watch = new Watch(() => {
    nodes.leave(root);
    reopen();
  });
  // The records of this connection that are not acknowledged, by partition and in order; and the acknowledgements to
  // send.
  let given = new Map();
  let due = new Map();
  let ackTimer = 0;
  let acking = false;
  let inFlight = new Map();
  let turn = 0;

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

  function disconnect(last = true) {
    clearTimeout(retryTimer);
    retryTimer = 0;
    turn++;
    watch.end();
    const told = acknowledgeHandled(last);
    if (source) source.close();
    source = null;
    save();
    return told;
  }

  function stop(why) {
    disconnect();
    removeEventListener("pagehide", hide);
    removeEventListener("pageshow", resume);
    removeEventListener("online", renew);
    globalThis.document?.removeEventListener("freeze", pause);
    globalThis.document?.removeEventListener("resume", resume);
    globalThis.document?.removeEventListener("visibilitychange", onVisible);
    tell(why);
  }

  function pause() {
    if (paused) return;
    paused = true;
    disconnect();
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
    else disconnect();
  }

  /** The page is visible again, perhaps after the machine has slept. */
  function onVisible() {
    if (paused || document.visibilityState !== "visible") return;
    if (retryTimer) reopen();
    else if (source instanceof SharedSource) source.hurry();
    else watch.hurry();
  }

  /** The network is back. */
  function renew() {
    // The hub gets this event as well.
    if (!(source instanceof SharedSource)) reopen();
  }

  function again(afterMs) {
    retryTimer = setTimeout(open, afterMs * (0.5 + Math.random() / 2));
  }

  function reopen() {
    if (paused) return;
    disconnect();
    tell("retrying");
    open();
  }

  /** Goes on at the next node, which learns first what was handled. */
  function failOver() {
    const another = nodes.leave(root);
    root = nodes.root;
    for (const [partition, end] of inFlight) if (!due.has(partition)) due.set(partition, end);
    acking = false;
    const told = disconnect(false);
    const mine = turn;
    const delay = another ? SWITCH_MS : delayMs;
    if (!another) delayMs = Math.min(MAX_DELAY_MS, delayMs * 2);
    Promise.race([told, new Promise((late) => setTimeout(late, HAND_OVER_MS))]).then(() => {
      if (mine === turn && !paused) again(delay);
    });
  }

  function open() {
    retryTimer = 0;
    turn++;
    if (nodes.several && memberId !== null) target.searchParams.set("replaces", memberId);
    else target.searchParams.delete("replaces");
    if (cursor) target.searchParams.set("last_event_id", cursor);
    else if (from !== undefined) target.searchParams.set("from", from);
    const home = share && shared === null ? roots.find((each) => Hub.isAt(each)) : undefined;
    const viaHub = home !== undefined;
    root = viaHub ? home : nodes.root;
    const address = new URL(path, root);
    address.search = target.search;
    const current = source = viaHub
      ? new SharedSource(address, home, roots)
      : new EventSource(address, { withCredentials });
    const mine = (handler) => (event) => {
      if (source !== current) return;
      watch.heard();
      handler(event);
    };
    // The hub watches its connections, and the page watches the hub.
    if (!viaHub) watch.begin();
    current.onopen = mine(() => {
      // The page is another member now, and gets the records again that the former one did not acknowledge.
      forget();
      delayMs = FIRST_DELAY_MS;
      nodes.worked();
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
      const beat = JSON.parse(event.data);
      if (beat.nodes) nodes.hear(beat.nodes, root);
      if (!viaHub) watch.expect(beat.seconds);
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
      watch.allowReconnect();
      tell("retrying");
      if (!viaHub && nodes.several) return failOver();
      // Also when the page is about to be left.
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
    acking = false;
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
      disconnect();
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

  /** Sends the acknowledgements; the last ones also while earlier ones are in flight. */
  async function acknowledgeHandled(last = false) {
    clearTimeout(ackTimer);
    ackTimer = 0;
    if (due.size === 0 || memberId === null || (acking && !last)) return;
    const member = memberId;
    const sending = due;
    due = new Map();
    acking = true;
    inFlight = sending;
    let unsent = [];
    try {
      unsent = await sendEach(member, [...sending.entries()], last);
    } finally {
      if (memberId === member) acking = false;
      if (inFlight === sending) inFlight = new Map();
    }
    // Another member may have acknowledged more meanwhile.
    if (memberId !== member) return;
    // Failed acknowledgements are sent again, unless there are later ones or the partition is no longer read here.
    for (const [partition, end] of unsent) if (given.has(partition) && !due.has(partition)) due.set(partition, end);
    if (due.size > 0 && !ackTimer) ackTimer = setTimeout(() => acknowledgeHandled(), unsent.length > 0 ? FIRST_DELAY_MS : ACK_MS);
  }

  async function sendEach(member, entries, last) {
    const answer = await put(member, entries.map(([, end]) => end), last).catch(() => null);
    if (answer?.ok) return [];
    // Refused, because one of the partitions has been assigned to another member.
    if (answer?.status === 409) {
      return entries.length === 1 ? [] : (await Promise.all(entries.map((each) => sendEach(member, [each], last)))).flat();
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
  globalThis.document?.addEventListener("visibilitychange", onVisible);
  tell("connecting");
  open();
  return { close: () => stop("closed"), ack: acknowledge, get cursor() { return cursor; } };
}

/** The version of the messages to client-hub.js; to be increased with each change of them. */
const HUB = "letterbox hub 2";

/** The interval of the worker's signs of life. */
const PING_SECONDS = 5;

/** The time in which the worker has to answer before streams are opened without it. */
const HELLO_MS = 10000;

/**
 * The address of the hub's script, as required by pages whose policy has require-trusted-types-for and this name in
 * trusted-types.
 */
let addresses = null;
function scriptAt(url) {
  addresses ??= globalThis.trustedTypes?.createPolicy("letterbox-hub", { createScriptURL: (address) => address })
    ?? { createScriptURL: (address) => address };
  return addresses.createScriptURL(url.href);
}

/** The page's end of the shared worker that holds the streams of all tabs. */
class Hub {
  static #open = new Map();
  static #broken = new Set();
  #root;
  #worker;
  #helloTimer;
  #watch = new Watch(() => this.#onWorkerLost());
  #sources = new Map();
  #lastId = 0;

  /** Whether streams of a server can be shared: the worker's script has to be of the page's origin. */
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
      // A policy of the page forbids the worker.
      setTimeout(() => this.#refuse());
      return;
    }
    this.#worker.onerror = () => this.#refuse();
    this.#worker.port.onmessage = (event) => this.#hear(event.data);
  }

  add(source, url, roots) {
    const id = ++this.#lastId;
    this.#sources.set(id, source);
    this.#say({ open: id, url: url.href, roots: roots.map((each) => each.href) });
    return id;
  }

  remove(id) {
    if (!this.#sources.delete(id)) return;
    this.#say({ close: id });
    // A page without streams holds nothing: it can enter the back/forward cache, and the worker can end.
    if (this.#sources.size === 0) this.#end();
  }

  /** The page is visible again. */
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
    if (lost) this.#onWorkerLost();
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

  /** The worker is not available. */
  #refuse() {
    Hub.#broken.add(this.#root.href);
    const sources = [...this.#sources.values()];
    this.#sources.clear();
    this.#end();
    for (const source of sources) source.onrefused?.();
  }

  /** The worker is dead, or has given this page up. */
  #onWorkerLost() {
    const sources = [...this.#sources.values()];
    this.#sources.clear();
    this.#end();
    for (const source of sources) source.take("closed");
  }
}

/** A stream of the hub, with the part of EventSource's interface that is used here. */
class SharedSource {
  readyState = 0;
  #listeners = new Map();
  #hub;
  #id;

  /** @param roots of the nodes that are known to have the stream */
  constructor(url, root, roots) {
    this.#hub = Hub.of(root);
    this.#id = this.#hub.add(this, url, roots);
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

  /** Handles a message of the hub: an event of the stream, or a change of its state. */
  take(type, data, lastEventId) {
    if (this.readyState === 2) return;
    try {
      this.#dispatch(type, { data, lastEventId });
    } catch (failure) {
      // As EventSource does: an exception of one handler does not keep the next event from being delivered.
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
