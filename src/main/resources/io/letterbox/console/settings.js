// A topic's settings, its number of partitions, and its deletion.

import * as api from "./api.js";
import { deleteDialog } from "./dialogs.js";
import { field, fill, h, problemBox, select, setText, toast } from "./dom.js";
import { inWords, rawValue, unitOf } from "./units.js";

export class SettingsPanel {
  #topic;
  #closed = false;
  #body = h("div");
  #trouble = h("div");
  #rows = [];
  #save = h("button", { type: "submit", class: "primary", disabled: true }, "Save changes");
  #discard = h("button", { type: "button", hidden: true, onclick: () => this.#load() }, "Discard");
  #pending = h("span", { class: "hint", role: "status", id: "settings-pending" });
  node;

  constructor(topic) {
    this.#topic = topic;
    this.node = h("div", null, this.#trouble, this.#body);
    this.#load();
  }

  /** The panel may be kept while others are shown, and be reused by another view of the topic. */
  attach(topic) {
    this.#topic = topic;
    this.#closed = false;
  }

  close() {
    this.#closed = true;
  }

  /** True while there are unsaved changes. */
  get unsaved() {
    return this.#rows.some((row) => row.changed);
  }

  async #load() {
    try {
      const description = await api.describeTopic(this.#topic.name);
      if (!this.#closed) this.#draw(description);
    } catch (error) {
      if (!this.#closed) fill(this.#trouble, problemBox(error));
    }
  }

  #draw(description) {
    this.#rows = Object.entries(description.config).map(([key, setting]) => new SettingRow(key, setting, () => this.#check()));
    const form = h("form", { class: "card form settings", onsubmit: (event) => this.#submit(event) },
        h("h2", null, "Settings"),
        h("p", { class: "hint" }, "What is empty follows the default that stands beside it. Durations and sizes may have units: 7 d, 1 h 30 min, 512 MiB."),
        this.#rows.map((row) => row.node),
        h("div", { class: "actions sticky" }, this.#save, this.#discard, this.#pending));
    fill(this.#body, form, this.#partitions(description.partitions.length), this.#danger());
    this.#check();
  }

  #check() {
    const changed = this.#rows.filter((row) => row.changed);
    const wrong = changed.find((row) => row.problem !== null);
    this.#save.disabled = changed.length === 0 || wrong !== undefined;
    this.#discard.hidden = changed.length === 0;
    const many = `${changed.length === 1 ? "1 setting is" : `${changed.length} settings are`} changed and not saved.`;
    setText(this.#pending, changed.length === 0 ? "" : wrong ? `${wrong.key}: ${wrong.problem}` : many);
    this.#topic.showUnsaved();
  }

  async #submit(event) {
    event.preventDefault();
    if (this.#save.disabled) return;
    const config = Object.fromEntries(this.#rows.filter((row) => row.changed).map((row) => [row.key, row.raw === "" ? null : row.raw]));
    await this.#change({ config }, "Saved.");
  }

  #partitions(now) {
    const input = h("input", { type: "number", id: "setting-partitions", min: now, value: String(now) });
    const submit = (event) => {
      event.preventDefault();
      const wanted = Number(input.value);
      if (wanted > now) this.#change({ partitions: wanted }, `There are ${wanted} partitions now.`);
      else toast("There are as many already.");
    };
    return h("form", { class: "card form", onsubmit: submit },
        h("h2", null, "Partitions"),
        field("Number of partitions", input, "Only more, never fewer; keys may move to other partitions from then on."),
        h("div", { class: "actions" }, h("button", { type: "submit" }, "Add partitions")));
  }

  #danger() {
    const remove = h("button", { type: "button", class: "danger", id: "delete-topic", onclick: () => this.#delete() }, "Delete this topic");
    return h("section", { class: "card form" }, h("h2", null, "Delete"),
        h("p", { class: "hint" }, "Deletes the topic and its records for good."), h("div", { class: "actions" }, remove));
  }

  async #delete() {
    const records = this.#topic.summary?.records ?? 0;
    if (!(await deleteDialog(this.#topic.overview, this.#topic.name, records))) return;
    this.#rows = [];
    location.hash = "#/";
  }

  async #change(document, done) {
    fill(this.#trouble);
    try {
      await api.changeTopic(this.#topic.name, document);
      toast(done);
      await this.#topic.overview.refresh();
      await this.#load();
    } catch (error) {
      fill(this.#trouble, problemBox(error));
      this.#trouble.scrollIntoView({ block: "center" });
    }
  }
}

/** One setting: the topic's own value, and the default. */
class SettingRow {
  key;
  node;
  #input;
  #was;
  #byDefault;
  #reading = h("span", { class: "reading" });

  constructor(key, setting, changed) {
    this.key = key;
    const own = setting.source === "topic";
    this.#was = own ? setting.value : "";
    this.#byDefault = own ? setting.default : setting.value;
    this.#input = this.#control(setting);
    this.#input.id = `setting-${key.replaceAll(".", "-")}`;
    this.#input.addEventListener("input", () => (this.#read(), changed()));
    this.node = field(key, this.#input, setting.doc, "setting");
    this.#input.after(this.#reading);
    this.#read();
  }

  /** A list, if there are few values to choose from, with the default as the value that is not set. */
  #control(setting) {
    const words = choices(setting);
    if (words === null) return h("input", { type: "text", value: this.#was, placeholder: "default", autocomplete: "off", spellcheck: false });
    const offered = this.#was === "" || words.includes(this.#was) ? words : [...words, this.#was];
    return select([["", `default: ${this.#byDefault}`], ...offered.map((word) => [word, word])], this.#was);
  }

  get raw() {
    const text = this.#input.value.trim();
    return text === "" ? "" : (rawValue(this.key, text) ?? text);
  }

  get changed() {
    return this.raw !== this.#was;
  }

  /** Why this cannot be a value, or null; everything else is checked by the server. */
  get problem() {
    const text = this.#input.value.trim();
    const unit = unitOf(this.key);
    return unit !== null && text !== "" && rawValue(this.key, text) === null ? `write a whole number, or for example ${unit.example}` : null;
  }

  #read() {
    this.node.classList.toggle("changed", this.changed);
    this.node.classList.toggle("own", this.raw !== "");
    if (this.#input.tagName === "SELECT") return;
    const both = (raw) => {
      const words = inWords(this.key, raw);
      return words === null ? raw : `${raw} = ${words}`;
    };
    const wrong = this.problem;
    this.#reading.classList.toggle("warn", wrong !== null);
    const text = wrong ?? (this.raw === "" ? `default: ${both(this.#byDefault)}` : (inWords(this.key, this.raw) !== null ? both(this.raw) : ""));
    setText(this.#reading, text);
  }
}

function choices(setting) {
  if (!setting.choices) return null;
  return setting.type === "words" ? [...setting.choices, setting.choices.toSorted().join(",")] : setting.choices;
}
