// One topic: its throughput, and tabs for its partitions, its records, publishing and settings.

import * as api from "/console/api.js";
import { BrowsePanel } from "/console/browse.js";
import { Chart, THROUGHPUT } from "/console/chart.js";
import { fill, h, problemBox, setText } from "/console/dom.js";
import { byteRate, bytes, count, plural, rate } from "/console/format.js";
import { PublishPanel } from "/console/publish.js";
import { SettingsPanel } from "/console/settings.js";
import { TailPanel } from "/console/tail.js";

const TABS = [
  ["partitions", "Partitions", (topic) => new PartitionsPanel(topic)],
  ["tail", "Live tail", (topic) => new TailPanel(topic)],
  ["browse", "Browse", (topic) => new BrowsePanel(topic)],
  ["publish", "Publish", (topic) => new PublishPanel(topic)],
  ["settings", "Settings", (topic) => new SettingsPanel(topic)],
];

export class TopicView {
  name;
  node;
  overview;
  #panel = null;
  #tab = null;
  #seen = false;
  #chart;
  #chartHost = h("div");
  #facts = h("p", { class: "facts-line" });
  #missing = h("p", { class: "note", role: "status" });
  #host = h("div", { class: "panel", role: "tabpanel", tabIndex: 0 });
  #tabs = new Map();

  constructor(overview, name, tab) {
    this.overview = overview;
    this.name = name;
    this.#chart = new Chart(THROUGHPUT, this.#chartHost, 120);
    this.node = h("div", { class: "view" },
        h("section", { class: "card", "aria-label": "Throughput" },
            h("h1", { class: "topic-name" }, name), this.#facts, this.#chartHost),
        this.#missing, this.#tabList(), this.#host);
    this.showTab(tab);
  }

  /** What the last overview said about the topic; undefined where it does not exist. */
  get summary() {
    return this.overview.topics.get(this.name);
  }

  close() {
    this.#panel?.close();
    this.#chart.close();
  }

  update() {
    const topic = this.summary;
    if (topic) {
      this.#seen = true;
      this.#chart.update(topic.series.times, topic.series.records, topic.series.bytes);
      const size = `${count(topic.records)} records, ${bytes(topic.sizeBytes)}`;
      setText(this.#facts, `${plural(topic.partitions, "partition")} · ${size} · in ${rate(topic.rate)}, ${byteRate(topic.byteRate)}`);
    }
    const gone = this.overview.connected && !topic;
    setText(this.#missing, gone ? (this.#seen ? "This topic has been deleted." : "There is no topic of this name.") : "");
    this.#panel?.update?.();
  }

  showTab(tab) {
    const [key, , make] = TABS.find(([name]) => name === tab) ?? TABS[0];
    if (key === this.#tab) return;
    this.#panel?.close();
    this.#tab = key;
    for (const [name, link] of this.#tabs) {
      link.setAttribute("aria-selected", String(name === key));
      link.tabIndex = name === key ? 0 : -1;
    }
    this.#host.setAttribute("aria-labelledby", `tab-${key}`);
    this.#panel = make(this);
    fill(this.#host, this.#panel.node);
    this.#panel.update?.();
  }

  #tabList() {
    const list = h("div", { class: "tabs", role: "tablist", "aria-label": "Topic", onkeydown: (event) => this.#onKey(event) });
    for (const [key, text] of TABS) {
      const href = `#/topics/${encodeURIComponent(this.name)}/${key}`;
      const link = h("a", { role: "tab", id: `tab-${key}`, href }, text);
      this.#tabs.set(key, link);
      list.append(link);
    }
    return list;
  }

  /** Arrow keys move between tabs (WAI-ARIA Authoring Practices, tabs with automatic activation). */
  #onKey(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const keys = TABS.map(([key]) => key);
    const next = keys[(keys.indexOf(this.#tab) + step + keys.length) % keys.length];
    location.hash = this.#tabs.get(next).getAttribute("href");
    this.#tabs.get(next).focus();
  }
}

/** Where each partition stands; asks again with every overview, one question at a time. */
class PartitionsPanel {
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
      const texts = [partition.partition, count(start), count(end), count(Math.max(0, end - start)), bytes(partition.sizeBytes ?? 0),
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
