// One topic: its throughput, and tabs for its partitions, records, consumers, publishing and settings.

import { BrowsePanel } from "./browse.js";
import { Chart, THROUGHPUT } from "./chart.js";
import { ConsumersPanel } from "./consumers.js";
import { confirmDialog } from "./dialogs.js";
import { fill, h, setText } from "./dom.js";
import { byteRate, bytes, plural, rate } from "./format.js";
import { PartitionsPanel } from "./partitions.js";
import { deleteKey, PublishPanel } from "./publish.js";
import { SettingsPanel } from "./settings.js";
import { TailPanel } from "./tail.js";

const TABS = [
  { key: "partitions", text: "Partitions", make: (topic) => new PartitionsPanel(topic), chart: true },
  { key: "tail", text: "Live tail", make: (topic) => new TailPanel(topic) },
  { key: "browse", text: "Browse", make: (topic) => new BrowsePanel(topic) },
  { key: "consumers", text: "Consumers", make: (topic) => new ConsumersPanel(topic) },
  { key: "publish", text: "Publish", make: (topic) => new PublishPanel(topic), ownOnly: true },
  { key: "settings", text: "Settings", make: (topic) => new SettingsPanel(topic), ownOnly: true },
];

/** Panels with unsaved input, by topic and tab: they are kept when their tab or their topic's view is closed. */
const unsavedPanels = new Map();

addEventListener("beforeunload", (event) => {
  if ([...unsavedPanels.values()].some((panel) => panel.unsaved)) event.preventDefault();
});

export class TopicView {
  name;
  node;
  overview;
  #panel = null;
  #tab = null;
  #seen = false;
  #chart;
  #chartHost = h("div", { id: "topic-chart" });
  #chartWanted = null;
  #facts = h("p", { class: "facts-line" });
  #missing = h("div", { role: "status" });
  #host = h("div", { class: "panel", role: "tabpanel", tabIndex: 0 });
  #links = new Map();
  #list;
  #card;
  #toggle = h("button", { type: "button", class: "quiet", id: "chart-toggle", "aria-controls": "topic-chart", onclick: () => this.#toggleChart() });
  #handed = new Map();

  /** The actions on a record of this topic. */
  recordActions = [
    { text: "Edit and publish", act: (record) => this.#handTo("publish", "record", record), when: () => !this.#internal },
    {
      text: "All of this key",
      act: (record) => this.#handTo("browse", "where", `key = ${JSON.stringify(record.key)}`),
      when: (record) => record.key !== null && !record.keyEncoding,
    },
    {
      text: "Delete this key",
      act: (record) => deleteKey(this, record, confirmDialog),
      when: (record) => record.key !== null && !record.keyEncoding && !this.#internal,
    },
  ];

  constructor(overview, name, tab) {
    this.overview = overview;
    this.name = name;
    this.#chart = new Chart(THROUGHPUT, this.#chartHost, 120);
    this.#card = h("section", { class: "card", "aria-label": "Throughput" },
        h("div", { class: "toolbar" }, h("h1", { class: "topic-name grow" }, name), this.#toggle), this.#facts, this.#chartHost);
    this.#list = this.#tabList();
    this.node = h("div", { class: "view" }, this.#card, this.#missing, this.#list, this.#host);
    this.showTab(tab);
  }

  /** The topic in the last overview; undefined if it does not exist. */
  get summary() {
    return this.overview.topics.get(this.name);
  }

  get #internal() {
    return this.summary?.internal === true;
  }

  /** What another panel has passed to the one that is shown now; undefined if there is nothing. */
  take(what) {
    const left = this.#handed.get(what);
    this.#handed.delete(what);
    return left;
  }

  #handTo(tab, what, it) {
    this.#handed.set(what, it);
    if (tab === this.#tab) this.#open(tab);
    else location.hash = `#/topics/${encodeURIComponent(this.name)}/${tab}`;
  }

  close() {
    this.#put();
    this.#chart.close();
  }

  update() {
    const topic = this.summary;
    const connected = this.overview.connected;
    if (topic) {
      this.#seen = true;
      const { times, records, bytes: sizes } = this.overview.history(topic);
      this.#chart.update(times, records, sizes);
      const size = `${plural(topic.records, "record")}, ${bytes(topic.sizeBytes)}`;
      const speed = connected === false ? "no connection" : `in ${rate(topic.rate)}, ${byteRate(topic.byteRate)}`;
      setText(this.#facts, `${plural(topic.partitions, "partition")} · ${size} · ${speed}`);
    }
    this.#card.classList.toggle("stale", connected === false);
    this.#showMissing(connected && !topic);
    for (const { key, ownOnly } of TABS) this.#links.get(key).hidden = ownOnly === true && this.#internal;
    if (this.#internal && TABS.some(({ key, ownOnly }) => ownOnly && key === this.#tab)) this.showTab("partitions");
    this.#panel?.update?.();
  }

  /** Hides the actions if the topic does not exist. */
  #showMissing(gone) {
    this.#list.hidden = this.#host.hidden = this.#facts.hidden = this.#toggle.hidden = gone;
    this.#showChart();
    this.#missing.hidden = !gone;
    if (!gone) fill(this.#missing);
    else if (!this.#missing.hasChildNodes()) {
      fill(this.#missing, h("p", { class: "note" }, this.#seen ? "This topic has been deleted. " : "There is no topic of this name. ",
          h("a", { href: "#/topics" }, "All topics")));
    }
  }

  showTab(tab) {
    const { key } = TABS.find((each) => each.key === tab) ?? TABS[0];
    if (key !== this.#tab) this.#open(key);
  }

  #open(key) {
    this.#put();
    this.#tab = key;
    for (const [name, link] of this.#links) {
      link.setAttribute("aria-selected", String(name === key));
      link.tabIndex = name === key ? 0 : -1;
    }
    this.#host.setAttribute("aria-labelledby", `tab-${key}`);
    const place = `${this.name}/${key}`;
    this.#panel = unsavedPanels.get(place) ?? TABS.find((each) => each.key === key).make(this);
    unsavedPanels.delete(place);
    this.#panel.attach?.(this);
    fill(this.#host, this.#panel.node);
    this.#showChart();
    this.showUnsaved();
    this.#panel.update?.();
  }

  /** Removes the panel that is shown, and keeps it if it has unsaved input. */
  #put() {
    if (this.#panel === null) return;
    const place = `${this.name}/${this.#tab}`;
    if (this.#panel.unsaved) unsavedPanels.set(place, this.#panel);
    else this.#panel.close();
    this.#panel = null;
  }

  /** Marks the tabs with unsaved input. */
  showUnsaved() {
    for (const { key, text } of TABS) {
      const panel = key === this.#tab ? this.#panel : unsavedPanels.get(`${this.name}/${key}`);
      const unsaved = panel?.unsaved === true && panel instanceof SettingsPanel;
      setText(this.#links.get(key), unsaved ? `${text} (not saved)` : text);
    }
  }

  /** The chart belongs to the first tab; the others need the room. */
  #showChart() {
    const wanted = this.#chartWanted ?? TABS.find(({ key }) => key === this.#tab)?.chart === true;
    this.#chartHost.hidden = !wanted || this.#toggle.hidden;
    this.#toggle.setAttribute("aria-expanded", String(wanted));
    setText(this.#toggle, wanted ? "Hide chart" : "Show chart");
  }

  #toggleChart() {
    this.#chartWanted = this.#chartHost.hidden;
    this.#showChart();
    this.update();
  }

  #tabList() {
    const list = h("div", { class: "tabs", role: "tablist", "aria-label": "Topic", onkeydown: (event) => this.#onKey(event) });
    for (const { key, text } of TABS) {
      const href = `#/topics/${encodeURIComponent(this.name)}/${key}`;
      const link = h("a", { role: "tab", id: `tab-${key}`, href }, text);
      this.#links.set(key, link);
      list.append(link);
    }
    return list;
  }

  /** Arrow keys, Home and End move between tabs (WAI-ARIA Authoring Practices, tabs with automatic activation). */
  #onKey(event) {
    const keys = TABS.map(({ key }) => key).filter((key) => !this.#links.get(key).hidden);
    const at = keys.indexOf(this.#tab);
    const next = {
      ArrowRight: keys[(at + 1) % keys.length], ArrowLeft: keys.at(at - 1), Home: keys[0], End: keys.at(-1),
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    location.hash = this.#links.get(next).getAttribute("href");
    this.#links.get(next).focus();
  }
}
