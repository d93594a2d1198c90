// A record as a line that opens: a native disclosure widget, which keyboards and screen readers support.

import { copyText, fill, h } from "./dom.js";
import { bytes, pretty, time } from "./format.js";

/** The length of a value in a line, and in an open record: the rest would only make the page slow. */
const PREVIEW_CHARS = 240;
const OPEN_CHARS = 200_000;

const isNull = (text) => text === null || text === undefined;

function preview(text, encoding) {
  if (isNull(text)) return h("span", { class: "null" }, "null");
  const short = text.length > PREVIEW_CHARS ? `${text.slice(0, PREVIEW_CHARS)}…` : text;
  return [tag(encoding), short];
}

/** Values that are not text are shown as base64, with a mark. */
function tag(encoding) {
  return encoding ? h("span", { class: "tag" }, encoding) : null;
}

function line(name, content) {
  return [h("dt", null, name), h("dd", null, content)];
}

function whole(text, encoding) {
  return isNull(text) ? h("span", { class: "null" }, "null") : [tag(encoding), text];
}

/** The actions on a record: buttons of {text, act(record), when(record)} in addition to those for copying. */
function actions(record, more) {
  const copy = (text, value) => isNull(value) ? null : h("button", { type: "button", class: "quiet", onclick: () => copyText(value) }, text);
  return h("div", { class: "row-actions" }, copy("Copy value", record.value), copy("Copy key", record.key),
      more.filter((action) => action.when?.(record) ?? true)
          .map((action) => h("button", { type: "button", class: "quiet", onclick: () => action.act(record) }, action.text)));
}

function details(record, more) {
  const value = record.value;
  const text = isNull(value) ? null : record.valueEncoding ? value : pretty(value);
  const shown = text !== null && text.length > OPEN_CHARS ? `${text.slice(0, OPEN_CHARS)}\n… ${bytes(text.length)} in all` : text;
  return [
    h("dl", { class: "facts" },
        line("Partition, offset", `${record.partition}, ${record.offset}`),
        line("Timestamp", `${time(record.timestamp)} (${record.timestamp} ms)`),
        line("Key", whole(record.key, record.keyEncoding)),
        record.headers.map((header) => line(`Header ${header.name}`, whole(header.value, header.encoding))),
        record.valueEncoding ? line("Value", tag(record.valueEncoding)) : null),
    shown === null ? h("p", { class: "null" }, "null: no value. Compaction drops what this key had before.")
      : h("pre", { tabIndex: 0, "aria-label": "Value" }, shown),
    actions(record, more),
  ];
}

/** The line of one record; its details are created when it is first opened. */
export function recordRow(record, more = []) {
  const body = h("div", { class: "body" });
  const key = isNull(record.key) ? h("span", { class: "null" }, "–") : preview(record.key, record.keyEncoding);
  const summary = h("summary", null,
      h("span", { class: "at", title: "partition : offset" }, `${record.partition}:${record.offset}`),
      h("span", { class: "when" }, time(record.timestamp)),
      h("span", { class: "key" }, key),
      h("span", { class: "val" }, preview(record.value, record.valueEncoding)));
  return h("details", {
    class: "record",
    ontoggle: (event) => {
      if (event.target.open && !body.hasChildNodes()) fill(body, details(record, more));
    },
  }, summary, body);
}

/** The column heads of such lines. */
export function recordHead() {
  return h("div", { class: "record-head", "aria-hidden": "true" },
      h("span", { class: "at" }, "Part.:offset"), h("span", { class: "when" }, "Time"),
      h("span", { class: "key" }, "Key"), h("span", { class: "val" }, "Value"));
}
