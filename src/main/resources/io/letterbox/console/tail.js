// The live tail: a topic's stream through /client.js, drawn at a pace at which a person can follow.

import { subscribe } from "../client.js";
import * as api from "./api.js";
import { field, fill, h, select, setText } from "./dom.js";
import { compact, count, plural } from "./format.js";
import { recordHead, recordRow } from "./records.js";

/** Rows drawn; older ones are removed at the bottom. */
const MAX_ROWS = 300;

/** Records kept, so that another filter has records to search. */
const MAX_KEPT = 1000;

/** The interval at which new rows are drawn; records beyond MAX_ROWS in that time are counted and not drawn. */
const DRAW_MS = 200;

/** The states of the stream as words and colours. A stop by this page is reported where it is caused. */
const STATUS = {
  connecting: ["connecting…", ""],
  open: ["live", "good"],
  retrying: ["reconnecting…", "warn"],
  waiting: ["waiting for its turn", "warn"],
  paused: ["paused", "warn"],
  ended: ["ended: the topic is gone", "bad"],
  closed: ["paused", "warn"],
};

export class TailPanel {
  #topic;
  #source = null;
  #cursor = null;
  #closed = false;
  #paused = false;
  #from = "latest";
  #key = "";
  #value = "";
  /** The newest records, the newest last; and how many of them have not been drawn. */
  #kept = [];
  #fresh = 0;
  #received = 0;
  #compared = 0;
  #matched = 0;
  /**
   * The ends of the partitions when the page became visible again, and the number of records that had arrived unseen.
   */
  #ends = null;
  #passed = 0;
  #timer;
  #rows = h("div", { class: "records", id: "tail-rows" });
  #status = h("span", { class: "note", id: "tail-status", role: "status" });
  #counts = h("span", { class: "note", id: "tail-counts" });
  #waiting = h("button", { type: "button", class: "waiting", id: "tail-waiting", hidden: true, onclick: () => this.#show() }, "Show what is new");
  #notes = h("div");
  #pause = h("button", { type: "button", id: "tail-pause", onclick: () => this.#toggle() }, "Pause");
  #onVisibility = () => this.#look();
  node;

  constructor(topic) {
    this.#topic = topic;
    const key = this.#filter("tail-key", "any key", (text) => (this.#key = text));
    const value = this.#filter("tail-value", "any value", (text) => (this.#value = text));
    const from = select([["latest", "now on"], ["earliest", "the beginning"]], "latest", (chosen) => this.#restart(chosen));
    const clear = h("button", { type: "button", onclick: () => this.#clear() }, "Clear");
    this.node = h("div", null,
        h("div", { class: "toolbar wrap" }, field("From", from, null, "inline"), field("Key contains", key, null, "inline"),
            field("Value contains", value, null, "inline"), this.#pause, clear, h("span", { class: "grow" }), this.#status),
        this.#notes,
        h("div", { class: "card flush" }, recordHead(), this.#waiting, this.#rows),
        h("p", { class: "note" }, this.#counts));
    this.#timer = setInterval(() => this.#draw(), DRAW_MS);
    document.addEventListener("visibilitychange", this.#onVisibility);
    if (document.hidden) this.#look();
    else this.#open();
    this.#draw();
  }

  close() {
    this.#closed = true;
    clearInterval(this.#timer);
    document.removeEventListener("visibilitychange", this.#onVisibility);
    this.#stop();
  }

  #filter(id, placeholder, set) {
    return h("input", {
      type: "search",
      id,
      placeholder,
      autocomplete: "off",
      spellcheck: false,
      oninput: (event) => {
        set(event.target.value);
        this.#refilter();
      },
    });
  }

  #open() {
    this.#source = subscribe(api.eventsUrl(this.#topic.name, { format: "envelope" }), {
      from: this.#from,
      // Hidden pages have no stream, so there is nothing to share.
      share: false,
      storage: { get: () => this.#cursor, set: (cursor) => (this.#cursor = cursor) },
      onRecord: (record) => this.#take(record),
      onGap: (gap) => this.#gap(gap),
      onStatus: (status) => this.#say(...(STATUS[status] ?? [status, ""])),
    });
  }

  /** Closing stores the cursor, so the next stream begins where this one ended. */
  #stop() {
    this.#source?.close();
    this.#source = null;
  }

  /** Hidden pages close the stream: a browser has six connections per host for all its tabs together. */
  #look() {
    if (this.#paused) return;
    if (document.hidden) {
      this.#stop();
      this.#say("stopped while nobody looks", "warn");
    } else if (this.#source === null) {
      this.#comeBack();
    }
  }

  async #comeBack() {
    this.#passed = 0;
    this.#ends = null;
    try {
      const { partitions } = await api.describeTopic(this.#topic.name);
      this.#ends = partitions.map((partition) => partition.highWatermark ?? 0);
    } catch {
      // The stream reports what is wrong.
    }
    if (!this.#closed && !document.hidden && !this.#paused && this.#source === null) this.#open();
  }

  #matches(record) {
    return (this.#key === "" || (record.key ?? "").includes(this.#key)) && (this.#value === "" || (record.value ?? "").includes(this.#value));
  }

  #take(record) {
    this.#received++;
    if (this.#ends !== null && record.offset < this.#ends[record.partition]) this.#passed++;
    this.#compared++;
    if (this.#matches(record)) this.#matched++;
    this.#kept.push(record);
    this.#fresh++;
    // Twice what is kept is enough of a backlog; the rest would be drawn only to be removed.
    if (this.#kept.length > 2 * MAX_KEPT) this.#kept.splice(0, this.#kept.length - MAX_KEPT);
  }

  /** While a record is open, new rows wait, so that it keeps its place. */
  #draw() {
    if (this.#kept.length > MAX_KEPT) this.#kept.splice(0, this.#kept.length - MAX_KEPT);
    this.#fresh = Math.min(this.#fresh, this.#kept.length);
    const held = this.#rows.querySelector("details[open]") !== null;
    if (this.#fresh > 0 && !held) {
      const fresh = this.#kept.slice(-this.#fresh).filter((record) => this.#matches(record)).slice(-MAX_ROWS);
      this.#rows.prepend(...fresh.reverse().map((record) => this.#row(record)));
      while (this.#rows.childElementCount > MAX_ROWS) this.#rows.lastElementChild.remove();
      this.#fresh = 0;
    }
    const waiting = held ? this.#kept.slice(this.#kept.length - this.#fresh).filter((record) => this.#matches(record)).length : 0;
    this.#waiting.hidden = waiting === 0;
    if (waiting > 0) setText(this.#waiting, `${waiting === MAX_KEPT ? "More than " : ""}${plural(waiting, "new record")} above: show`);
    setText(this.#counts, this.#countText());
    this.#tellWhatPassed();
  }

  #row(record) {
    return recordRow(record, this.#topic.recordActions);
  }

  #countText() {
    if (this.#received === 0) return "Nothing yet. What is published from now on appears here, newest first.";
    const filtered = this.#key !== "" || this.#value !== "";
    const compared = this.#compared === this.#received ? "" : ` of the ${compact(this.#compared)} that were compared`;
    const matching = filtered ? `, ${compact(this.#matched)}${compared} ${this.#matched === 1 ? "matches" : "match"}` : "";
    const kept = this.#matched > MAX_ROWS ? `; the newest ${MAX_ROWS} are shown` : "";
    return `${plural(this.#received, "record")} received${matching}${kept}.`;
  }

  #show() {
    for (const open of this.#rows.querySelectorAll("details[open]")) open.open = false;
    this.#draw();
    this.#rows.scrollTop = 0;
  }

  /** Applies another filter to the records kept, and restarts the count. */
  #refilter() {
    const matching = this.#kept.filter((record) => this.#matches(record));
    this.#compared = this.#kept.length;
    this.#matched = matching.length;
    this.#fresh = 0;
    fill(this.#rows, matching.slice(-MAX_ROWS).reverse().map((record) => this.#row(record)));
    this.#draw();
  }

  /** A pause ends the stream and keeps the cursor, so that no record is missed. */
  #toggle() {
    this.#paused = !this.#paused;
    setText(this.#pause, this.#paused ? "Resume" : "Pause");
    if (this.#paused) this.#stop();
    else this.#open();
  }

  #restart(from) {
    this.#stop();
    // Only now, because closing stores the cursor.
    this.#cursor = null;
    this.#from = from;
    this.#clear();
    this.#paused = false;
    setText(this.#pause, "Pause");
    this.#open();
  }

  #clear() {
    this.#kept = [];
    this.#fresh = this.#received = this.#compared = this.#matched = 0;
    this.#ends = null;
    this.#passed = 0;
    fill(this.#rows);
    fill(this.#notes);
    this.#draw();
  }

  #tellWhatPassed() {
    if (this.#passed === 0) return;
    const were = this.#passed === 1 ? "record was" : "records were";
    const text = `${count(this.#passed)} ${were} published while this page was hidden; none is left out.`;
    if (this.#notes.textContent === text) return;
    fill(this.#notes, h("p", { class: "note", id: "tail-passed", role: "status" }, text));
  }

  #gap(gap) {
    const lost = gap.lost === null || gap.lost === undefined ? "Records" : plural(gap.lost, "record");
    fill(this.#notes, h("div", { class: "problem", role: "alert" }, h("strong", null, "Gap"),
        h("p", null, `${lost} of partition ${gap.partition} are gone (${gap.reason}): asked for offset ${gap.requested}, goes on at ${gap.resumedFrom}.`)));
  }

  #say(text, kind) {
    setText(this.#status, text);
    this.#status.className = `state ${kind}`;
  }
}
