/*
 * Letterbox in a browser: what EventSource leaves out.
 *
 *   import { subscribe } from "/client.js";
 *   const stream = subscribe("/topics/quakes/events", {
 *     onRecord(value, id) { … },     // the record's value; with ?format=envelope the parsed envelope
 *     onGap(gap) { … },              // records that are gone: {topic, partition, requested, resumedFrom, lost, reason}
 *     onUnreadable(record) { … },    // the next record cannot be read on the server: {topic, partition, offset, code, detail}
 *     onStatus(status) { … },        // "connecting", "open", "retrying", "paused" (the page cannot run), "ended" (topic
 *                                    // deleted), "closed" (by you)
 *     storage: "quakes",             // remember the cursor in localStorage under this name, or {get(), set(cursor)}
 *     from: "earliest",              // where to start without a cursor: earliest, latest (the default), offset, time
 *     group: "alarms",               // share the records with the other members of this consumer group
 *     ack: "manual",                 // with a group: acknowledge nothing by itself, you call ack
 *     onAssigned(assigned) { … }     // with a group: what this one reads now, {group, memberId, epoch, partitions}
 *   });
 *   stream.cursor;                   // everything up to here has been given to onRecord
 *   await stream.ack(id);            // with ack: "manual": this record and all before it in its partition are done
 *   stream.close();
 *
 * EventSource comes back by itself when a connection breaks, but gives up for good when an answer is not a stream (a
 * server that starts, a proxy's 502). This one begins anew then, after 1 to 30 s with jitter, where it stopped.
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

export function subscribe(url, { onRecord, onGap, onUnreadable, onStatus, storage, from, group, ack, onAssigned } = {}) {
  const target = new URL(url, globalThis.document?.baseURI ?? location.href);
  const envelope = target.searchParams.get("format") === "envelope";
  if (group !== undefined) target.searchParams.set("group", group);
  const shared = target.searchParams.get("group");
  const acknowledges = shared !== null && (ack ?? target.searchParams.get("ack")) !== "manual";
  if (shared !== null) target.searchParams.set("ack", "manual");
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

  function letGo() {
    clearTimeout(retryTimer);
    acknowledgeHandled(true);
    if (source) source.close();
    source = null;
    save();
  }

  function stop(why) {
    letGo();
    removeEventListener("pagehide", hide);
    removeEventListener("pageshow", resume);
    globalThis.document?.removeEventListener("freeze", pause);
    globalThis.document?.removeEventListener("resume", resume);
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
    if (event.persisted) return pause();
    acknowledgeHandled(true);
    save();
  }

  function again(afterMs) {
    retryTimer = setTimeout(open, afterMs * (0.5 + Math.random() / 2));
  }

  function open() {
    if (cursor) target.searchParams.set("last_event_id", cursor);
    else if (from !== undefined) target.searchParams.set("from", from);
    const current = source = new EventSource(target);
    const mine = (handler) => (event) => { if (source === current) handler(event); };
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
      if (store && !storeTimer) storeTimer = setTimeout(save, STORE_MS);
    });
    current.addEventListener("assigned", mine((event) => {
      const assigned = JSON.parse(event.data);
      memberId = assigned.memberId;
      keep(assigned.partitions.map(({ topic, partition }) => `${topic}/${partition}`));
      if (onAssigned) onAssigned(assigned);
    }));
    current.addEventListener("gap", mine((event) => { if (onGap) onGap(JSON.parse(event.data)); }));
    current.addEventListener("unreadable", mine((event) => { if (onUnreadable) onUnreadable(JSON.parse(event.data)); }));
    current.addEventListener("end", mine(() => stop("ended")));
    current.onerror = mine(() => {
      tell("retrying");
      // Also where the page is about to be left.
      acknowledgeHandled(true);
      if (current.readyState !== EventSource.CLOSED) return;
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
  globalThis.document?.addEventListener("freeze", pause);
  globalThis.document?.addEventListener("resume", resume);
  tell("connecting");
  open();
  return { close: () => stop("closed"), ack: acknowledge, get cursor() { return cursor; } };
}
