// A form that publishes one record.

import * as api from "./api.js";
import { field, fill, h, problemBox, select, toast } from "./dom.js";
import { count } from "./format.js";

const BASE64 = "base64";
const TYPES = [["application/json", "JSON"], ["text/plain; charset=utf-8", "Text"], ["application/octet-stream", "Bytes"],
  [BASE64, "Bytes, given as base64"]];
const HEADER_NAME = /^[a-zA-Z0-9!#$%&'*+.^_`|~-]*[a-zA-Z0-9!#$%&'+.^_`|~-]$/;

export class PublishPanel {
  #topic;
  #partitions = 0;
  #value = h("textarea", { id: "publish-value", rows: 6, spellcheck: false });
  #valueField = field("Value", this.#value, "Ctrl+Enter publishes.");
  #none = h("input", { type: "checkbox", id: "publish-none" });
  #type = select(TYPES, TYPES[0][0], () => this.#check());
  #key = h("input", { type: "text", id: "publish-key", autocomplete: "off", spellcheck: false });
  #partition = h("select", { id: "publish-partition" });
  #headers = h("div", { class: "header-rows" });
  #answer = h("div", { id: "publish-answer", class: "grow", role: "status" });
  #doubt = h("p", { class: "hint warn", role: "status" });
  #submit = h("button", { type: "submit", class: "primary", id: "publish-submit" }, "Publish");
  node;

  constructor(topic) {
    this.#topic = topic;
    this.#type.id = "publish-type";
    this.#value.addEventListener("input", () => this.#check());
    this.#none.addEventListener("change", () => this.#check());
    const add = h("button", { type: "button", class: "quiet", onclick: () => this.#addHeader().focus() }, "Add a header");
    this.node = h("form", { class: "card form", onsubmit: (event) => this.#publish(event) },
        this.#valueField, this.#doubt,
        h("div", { class: "columns" },
            field("Content type", this.#type), field("Key", this.#key, "The same key, the same partition. Empty: no key."),
            field("Partition", this.#partition)),
        field("No value: a tombstone, after which compaction drops the key", this.#none, null, "inline"),
        h("fieldset", null, h("legend", null, "Headers"), this.#headers, add),
        h("div", { class: "actions sticky" }, this.#submit, this.#answer));
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#publish(event);
    });
    this.#check();
  }

  /** The panel may be kept while others are shown, and be reused by another view of the topic. */
  attach(topic) {
    this.#topic = topic;
    const record = topic.take("record");
    if (record !== undefined) this.#fillIn(record);
  }

  close() {}

  /** True while it has input that is not published. */
  get unsaved() {
    return this.#value.value !== "" && this.node.dataset.published !== this.#content();
  }

  #content() {
    return JSON.stringify([this.#value.value, this.#key.value, this.#headerTexts()]);
  }

  update() {
    const partitions = this.#topic.summary?.partitions ?? 1;
    if (partitions === this.#partitions) return;
    this.#partitions = partitions;
    const chosen = this.#partition.value;
    fill(this.#partition, h("option", { value: "" }, "by key, or any"),
        Array.from({ length: partitions }, (unused, index) => h("option", { value: String(index) }, String(index))));
    this.#partition.value = chosen;
  }

  /** Fills the form with an existing record, to be changed and published again; its key decides the partition again. */
  #fillIn(record) {
    const contentType = record.headers.find((header) => header.name === "content-type")?.value ?? "";
    this.#value.value = record.value ?? "";
    this.#none.checked = record.value === null;
    this.#type.value = record.valueEncoding ? BASE64 : contentType.includes("json") || /^\s*[[{"]/.test(record.value ?? "") ? TYPES[0][0] : TYPES[1][0];
    this.#key.value = record.keyEncoding ? "" : (record.key ?? "");
    fill(this.#headers);
    const left = record.keyEncoding ? ["the key, which is not text"] : [];
    for (const header of record.headers) {
      if (header.name === "content-type") continue;
      if (header.encoding || header.value === null || !HEADER_NAME.test(header.name)) left.push(`the header ${header.name}`);
      else this.#addHeader(header.name, header.value);
    }
    this.#check();
    const of = `A copy of partition ${record.partition}, offset ${record.offset}.`;
    fill(this.#answer, h("p", { class: "hint" }, left.length === 0 ? of : `${of} Left out: ${left.join(", ")}.`));
  }

  #check() {
    const none = this.#none.checked;
    this.#valueField.hidden = none;
    this.#type.disabled = none;
    fill(this.#doubt, none ? "" : this.#doubtText());
  }

  #doubtText() {
    const text = this.#value.value;
    if (this.#type.value === BASE64) return bytesOf(text) === null ? "This is not base64." : "";
    if (this.#type.value !== "application/json" || text.trim() === "") return "";
    try {
      JSON.parse(text);
      return "";
    } catch (error) {
      return `This is not JSON yet (${error.message}). It is published as it stands.`;
    }
  }

  #addHeader(nameText = "", valueText = "") {
    const name = h("input", { type: "text", value: nameText, "aria-label": "Header name", placeholder: "name", autocomplete: "off", spellcheck: false });
    const value = h("input", { type: "text", value: valueText, "aria-label": "Header value", placeholder: "value", autocomplete: "off" });
    const remove = h("button", { type: "button", class: "quiet", "aria-label": "Remove this header", onclick: () => row.remove() }, "✕");
    const row = h("div", { class: "header-row" }, name, value, remove);
    this.#headers.append(row);
    return name;
  }

  #headerTexts() {
    return [...this.#headers.children].map((row) => [...row.querySelectorAll("input")].map((input) => input.value));
  }

  #readHeaders() {
    const headers = this.#headerTexts().filter(([name, value]) => name !== "" || value !== "");
    for (const [name, value] of headers) {
      if (!HEADER_NAME.test(name)) {
        throw { title: "A header's name is not valid", detail: `“${name}” has to be letters, digits and hyphens.` };
      }
      if (value.includes("\0")) throw { title: "A header's value is not valid", detail: `The value of “${name}” has a NUL in it.` };
    }
    return headers;
  }

  #send() {
    const to = { key: this.#key.value, partition: this.#partition.value, headers: this.#readHeaders() };
    if (this.#none.checked) {
      if (to.key === "") throw { title: "A key is missing", detail: "A tombstone is of a key: say which." };
      return api.publishTombstone(this.#topic.name, to);
    }
    const base64 = this.#type.value === BASE64;
    const value = base64 ? bytesOf(this.#value.value) : this.#value.value;
    if (value === null) throw { title: "The value is not base64", detail: "Letters, digits, + and /, in groups of four (RFC 4648)." };
    return api.publish(this.#topic.name, { ...to, value, contentType: base64 ? "application/octet-stream" : this.#type.value });
  }

  async #publish(event) {
    event.preventDefault();
    if (this.#submit.disabled) return;
    this.#submit.disabled = true;
    try {
      const answer = await this.#send();
      this.node.dataset.published = this.#content();
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

function bytesOf(base64) {
  try {
    return Uint8Array.from(atob(base64.trim()), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

/** Asks for confirmation, and publishes a tombstone for a record's key. */
export async function deleteKey(topic, record, confirm) {
  const text = `This publishes a record with the key “${record.key}” and no value. Compaction then drops what the key had before.`;
  const done = await confirm(`Delete the key ${record.key}?`, text, "Publish the tombstone",
      () => api.publishTombstone(topic.name, { key: record.key }));
  if (done) toast("The tombstone is published.");
}
