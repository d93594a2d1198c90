// A record as a line that opens: a native disclosure, so that the keyboard and screen readers know it already.

import { fill, h } from "/console/dom.js";
import { bytes, time, pretty } from "/console/format.js";

/** How much of a value stands in a line, and how much when it is open: the rest would only make the page slow. */
const PREVIEW_CHARS = 240;
const OPEN_CHARS = 200_000;

function preview(text, encoding) {
  if (text === null || text === undefined) return h("span", { class: "null" }, "null");
  const short = text.length > PREVIEW_CHARS ? `${text.slice(0, PREVIEW_CHARS)}…` : text;
  return [encoding ? h("span", { class: "tag" }, encoding) : null, short];
}

function line(name, content) {
  return [h("dt", null, name), h("dd", null, content)];
}

function details(record) {
  const value = record.value;
  const text = value === null || value === undefined ? null : record.valueEncoding ? value : pretty(value);
  const shown = text !== null && text.length > OPEN_CHARS ? `${text.slice(0, OPEN_CHARS)}\n… ${bytes(text.length)} in all` : text;
  const copy = h("button", { type: "button", class: "quiet", onclick: () => navigator.clipboard?.writeText(value) }, "Copy value");
  return [
    h("dl", { class: "facts" },
        line("Partition, offset", `${record.partition}, ${record.offset}`),
        line("Timestamp", `${time(record.timestamp)} (${record.timestamp} ms)`),
        line("Key", record.key === null ? h("span", { class: "null" }, "null") : record.key),
        record.headers.map((header) => line(`Header ${header.name}`, header.value ?? "null"))),
    shown === null ? h("p", { class: "null" }, "null") : h("pre", { tabIndex: 0, "aria-label": "Value" }, shown),
    text === null ? null : copy,
  ];
}

/** The line of one record; what is behind it is made when it is opened first. */
export function recordRow(record) {
  const body = h("div", { class: "body" });
  const key = record.key === null ? h("span", { class: "null" }, "–") : preview(record.key, record.keyEncoding);
  const summary = h("summary", null,
      h("span", { class: "at", title: "partition : offset" }, `${record.partition}:${record.offset}`),
      h("span", { class: "when" }, time(record.timestamp)),
      h("span", { class: "key" }, key),
      h("span", { class: "val" }, preview(record.value, record.valueEncoding)));
  return h("details", {
    class: "record",
    ontoggle: (event) => {
      if (event.target.open && !body.hasChildNodes()) fill(body, details(record));
    },
  }, summary, body);
}

/** The names of the columns of such lines. */
export function recordHead() {
  return h("div", { class: "record-head", "aria-hidden": "true" },
      h("span", { class: "at" }, "At"), h("span", { class: "when" }, "Time"),
      h("span", { class: "key" }, "Key"), h("span", { class: "val" }, "Value"));
}
