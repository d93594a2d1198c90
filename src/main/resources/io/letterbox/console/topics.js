// All topics: totals, throughput, and a table that stays fast with a thousand rows.

import { Chart, THROUGHPUT } from "./chart.js";
import { createDialog } from "./dialogs.js";
import { fill, h, setText, sparkline } from "./dom.js";
import { byteRate, bytes, compact, count, plural, rate } from "./format.js";

/** Rows drawn at once; the filter finds the others. */
const MAX_ROWS = 200;
const SPARK_SAMPLES = 60;

const COLUMNS = [
  { key: "name", text: "Topic", value: (t) => t.name },
  { key: "partitions", text: "Partitions", value: (t) => t.partitions, number: true, wide: true },
  { key: "records", text: "Records", value: (t) => t.records, number: true },
  { key: "sizeBytes", text: "Size", value: (t) => t.sizeBytes, number: true, wide: true },
  { key: "rate", text: "In", value: (t) => t.rate ?? -1, number: true },
];

export class TopicsView {
  #overview;
  #rows = new Map();
  #sort = { key: "name", up: true };
  #filter = "";
  #all = false;
  #stats = new Map();
  #card;
  #chart;
  #chartHost = h("div");
  #body = h("tbody");
  #heads = new Map();
  #note = h("p", { class: "note", role: "status" });
  #table;
  node;

  constructor(overview) {
    this.#overview = overview;
    this.#chart = new Chart(THROUGHPUT, this.#chartHost, 168);
    this.#card = h("section", { class: "card", "aria-label": "Throughput" }, this.#statStrip(), this.#chartHost);
    const filter = h("input", {
      type: "search",
      placeholder: "Filter topics",
      "aria-label": "Filter topics by name",
      autocomplete: "off",
      spellcheck: false,
      oninput: (event) => {
        this.#filter = event.target.value.trim().toLowerCase();
        this.update();
      },
    });
    const create = h("button", { type: "button", class: "primary", id: "create-topic", onclick: () => this.#create() }, "Create topic");
    this.#table = h("table", { class: "topics" }, h("caption", { class: "unseen" }, "Topics"), this.#head(), this.#body);
    this.node = h("div", { class: "view" },
        h("h1", { class: "unseen" }, "Topics"),
        this.#card,
        h("div", { class: "toolbar" }, filter, create),
        h("div", { class: "card flush" }, this.#table),
        this.#note);
  }

  close() {
    this.#chart.close();
  }

  update() {
    const { total, topics, connected, problem } = this.#overview;
    if (connected !== null) {
      this.#stat("topics", compact(topics.size), plural(total.partitions, "partition"));
      this.#stat("records", compact(total.records), bytes(total.sizeBytes));
      const now = connected ? total : { rate: null, byteRate: null };
      this.#stat("in", rate(now.rate), connected ? byteRate(now.byteRate) : "no connection");
      this.#chart.update(total.series.times, total.series.records, total.series.bytes);
    }
    const shown = this.#select([...topics.values()]);
    const limited = this.#all ? shown : shown.slice(0, MAX_ROWS);
    this.#draw(limited);
    for (const part of [this.#table, this.#card]) part.classList.toggle("stale", connected === false);
    this.#explain(topics.size, shown.length, limited.length, problem);
  }

  #statStrip() {
    const strip = h("dl", { class: "stats" });
    for (const [key, name] of [["topics", "Topics"], ["records", "Records"], ["in", "In, all topics"]]) {
      const value = h("dd", { class: "value", id: `stat-${key}` }, "–");
      const more = h("dd", { class: "more" });
      this.#stats.set(key, { value, more });
      strip.append(h("div", null, h("dt", null, name), value, more));
    }
    return strip;
  }

  #stat(key, value, more) {
    setText(this.#stats.get(key).value, value);
    setText(this.#stats.get(key).more, more);
  }

  #head() {
    const row = h("tr");
    for (const column of COLUMNS) {
      const button = h("button", { type: "button", class: "sort", onclick: () => this.#sortBy(column) }, column.text);
      const cell = h("th", { scope: "col", class: classes(column) }, button);
      this.#heads.set(column.key, cell);
      row.append(cell);
    }
    row.append(h("th", { scope: "col", class: "wide trend" }, "Trend"));
    this.#heads.get("name").setAttribute("aria-sort", "ascending");
    return h("thead", null, row);
  }

  #sortBy(column) {
    const same = this.#sort.key === column.key;
    this.#sort = { key: column.key, up: same ? !this.#sort.up : !column.number };
    for (const [key, cell] of this.#heads) {
      if (key === column.key) cell.setAttribute("aria-sort", this.#sort.up ? "ascending" : "descending");
      else cell.removeAttribute("aria-sort");
    }
    this.update();
  }

  #select(topics) {
    const found = this.#filter ? topics.filter((t) => t.name.toLowerCase().includes(this.#filter)) : topics;
    const { value } = COLUMNS.find((column) => column.key === this.#sort.key);
    const direction = this.#sort.up ? 1 : -1;
    return found.sort((a, b) => {
      const x = value(a);
      const y = value(b);
      if (x !== y) return x < y ? -direction : direction;
      return a.name < b.name ? -1 : 1;
    });
  }

  /** Rows are kept by topic and moved only if the order differs, so that focus and selection survive an update. */
  #draw(topics) {
    const wanted = new Set();
    let at = this.#body.firstElementChild;
    for (const topic of topics) {
      wanted.add(topic.name);
      let row = this.#rows.get(topic.name);
      if (row === undefined) this.#rows.set(topic.name, (row = new Row(topic.name)));
      row.update(topic);
      if (row.node === at) at = at.nextElementSibling;
      else this.#body.insertBefore(row.node, at);
    }
    for (const [name, row] of this.#rows) {
      if (wanted.has(name)) continue;
      row.node.remove();
      this.#rows.delete(name);
    }
  }

  #explain(all, found, drawn, problem) {
    let text = "";
    if (all === 0 && this.#overview.connected) text = "There are no topics yet. Create one, or just publish to a name.";
    else if (all === 0 && problem) text = problem.message;
    else if (found === 0 && all > 0) text = `None of ${count(all)} topics has “${this.#filter}” in its name.`;
    if (drawn < found) {
      const button = h("button", { type: "button", onclick: () => ((this.#all = true), this.update()) }, `Show all ${count(found)}`);
      if (!this.#note.querySelector("button")) fill(this.#note, `The first ${count(drawn)} are shown. `, button);
    } else setText(this.#note, text);
    this.#table.hidden = all === 0;
  }

  async #create() {
    const name = await createDialog(this.#overview);
    if (name !== null) location.hash = `#/topics/${encodeURIComponent(name)}`;
  }
}

function classes(column) {
  return [column.number ? "number" : "", column.wide ? "wide" : ""].join(" ").trim();
}

/** The row of one topic. */
class Row {
  #meta = h("small", { class: "meta" });
  #partitions = h("td", { class: "number wide" });
  #records = h("td", { class: "number" });
  #size = h("td", { class: "number wide" });
  #rate = h("td", { class: "number rate" });
  #spark = sparkline(96, 20);
  #flag = h("span", { class: "flag", hidden: true }, "quarantined");
  node;

  constructor(name) {
    const link = h("a", { href: `#/topics/${encodeURIComponent(name)}` }, name);
    this.node = h("tr", { "data-topic": name },
        h("th", { scope: "row" }, link, " ", this.#flag, this.#meta),
        this.#partitions, this.#records, this.#size, this.#rate, h("td", { class: "wide trend" }, this.#spark.node));
  }

  update(topic) {
    setText(this.#partitions, count(topic.partitions));
    setText(this.#records, compact(topic.records));
    setText(this.#size, bytes(topic.sizeBytes));
    setText(this.#rate, rate(topic.rate));
    setText(this.#meta, `${plural(topic.partitions, "partition")} · ${bytes(topic.sizeBytes)}`);
    this.#rate.classList.toggle("busy", topic.rate > 0);
    this.#flag.hidden = topic.quarantined === 0;
    this.#spark.update(topic.series === null ? [0] : topic.series.records.slice(-SPARK_SAMPLES).map((value) => value ?? 0));
  }
}
