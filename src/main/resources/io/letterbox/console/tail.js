// The live tail: a topic's stream through /client.js, drawn at the pace at which a person could look.

import { subscribe } from "/client.js";
import * as api from "/console/api.js";
import { field, fill, h, select, setText } from "/console/dom.js";
import { compact, plural } from "/console/format.js";
import { recordHead, recordRow } from "/console/records.js";

/** Rows kept; older ones leave at the bottom. */
const MAX_ROWS = 300;

/** How often new rows are drawn; what comes faster than MAX_ROWS in that time is counted and not drawn. */
const DRAW_MS = 200;

/** What the stream says about itself, as words and a colour. A stop of our own is told by whoever stopped it. */
const STATUS = {
  connecting: ["connecting…", ""],
  open: ["live", "good"],
  retrying: ["reconnecting…", "warn"],
  ended: ["ended: the topic is gone", "bad"],
  closed: ["paused", "warn"],
};

export class TailPanel {
  #topic;
  #source = null;
  #cursor = null;
  #paused = false;
  #from = "latest";
  #key = "";
  #pending = [];
  #received = 0;
  #matched = 0;
  #timer;
  #rows = h("div", { class: "records", id: "tail-rows" });
  #status = h("span", { class: "note", id: "tail-status", role: "status" });
  #counts = h("span", { class: "note", id: "tail-counts" });
  #gaps = h("div");
  #pause = h("button", { type: "button", id: "tail-pause", onclick: () => this.#toggle() }, "Pause");
  node;

  constructor(topic) {
    this.#topic = topic;
    const key = h("input", {
      type: "search",
      id: "tail-key",
      placeholder: "all keys",
      autocomplete: "off",
      spellcheck: false,
      oninput: (event) => (this.#key = event.target.value),
    });
    const from = select([["latest", "now on"], ["earliest", "the beginning"]], "latest", (value) => this.#restart(value));
    const clear = h("button", { type: "button", onclick: () => this.#clear() }, "Clear");
    this.node = h("div", null,
        h("div", { class: "toolbar wrap" }, field("From", from, null, "inline"), field("Key contains", key, null, "inline"), this.#pause, clear,
            h("span", { class: "grow" }), this.#status),
        this.#gaps,
        h("div", { class: "card flush" }, recordHead(), this.#rows),
        h("p", { class: "note" }, this.#counts));
    this.#timer = setInterval(() => this.#draw(), DRAW_MS);
    this.#open();
    this.#draw();
  }

  close() {
    clearInterval(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #open() {
    this.#source = subscribe(api.eventsUrl(this.#topic.name, { format: "envelope" }), {
      from: this.#from,
      storage: { get: () => this.#cursor, set: (cursor) => (this.#cursor = cursor) },
      onRecord: (record) => this.#take(record),
      onGap: (gap) => this.#gap(gap),
      onStatus: (status) => this.#say(...(STATUS[status] ?? [status, ""])),
    });
  }

  #take(record) {
    this.#received++;
    if (this.#key !== "" && !(record.key ?? "").includes(this.#key)) return;
    this.#matched++;
    this.#pending.push(record);
    // Twice what can be shown is enough of a backlog; the rest would be drawn only to be removed.
    if (this.#pending.length > 2 * MAX_ROWS) this.#pending.splice(0, this.#pending.length - MAX_ROWS);
  }

  #draw() {
    if (this.#pending.length > 0) {
      const fresh = this.#pending.splice(0).slice(-MAX_ROWS).reverse().map(recordRow);
      this.#rows.prepend(...fresh);
      while (this.#rows.childElementCount > MAX_ROWS) this.#rows.lastElementChild.remove();
    }
    const filtered = this.#key === "" ? "" : `, ${compact(this.#matched)} with the key`;
    const kept = this.#matched > MAX_ROWS ? `; the newest ${MAX_ROWS} are kept here` : "";
    setText(this.#counts, this.#received === 0 ? "Nothing yet. What is published from now on appears here, newest first."
      : `${plural(this.#received, "record")} received${filtered}${kept}.`);
  }

  /** A pause ends the stream and keeps the cursor: the way on begins where it stopped, and nothing is missed. */
  #toggle() {
    this.#paused = !this.#paused;
    setText(this.#pause, this.#paused ? "Resume" : "Pause");
    if (this.#paused) {
      this.#source?.close();
      this.#source = null;
    } else this.#open();
  }

  #restart(from) {
    this.#source?.close();
    // Only now, because closing stores the cursor.
    this.#cursor = null;
    this.#from = from;
    this.#clear();
    this.#paused = false;
    setText(this.#pause, "Pause");
    this.#open();
  }

  #clear() {
    this.#pending = [];
    this.#received = this.#matched = 0;
    fill(this.#rows);
    fill(this.#gaps);
    this.#draw();
  }

  #gap(gap) {
    const lost = gap.lost === null || gap.lost === undefined ? "Records" : plural(gap.lost, "record");
    fill(this.#gaps, h("div", { class: "problem", role: "alert" }, h("strong", null, "Gap"),
        h("p", null, `${lost} of partition ${gap.partition} are gone (${gap.reason}): asked for offset ${gap.requested}, goes on at ${gap.resumedFrom}.`)));
  }

  #say(text, kind) {
    setText(this.#status, text);
    this.#status.className = `state ${kind}`;
  }
}
