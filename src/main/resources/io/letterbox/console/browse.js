// Records of all partitions or of one, newest or oldest first, from an offset or a time, or those that pass a filter.

import * as api from "./api.js";
import { field, fill, h, problemBox, select, setText } from "./dom.js";
import { compact, count, plural, zone } from "./format.js";
import { recordHead, recordRow } from "./records.js";

/** Records that are requested at a time, and kept in the page. */
const PAGE = 50;
const MAX_ROWS = 2000;

const EXAMPLES = [
  ["/amount > 100", "a number in the value's JSON, by a JSON pointer (RFC 6901)"],
  ['/user/name = "Ann"', "a text; also !=, <, <=, >, >="],
  ['/tags contains "new"', "an element of an array, or a part of a text"],
  ["/refund exists", "there is something, be it null"],
  ['key = "A-17"', "the key; “value” is the whole value as text"],
  ['/amount > 100 and not (/country = "DE" or /country = "FR")', "and, or, not, brackets"],
];

export class BrowsePanel {
  #topic;
  #partitions = 0;
  #records = [];
  #cursor = null;
  #asked = {};
  #looked = { scanned: 0, notJson: 0, remaining: 0 };
  #sought = null;
  #rows = h("div", { class: "records", id: "browse-rows" });
  #trouble = h("div");
  #note = h("p", { class: "note", role: "status", id: "browse-note" });
  #progress = h("progress", { hidden: true, "aria-label": "How much was looked at" });
  #partition = h("select", { id: "browse-partition" });
  #order = select([["newest", "newest first"], ["oldest", "oldest first"]], "newest");
  #offset = h("input", { type: "text", inputMode: "numeric", pattern: "[0-9]*", id: "browse-offset", placeholder: "any", autocomplete: "off" });
  #time = h("input", { type: "datetime-local", id: "browse-time", step: 1 });
  #where = h("input", { type: "search", id: "browse-where", class: "code", placeholder: "all, or for example /amount > 100", autocomplete: "off",
    spellcheck: false, autocapitalize: "off" });
  #more = h("button", { type: "button", id: "browse-more", hidden: true, onclick: () => this.#seek(PAGE) }, "More");
  #stop = h("button", { type: "button", id: "browse-stop", hidden: true, onclick: () => this.#end() }, "Stop");
  node;

  constructor(topic) {
    this.#topic = topic;
    this.#order.id = "browse-order";
    fill(this.#partition, h("option", { value: "" }, "all"));
    this.#partition.addEventListener("change", () => this.#start());
    this.#order.addEventListener("change", () => this.#start());
    this.#offset.addEventListener("input", () => (this.#time.value = ""));
    this.#time.addEventListener("input", () => (this.#offset.value = ""));
    const form = h("form", { class: "toolbar wrap", onsubmit: (event) => (event.preventDefault(), this.#start()) },
        field("Partition", this.#partition, null, "inline"), field("Order", this.#order, null, "inline"),
        field("Offset", this.#offset, null, "inline"), field(`or time (${zone()})`, this.#time, null, "inline"),
        h("span", { class: "field inline wide-field" }, h("label", { for: "browse-where" }, "Where"), this.#where),
        h("button", { type: "submit", class: "primary", id: "browse-go" }, "Show"), this.#stop);
    this.node = h("div", null, form, this.#help(), this.#trouble,
        h("div", { class: "card flush" }, recordHead(), this.#rows),
        h("div", { class: "toolbar below" }, this.#note, this.#progress, h("span", { class: "grow" }), this.#more));
    this.#takeHint();
    this.#start();
  }

  close() {
    this.#sought?.abort();
  }

  update() {
    const partitions = this.#topic.summary?.partitions ?? 1;
    if (partitions === this.#partitions) return;
    this.#partitions = partitions;
    const chosen = this.#partition.value;
    fill(this.#partition, h("option", { value: "" }, "all"),
        Array.from({ length: partitions }, (unused, index) => h("option", { value: String(index) }, String(index))));
    this.#partition.value = chosen;
  }

  #help() {
    return h("details", { class: "help" }, h("summary", null, "How to write a filter"),
        h("dl", { class: "facts" }, EXAMPLES.map(([text, meaning]) => [
          h("dt", null, h("button", { type: "button", class: "quiet code", onclick: () => this.#fillIn(text) }, text)), h("dd", null, meaning)])));
  }

  #fillIn(text) {
    this.#where.value = text;
    this.#where.focus();
  }

  /** Sets the form from another part of the page. */
  #takeHint() {
    const where = this.#topic.take("where");
    if (where !== undefined) this.#where.value = where;
  }

  /** Starts the search in the form. */
  #start() {
    this.#records = [];
    this.#cursor = null;
    fill(this.#rows);
    const [partition, offset, time] = [this.#partition.value, this.#offset.value.trim(), this.#time.value];
    this.#asked = { order: this.#order.value, partition, where: this.#where.value.trim(), limit: PAGE };
    this.#asked.first = offset !== "" ? { offset } : time !== "" ? { time: new Date(time).toISOString() } : {};
    if (offset !== "" && partition === "") {
      this.#end();
      this.#fail({ title: "An offset belongs to one partition", detail: "Choose which, or give a time." });
      return;
    }
    this.#looked = { scanned: 0, notJson: 0, remaining: 0 };
    this.#seek(PAGE);
  }

  /** Requests pages until enough records are found or nothing is left; every answer updates the progress. */
  async #seek(wanted) {
    this.#sought?.abort();
    const sought = new AbortController();
    this.#sought = sought;
    const { first, ...always } = this.#asked;
    const goal = this.#records.length + wanted;
    this.#showState();
    try {
      do {
        const place = this.#cursor === null ? first : { cursor: this.#cursor };
        const page = await api.scanRecords(this.#topic.name, { ...always, ...place }, sought.signal);
        if (this.#sought !== sought) return;
        fill(this.#trouble, this.#unreadable(page.unreadable));
        this.#looked.scanned += page.scanned;
        this.#looked.notJson += page.notJson;
        this.#looked.remaining = page.remaining;
        this.#cursor = page.cursor;
        this.#add(page.records);
        this.#showState();
      } while (this.#cursor !== null && this.#records.length < goal);
      this.#end();
    } catch (error) {
      if (this.#sought !== sought || sought.signal.aborted) return;
      this.#end();
      this.#fail(error);
    }
  }

  #end() {
    this.#sought?.abort();
    this.#sought = null;
    this.#showState();
  }

  #fail(error) {
    fill(this.#trouble, problemBox(error));
    if (error.position === undefined) return;
    this.#where.focus();
    this.#where.setSelectionRange(error.position, Math.max(error.position + 1, this.#where.value.length));
  }

  #unreadable(partitions) {
    return partitions.map(({ partition, code, detail }) => problemBox({ title: `Partition ${partition} cannot be read here`, detail, code }));
  }

  /** Inserts records in order: a later answer may bring earlier records, because partitions are scanned in parallel. */
  #add(found) {
    if (found.length === 0) return;
    const newest = this.#asked.order === "newest";
    const before = (a, b) => (newest ? a.timestamp > b.timestamp : a.timestamp < b.timestamp);
    const last = this.#records.at(-1);
    const inOrder = last === undefined || !found.some((record) => before(record, last));
    this.#records.push(...found);
    if (!inOrder) this.#records.sort((a, b) => (before(a, b) ? -1 : before(b, a) ? 1 : 0));
    if (this.#records.length > MAX_ROWS) this.#records.splice(0, this.#records.length - MAX_ROWS);
    if (inOrder) {
      this.#rows.append(...found.map((record) => this.#row(record)));
      while (this.#rows.childElementCount > MAX_ROWS) this.#rows.firstElementChild.remove();
    } else fill(this.#rows, this.#records.map((record) => this.#row(record)));
  }

  #row(record) {
    return recordRow(record, this.#topic.recordActions);
  }

  #showState() {
    const busy = this.#sought !== null;
    const { scanned, notJson, remaining } = this.#looked;
    this.#stop.hidden = !busy;
    this.#more.hidden = busy || this.#cursor === null;
    this.#progress.hidden = !busy || this.#asked.where === "" || remaining === 0;
    this.#progress.max = Math.max(1, scanned + Number(remaining));
    this.#progress.value = scanned;
    this.#rows.classList.toggle("busy", busy);
    if (scanned === 0 && busy) {
      setText(this.#note, "Looking…");
      return;
    }
    const found = this.#records.length;
    const end = remaining === 0 ? "that is all" : `${compact(Number(remaining))} more to look at`;
    const what = this.#asked.where === "" ? plural(found, "record") : `${plural(found, "match", "matches")} in ${plural(scanned, "record")}`;
    const broken = notJson > 0 ? `, of which ${count(notJson)} ${notJson === 1 ? "is" : "are"} not JSON` : "";
    setText(this.#note, `${what}${broken}; ${end}.`);
  }
}
