// The page at /try: publishes a record and shows it, and shows the program that does the same.

import { subscribe } from "../client.js";
import { copyText, field, fill, h, problemBox, setText } from "../console/dom.js";
import { snippets } from "./snippets.js";

const NAME = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/;
const MAX_ROWS = 50;
const TYPING_MS = 400;
const BEGIN_MS = 3000;
const LOOPBACK = /^(127\.|localhost$|\[?::1)/;

/** The server's own URL, whatever path a proxy has put in front of it. */
const base = new URL("./", document.baseURI).href;

const topic = h("input", { type: "text", id: "topic", autocomplete: "off", spellcheck: false, maxLength: 249 });
const key = h("input", { type: "text", id: "key", autocomplete: "off", spellcheck: false });
const value = h("textarea", { id: "value", rows: 3, spellcheck: false });
const submit = h("button", { type: "submit", class: "primary", id: "publish" }, "Publish");
const answer = h("div", { id: "answer", role: "status" });
const status = h("span", { class: "state", id: "stream", role: "status" });
const rows = h("ol", { class: "try-rows", id: "rows" });
const programs = h("section", { class: "card", "aria-label": "Programs" });

let bootstrap = null;
let language = "curl";
let stream = null;
let cursor = "";
let watched = null;
let typing = 0;
let opened = () => {};

async function ask(path, options) {
  let response;
  try {
    response = await fetch(new URL(path, base), { cache: "no-store", ...options });
  } catch {
    throw { title: "The server cannot be reached", detail: "Is it running?" };
  }
  const text = await response.text();
  let document = null;
  try {
    document = JSON.parse(text);
  } catch {
    // A proxy in front of the server may answer with something else.
  }
  if (response.ok) return document;
  throw { title: document?.title ?? `HTTP ${response.status}`, detail: document?.detail ?? text.slice(0, 300),
    code: document?.code ?? "HTTP", status: response.status };
}

// ---- the topic

function named() {
  return NAME.test(topic.value) ? topic.value : null;
}

function renamed() {
  const name = named();
  submit.disabled = name === null;
  topic.setAttribute("aria-invalid", String(name === null));
  fill(answer, name === null
    ? h("p", { class: "hint warn" }, "A topic’s name has 1 to 249 letters, digits, dots, hyphens and underscores.") : null);
  if (name !== null) history.replaceState(null, "", `?${new URLSearchParams({ topic: name })}`);
  showPrograms();
  clearTimeout(typing);
  typing = setTimeout(watch, TYPING_MS);
}

// ---- records

const STATES = {
  connecting: ["", "Connecting…"],
  open: ["good", "Live"],
  retrying: ["warn", "Connecting again…"],
  paused: ["", "Paused"],
  ended: ["warn", "The topic was deleted"],
  closed: ["", ""],
};

function tell(state) {
  const [kind, text] = STATES[state] ?? ["", state];
  status.className = `state ${kind}`;
  setText(status, text);
}

function stop() {
  stream?.close();
  stream = null;
}

/**
 * Reads the topic that is named, from the newest record on; a topic that does not exist yet waits for its first record.
 */
async function watch() {
  clearTimeout(typing);
  const name = named();
  if (name === watched) return;
  stop();
  watched = name;
  cursor = "";
  fill(rows);
  if (name === null) return fill(status);
  try {
    await ask(`topics/${encodeURIComponent(name)}`);
    if (watched === name) await listen("latest");
  } catch (problem) {
    if (watched !== name) return;
    status.className = "state";
    setText(status, problem.status === 404 ? "No such topic yet: the first record makes it" : problem.detail);
    watched = problem.status === 404 ? name : null;
  }
}

/** Resolves when the stream is open, so that a record published then is shown; gives up after a while. */
function listen(from) {
  const name = watched;
  const begun = new Promise((resolve) => {
    opened = resolve;
    setTimeout(resolve, BEGIN_MS);
  });
  stream = subscribe(new URL(`topics/${encodeURIComponent(name)}/events?format=envelope`, base), {
    from,
    // One tab tries one topic: there is nothing to share.
    share: false,
    storage: { get: () => cursor, set: (seen) => { cursor = seen; } },
    onRecord: show,
    onStatus: (state) => {
      if (state === "open") opened();
      if (name === watched) tell(state);
    },
  });
  return begun;
}

function show({ partition, offset, value }) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  rows.prepend(h("li", null, h("span", { class: "at" }, `${partition}/${offset}`), h("span", { class: "value" }, text)));
  while (rows.childElementCount > MAX_ROWS) rows.lastElementChild.remove();
}

// ---- publishing

async function publish(event) {
  event.preventDefault();
  const name = named();
  if (name === null || submit.disabled) return;
  submit.disabled = true;
  try {
    await watch();
    const query = key.value === "" ? "" : `?${new URLSearchParams({ key: key.value })}`;
    const done = await ask(`topics/${encodeURIComponent(name)}${query}`, {
      method: "POST", body: value.value, headers: { "content-type": isJson(value.value) ? "application/json" : "text/plain" },
    });
    fill(answer, h("p", { class: "done" }, `On disk: partition ${done.partition}, offset ${done.offset}.`));
    if (stream === null && watched === name) listen("earliest");
  } catch (problem) {
    fill(answer, problemBox(problem));
  } finally {
    submit.disabled = named() === null;
  }
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

// ---- programs

function part({ title, text }) {
  return h("div", { class: "try-part" },
      h("div", { class: "try-head" }, h("h2", null, title),
          h("button", { type: "button", "aria-label": `Copy: ${title}`, onclick: () => copyText(text) }, "Copy")),
      h("pre", { class: "try-snippet", tabIndex: 0 }, h("code", null, text)));
}

function showPrograms() {
  const name = named();
  if (name === null) return;
  const all = snippets({ base, bootstrap, topic: name });
  const chosen = all.find((each) => each.id === language);
  const buttons = all.map((each) => h("button", {
    type: "button", id: `language-${each.id}`, "aria-pressed": String(each.id === language),
    onclick: () => {
      language = each.id;
      showPrograms();
      document.getElementById(`language-${each.id}`).focus();
    },
  }, each.name));
  const kafka = chosen.id === "java" || chosen.id === "kcat";
  const far = kafka && bootstrap !== null && LOOPBACK.test(bootstrap) && !LOOPBACK.test(location.hostname);
  fill(programs,
      h("h2", null, "Programs for this topic"),
      h("div", { class: "try-languages", role: "group", "aria-label": "Language" }, buttons),
      chosen.note ? h("p", { class: "note" }, chosen.note) : null,
      far ? h("p", { class: "hint warn" }, `Kafka clients are told to connect to ${bootstrap}, which is their own machine where they`
          + " run elsewhere. Set kafka.advertisedHost.") : null,
      chosen.parts.map(part));
}

// ---- the page

const theme = localStorage.getItem("letterbox.theme");
if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
topic.value = new URLSearchParams(location.search).get("topic") ?? "greetings";
value.value = '{"hello":"world"}';
topic.addEventListener("input", renamed);
document.getElementById("main").append(
    h("p", { class: "note" }, "Publish a record and see it come; below are programs that publish to the topic and read it."),
    h("div", { class: "try-top" },
        h("form", { class: "card form", onsubmit: publish },
            field("Topic", topic, "The first record makes it."),
            field("Value", value), field("Key", key, "The same key, the same partition. Empty: no key."),
            h("div", { class: "actions" }, submit), answer),
        h("section", { class: "card", "aria-label": "Records" },
            h("div", { class: "try-head" }, h("h2", null, "Records"), status), rows)),
    programs,
    h("div", { id: "toasts", class: "toasts", role: "status", "aria-live": "polite" }));
renamed();
watch();
ask("cluster").then(({ nodes }) => {
  const node = nodes.find((each) => each.kafkaHost !== undefined);
  const host = node?.kafkaHost.includes(":") ? `[${node.kafkaHost}]` : node?.kafkaHost;
  bootstrap = node === undefined ? null : `${host}:${node.kafkaPort}`;
  showPrograms();
}, () => {});
