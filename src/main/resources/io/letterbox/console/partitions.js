// The offsets and sizes of a topic's partitions.

import * as api from "./api.js";
import { fill, h, problemBox, setText } from "./dom.js";
import { bytes, count, difference } from "./format.js";

/** The state of each partition; requested with every overview, one request at a time. */
export class PartitionsPanel {
  #topic;
  #body = h("tbody");
  #trouble = h("div");
  #asking = false;
  #closed = false;
  node;

  constructor(topic) {
    this.#topic = topic;
    const heads = [["Partition", ""], ["Start", "number"], ["End", "number"], ["Records", "number wide"], ["Size", "number"],
      ["Leader", "number wide"], ["In sync", "wide"]];
    const head = h("tr", null, heads.map(([text, kind]) => h("th", { scope: "col", class: kind }, text)));
    this.node = h("div", null, this.#trouble, h("div", { class: "card flush" },
        h("table", { class: "partitions" }, h("caption", { class: "unseen" }, "Partitions"), h("thead", null, head), this.#body)));
  }

  close() {
    this.#closed = true;
  }

  async update() {
    if (this.#asking || !this.#topic.summary) return;
    this.#asking = true;
    try {
      const description = await api.describeTopic(this.#topic.name);
      if (!this.#closed) this.#draw(description.partitions);
      fill(this.#trouble);
    } catch (error) {
      if (!this.#closed) fill(this.#trouble, problemBox(error));
    } finally {
      this.#asking = false;
    }
  }

  #draw(partitions) {
    while (this.#body.rows.length > partitions.length) this.#body.lastElementChild.remove();
    partitions.forEach((partition, index) => {
      const row = this.#body.rows[index] ?? this.#newRow();
      const start = partition.logStartOffset ?? 0;
      const end = partition.highWatermark ?? 0;
      const texts = [partition.partition, count(start), count(end), count(difference(end, start)), bytes(partition.sizeBytes ?? 0),
        partition.leader ?? "–", (partition.isr ?? []).join(", ")];
      texts.forEach((text, cell) => setText(row.cells[cell], String(text)));
      row.classList.toggle("bad", Boolean(partition.quarantine));
      row.title = partition.quarantine ?? "";
      if (partition.quarantine) setText(row.cells[0], `${partition.partition} · quarantined: ${partition.quarantine}`);
    });
  }

  #newRow() {
    const row = h("tr", null, h("th", { scope: "row" }), ["number", "number", "number wide", "number", "number wide", "wide"]
        .map((kind) => h("td", { class: kind })));
    this.#body.append(row);
    return row;
  }
}
