// Records of one partition, page by page, from an offset or a time.

import * as api from "/console/api.js";
import { field, fill, h, problemBox, select, setText } from "/console/dom.js";
import { count } from "/console/format.js";
import { recordHead, recordRow } from "/console/records.js";

const PAGE = 50;

export class BrowsePanel {
  #topic;
  #closed = false;
  #partition = 0;
  #partitions = 0;
  #first = null;
  #next = null;
  #status;
  #rows = h("div", { class: "records", id: "browse-rows" });
  #trouble = h("div");
  #note = h("p", { class: "note", role: "status", id: "browse-note" });
  #choose = h("div");
  #offset = h("input", { type: "number", id: "browse-offset", min: 0, step: 1, placeholder: "offset" });
  #time = h("input", { type: "datetime-local", id: "browse-time", step: 1 });
  #older = h("button", { type: "button", onclick: () => this.#page(-1) }, "Older");
  #newer = h("button", { type: "button", onclick: () => this.#page(1) }, "Newer");
  node;

  constructor(topic) {
    this.#topic = topic;
    const go = h("button", { type: "submit" }, "Go");
    const first = h("button", { type: "button", onclick: () => this.#read({ offset: "earliest" }) }, "First");
    const last = h("button", { type: "button", onclick: () => this.#last() }, "Last");
    const form = h("form", { class: "toolbar wrap", onsubmit: (event) => this.#go(event) },
        this.#choose, field("Offset", this.#offset, null, "inline"), field("or time", this.#time, null, "inline"), go,
        h("span", { class: "grow" }), first, this.#older, this.#newer, last);
    this.#offset.addEventListener("input", () => (this.#time.value = ""));
    this.#time.addEventListener("input", () => (this.#offset.value = ""));
    this.node = h("div", null, form, this.#trouble, h("div", { class: "card flush" }, recordHead(), this.#rows), this.#note);
    this.#last();
  }

  close() {
    this.#closed = true;
  }

  update() {
    const partitions = this.#topic.summary?.partitions ?? 1;
    if (partitions === this.#partitions) return;
    this.#partitions = partitions;
    const options = Array.from({ length: partitions }, (unused, index) => [index, String(index)]);
    const choice = select(options, this.#partition, (value) => {
      this.#partition = Number(value);
      this.#last();
    });
    choice.id = "browse-partition";
    fill(this.#choose, field("Partition", choice, null, "inline"));
  }

  #go(event) {
    event.preventDefault();
    if (this.#time.value !== "") this.#read({ time: new Date(this.#time.value).toISOString() });
    else if (this.#offset.value !== "") this.#read({ offset: this.#offset.value });
    else this.#last();
  }

  /** The newest page: where the log ends is asked first. */
  async #last() {
    try {
      const description = await api.describeTopic(this.#topic.name);
      const status = description.partitions[this.#partition];
      const start = status?.logStartOffset ?? 0;
      await this.#read({ offset: Math.max(start, (status?.highWatermark ?? 0) - PAGE) });
    } catch (error) {
      this.#fail(error);
    }
  }

  #page(direction) {
    if (direction > 0) return this.#read({ offset: this.#next ?? 0 });
    const start = this.#status?.logStartOffset ?? 0;
    return this.#read({ offset: Math.max(start, (this.#first ?? 0) - PAGE) });
  }

  async #read(position) {
    try {
      const page = await api.readRecords(this.#topic.name, { partition: this.#partition, ...position, limit: PAGE });
      if (!this.#closed) this.#draw(page);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error) {
    if (!this.#closed) fill(this.#trouble, problemBox(error));
  }

  #draw(page) {
    fill(this.#trouble);
    this.#status = page;
    this.#next = page.nextOffset;
    this.#first = page.records[0]?.offset ?? page.nextOffset;
    fill(this.#rows, page.records.map((record) => recordRow({ partition: this.#partition, ...record })));
    const end = page.highWatermark;
    this.#newer.disabled = this.#next >= end;
    this.#older.disabled = this.#first <= (page.logStartOffset ?? 0);
    const shown = page.records.length;
    const range = shown === 0 ? `Nothing at offset ${count(this.#first)}.` : `Offsets ${count(this.#first)} to ${count(page.records[shown - 1].offset)}.`;
    setText(this.#note, `${range} Partition ${this.#partition} ends at ${count(end)}.`);
  }
}
