/*
 * Letterbox in a browser: what EventSource leaves out.
 *
 *   import { subscribe } from "/client.js";
 *   const stream = subscribe("/topics/quakes/events", {
 *     onRecord(value, id) { … },     // the record's value; with ?format=envelope the parsed envelope
 *     onGap(gap) { … },              // records that are gone: {topic, partition, requested, resumedFrom, lost, reason}
 *     onStatus(status) { … },        // "connecting", "open", "retrying", "ended" (topic deleted), "closed" (by you)
 *     storage: "quakes",             // remember the cursor in localStorage under this name, or {get(), set(cursor)}
 *     from: "earliest"               // where to start without a cursor: earliest, latest (the default), offset, time
 *   });
 *   stream.cursor;                   // everything up to here has been given to onRecord
 *   stream.close();
 *
 * EventSource comes back by itself when a connection breaks, but gives up for good when an answer is not a stream (a
 * server that starts, a proxy's 502). This one begins anew then, after 1 to 30 s with jitter, where it stopped.
 * The cursor is stored four times a second at most and when the page goes; after a crash of the browser the last records
 * may come again, none is left out.
 */
const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 30000;
const STORE_MS = 250;

export function subscribe(url, { onRecord, onGap, onStatus, storage, from } = {}) {
  const target = new URL(url, document.baseURI);
  const envelope = target.searchParams.get("format") === "envelope";
  const store = typeof storage === "string"
    ? { get: () => localStorage.getItem(storage), set: (cursor) => localStorage.setItem(storage, cursor) }
    : storage;
  let cursor = (store && store.get()) || "";
  let source = null;
  let delayMs = FIRST_DELAY_MS;
  let retryTimer = 0;
  let storeTimer = 0;
  let status = "";

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

  function stop(why) {
    clearTimeout(retryTimer);
    if (source) source.close();
    source = null;
    save();
    removeEventListener("pagehide", save);
    tell(why);
  }

  function open() {
    if (cursor) target.searchParams.set("last_event_id", cursor);
    else if (from !== undefined) target.searchParams.set("from", from);
    const current = source = new EventSource(target);
    const mine = (handler) => (event) => { if (source === current) handler(event); };
    current.onopen = mine(() => {
      delayMs = FIRST_DELAY_MS;
      tell("open");
    });
    current.onmessage = mine((event) => {
      if (onRecord) onRecord(envelope ? JSON.parse(event.data) : event.data, event.lastEventId);
      cursor = event.lastEventId;
      if (store && !storeTimer) storeTimer = setTimeout(save, STORE_MS);
    });
    current.addEventListener("gap", mine((event) => { if (onGap) onGap(JSON.parse(event.data)); }));
    current.addEventListener("end", mine(() => stop("ended")));
    current.onerror = mine(() => {
      tell("retrying");
      if (current.readyState !== EventSource.CLOSED) return;
      retryTimer = setTimeout(open, delayMs * (0.5 + Math.random() / 2));
      delayMs = Math.min(MAX_DELAY_MS, delayMs * 2);
    });
  }

  addEventListener("pagehide", save);
  tell("connecting");
  open();
  return { close: () => stop("closed"), get cursor() { return cursor; } };
}
