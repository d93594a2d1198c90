// A form that publishes one record.

import * as api from "/console/api.js";
import { field, fill, h, problemBox, select } from "/console/dom.js";
import { count } from "/console/format.js";

const TYPES = [["application/json", "JSON"], ["text/plain; charset=utf-8", "Text"], ["application/octet-stream", "Bytes"]];
const HEADER_NAME = /^[a-zA-Z0-9!#$%&'*+.^_`|~-]+$/;

export class PublishPanel {
  #topic;
  #partitions = 0;
  #value = h("textarea", { id: "publish-value", rows: 6, spellcheck: false });
  #type = select(TYPES, TYPES[0][0], () => this.#check());
  #key = h("input", { type: "text", id: "publish-key", autocomplete: "off", spellcheck: false });
  #partition = h("select", { id: "publish-partition" });
  #headers = h("div", { class: "header-rows" });
  #answer = h("div", { id: "publish-answer", role: "status" });
  #doubt = h("p", { class: "hint warn", role: "status" });
  #submit = h("button", { type: "submit", class: "primary", id: "publish-submit" }, "Publish");
  node;

  constructor(topic) {
    this.#topic = topic;
    this.#type.id = "publish-type";
    this.#value.addEventListener("input", () => this.#check());
    this.#value.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#publish(event);
    });
    const add = h("button", { type: "button", class: "quiet", onclick: () => this.#addHeader() }, "Add a header");
    this.node = h("form", { class: "card form", onsubmit: (event) => this.#publish(event) },
        field("Value", this.#value, "Ctrl+Enter publishes."), this.#doubt,
        h("div", { class: "columns" },
            field("Content type", this.#type), field("Key", this.#key, "The same key, the same partition. Empty: no key."),
            field("Partition", this.#partition)),
        h("fieldset", null, h("legend", null, "Headers"), this.#headers, add),
        h("div", { class: "actions" }, this.#submit), this.#answer);
  }

  close() {}

  update() {
    const partitions = this.#topic.summary?.partitions ?? 1;
    if (partitions === this.#partitions) return;
    this.#partitions = partitions;
    const chosen = this.#partition.value;
    fill(this.#partition, h("option", { value: "" }, "by key, or any"),
        Array.from({ length: partitions }, (unused, index) => h("option", { value: String(index) }, String(index))));
    this.#partition.value = chosen;
  }

  #check() {
    let doubt = "";
    if (this.#type.value === "application/json" && this.#value.value.trim() !== "") {
      try {
        JSON.parse(this.#value.value);
      } catch (error) {
        doubt = `This is not JSON yet (${error.message}). It is published as it stands.`;
      }
    }
    fill(this.#doubt, doubt);
  }

  #addHeader() {
    const name = h("input", { type: "text", "aria-label": "Header name", placeholder: "name", autocomplete: "off", spellcheck: false });
    const value = h("input", { type: "text", "aria-label": "Header value", placeholder: "value", autocomplete: "off" });
    const remove = h("button", { type: "button", class: "quiet", "aria-label": "Remove this header", onclick: () => row.remove() }, "✕");
    const row = h("div", { class: "header-row" }, name, value, remove);
    this.#headers.append(row);
    name.focus();
  }

  #readHeaders() {
    const headers = [];
    for (const row of this.#headers.children) {
      const [name, value] = [...row.querySelectorAll("input")].map((input) => input.value);
      if (name === "" && value === "") continue;
      if (!HEADER_NAME.test(name)) {
        throw { title: "A header's name is not valid", detail: `“${name}” has to be letters, digits and hyphens.` };
      }
      if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
        throw { title: "A header's value is not valid", detail: `HTTP cannot carry the value of “${name}”.` };
      }
      headers.push([name, value]);
    }
    return headers;
  }

  async #publish(event) {
    event.preventDefault();
    if (this.#submit.disabled) return;
    this.#submit.disabled = true;
    try {
      const answer = await api.publish(this.#topic.name, {
        value: this.#value.value,
        key: this.#key.value,
        partition: this.#partition.value,
        contentType: this.#type.value,
        headers: this.#readHeaders(),
      });
      const where = `partition ${answer.partition}, offset ${count(answer.offset)}`;
      fill(this.#answer, h("p", { class: "done" }, `Published to ${where}; it is on disk.`));
      this.#topic.overview.refresh();
    } catch (error) {
      fill(this.#answer, problemBox(error));
    } finally {
      this.#submit.disabled = false;
    }
  }
}
