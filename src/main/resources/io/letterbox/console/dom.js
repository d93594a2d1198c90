// Builds the page out of nodes. Text only ever becomes text: nothing in the console parses HTML, so the content of a
// record, a topic's name or an error message is shown and never executed.

let nextId = 1;

/**
 * Creates an element. Properties that begin with "on" are listeners, "class" and names with a hyphen are attributes,
 * the rest are properties; null and false are left out. Children are nodes or texts; null is left out, arrays are
 * flattened.
 */
export function h(tag, properties, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class" || name === "for" || name === "role" || name.includes("-")) {
      node.setAttribute(name, value === true ? "" : value);
    } else node[name] = value;
  }
  append(node, children);
  return node;
}

function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
}

/** Replaces the content of a node. */
export function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

/** Sets a node's text if it differs: unchanged text costs no layout and keeps its selection. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A label, its control and a hint, associated for assistive technology. */
export function field(label, control, hint, kind) {
  const id = control.id || `f${nextId++}`;
  control.id = id;
  const note = hint ? h("small", { class: "hint", id: `${id}-hint` }, hint) : null;
  if (note) control.setAttribute("aria-describedby", note.id);
  return h("div", { class: kind ? `field ${kind}` : "field" }, h("label", { for: id }, label), control, note);
}

/** A drop-down of [value, text] pairs. */
export function select(options, value, onchange) {
  const node = h("select", { onchange: (event) => onchange?.(event.target.value) });
  for (const [optionValue, text] of options) {
    node.append(h("option", { value: String(optionValue), selected: String(optionValue) === String(value) }, text));
  }
  return node;
}

/** A short message at the edge of the page that disappears by itself. */
export function toast(text) {
  const node = h("div", { class: "toast" }, text);
  document.getElementById("toasts").append(node);
  setTimeout(() => node.remove(), 5000);
}

/** Copies text to the clipboard and confirms that; pages over plain HTTP can only do it by a selection. */
export async function copyText(text) {
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else if (!copySelected(text)) throw new Error("not allowed");
    toast(`Copied ${text.length === 1 ? "1 character" : `${text.length} characters`}.`);
  } catch {
    toast("The browser does not let the page use the clipboard.");
  }
}

function copySelected(text) {
  const focused = document.activeElement;
  const area = h("textarea", { class: "unseen", value: text, readOnly: true, "aria-hidden": "true" });
  document.body.append(area);
  area.select();
  try {
    return document.execCommand("copy");
  } finally {
    area.remove();
    focused?.focus({ preventScroll: true });
  }
}

/** An error next to its cause: the problem's title, its detail, and the code for a bug report. */
export function problemBox(error) {
  return h("div", { class: "problem", role: "alert" },
      h("strong", null, error.title ?? "That did not work"),
      h("p", null, error.detail ?? error.message),
      error.code ? h("small", null, error.status ? `${error.code} · HTTP ${error.status}` : error.code) : null);
}

const SVG = "http://www.w3.org/2000/svg";

/** A line without axes, of a few dozen values; update(values) redraws it. */
export function sparkline(width, height) {
  const node = document.createElementNS(SVG, "svg");
  node.setAttribute("viewBox", `0 0 ${width} ${height}`);
  node.setAttribute("class", "spark");
  node.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "polyline");
  node.append(line);
  let drawn = "";
  const update = (values) => {
    const max = Math.max(1e-9, ...values);
    const step = width / Math.max(1, values.length - 1);
    const points = values.every((v) => v === 0)
      ? ""
      : values.map((v, i) => `${(i * step).toFixed(1)},${(height - 1.5 - (v / max) * (height - 3)).toFixed(1)}`).join(" ");
    if (points !== drawn) line.setAttribute("points", (drawn = points));
  };
  return { node, update };
}
