/*
 * Letterbox in a browser: what EventSource leaves out.
 *
 *   import { subscribe } from "/client.js";
 *   const stream = subscribe("/topics/quakes/events", {
 *     onRecord(value, id) { … },     // the record's value; with ?format=envelope the parsed envelope
 *     onGap(gap) { … },              // records that are gone: {topic, partition, requested, resumedFrom, lost, reason}
 *     onUnreadable(record) { … },    // the next record cannot be read on the server: {topic, partition, offset, code, detail}
 *     onStatus(status) { … },        // "connecting", "open", "retrying", "ended" (topic deleted), "closed" (by you)
 *     storage: "quakes",             // remember the cursor in localStorage under this name, or {get(), set(cursor)}
 *     from: "earliest",              // where to start without a cursor: earliest, latest (the default), offset, time
 *     group: "alarms",               // share the records with the other members of this consumer group
 *     ack: "manual",                 // with a group: commit nothing by itself, but what you acknowledge
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
 */
const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 30000;
const STORE_MS = 250;

export function subscribe(url, { onRecord, onGap, onUnreadable, onStatus, storage, from, group, ack, onAssigned } = {}) {
  const target = new URL(url, document.baseURI);
  const envelope = target.searchParams.get("format") === "envelope";
  if (group !== undefined) target.searchParams.set("group", group);
  if (ack !== undefined) target.searchParams.set("ack", ack);
  const shared = target.searchParams.get("group");
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
      if (shared === null) cursor = event.lastEventId;
      if (store && !storeTimer) storeTimer = setTimeout(save, STORE_MS);
    });
    current.addEventListener("assigned", mine((event) => {
      const assigned = JSON.parse(event.data);
      memberId = assigned.memberId;
      if (onAssigned) onAssigned(assigned);
    }));
    current.addEventListener("gap", mine((event) => { if (onGap) onGap(JSON.parse(event.data)); }));
    current.addEventListener("unreadable", mine((event) => { if (onUnreadable) onUnreadable(JSON.parse(event.data)); }));
    current.addEventListener("end", mine(() => stop("ended")));
    current.onerror = mine(() => {
      tell("retrying");
      if (current.readyState !== EventSource.CLOSED) return;
      retryTimer = setTimeout(open, delayMs * (0.5 + Math.random() / 2));
      delayMs = Math.min(MAX_DELAY_MS, delayMs * 2);
    });
  }

  async function acknowledge(id) {
    const [topic, partition, offset] = id.split("/");
    const answer = await fetch(new URL(`/groups/${encodeURIComponent(shared)}/offsets`, target), {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ memberId, offsets: [{ topic, partition: Number(partition), offset: Number(offset) + 1 }] })
    });
    if (!answer.ok) throw new Error((await answer.json()).detail);
  }

  addEventListener("pagehide", save);
  tell("connecting");
  open();
  return { close: () => stop("closed"), ack: acknowledge, get cursor() { return cursor; } };
}
