// A topic's settings, its number of partitions, and its end.

import * as api from "/console/api.js";
import { deleteDialog } from "/console/dialogs.js";
import { field, fill, h, problemBox, select, toast } from "/console/dom.js";

/** Settings that take one of a few words; the server knows and checks all the rest. */
const CHOICES = {
  "cleanup.policy": ["delete", "compact", "compact,delete"],
  "flush": ["sync", "interval", "os"],
  "message.timestamp.type": ["CreateTime", "LogAppendTime"],
};

export class SettingsPanel {
  #topic;
  #closed = false;
  #body = h("div");
  #trouble = h("div");
  #inputs = new Map();
  node;

  constructor(topic) {
    this.#topic = topic;
    this.node = h("div", null, this.#trouble, this.#body);
    this.#load();
  }

  close() {
    this.#closed = true;
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
    this.#inputs.clear();
    const rows = Object.entries(description.config).map(([key, setting]) => this.#row(key, setting));
    const save = h("button", { type: "submit", class: "primary" }, "Save changes");
    const form = h("form", { class: "card form settings", onsubmit: (event) => this.#save(event) },
        h("h2", null, "Settings"), h("p", { class: "hint" }, "An empty field follows the server's default, which it shows."), rows,
        h("div", { class: "actions" }, save));
    fill(this.#body, form, this.#partitions(description.partitions.length), this.#danger());
  }

  /** What the topic does not set itself is a placeholder, so that clearing a field is how to go back to the default. */
  #row(key, setting) {
    const own = setting.source === "topic" ? setting.value : "";
    const inherited = setting.source === "topic" ? setting.default : setting.value;
    const choices = CHOICES[key];
    const input = choices
      ? select([["", `${inherited} (default)`], ...choices.map((choice) => [choice, choice])], own)
      : h("input", { type: "text", value: own, placeholder: inherited, autocomplete: "off", spellcheck: false });
    input.id = `setting-${key.replaceAll(".", "-")}`;
    this.#inputs.set(key, { input, was: own });
    return field(key, input, setting.doc, "setting");
  }

  async #save(event) {
    event.preventDefault();
    const config = {};
    for (const [key, { input, was }] of this.#inputs) {
      const value = input.value.trim();
      if (value !== was) config[key] = value === "" ? null : value;
    }
    if (Object.keys(config).length === 0) {
      toast("Nothing has changed.");
      return;
    }
    await this.#change({ config }, "Saved.");
  }

  #partitions(now) {
    const input = h("input", { type: "number", id: "setting-partitions", min: now, value: String(now) });
    const submit = (event) => {
      event.preventDefault();
      const wanted = Number(input.value);
      if (wanted > now) this.#change({ partitions: wanted }, `There are ${wanted} partitions now.`);
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
    if (await deleteDialog(this.#topic.overview, this.#topic.name, records)) location.hash = "#/";
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
