// A table whose rows keep their place while their texts change, so that focus and selection survive an update.

import { fill, h, setText } from "./dom.js";

/** Rows drawn at once. */
const MAX_ROWS = 500;

/**
 * Columns are {text, kind, value(item), href(item)}: the head's text, the cells' class, a cell's text and, for a link,
 * its target. The first column is each row's head. key(item) identifies rows.
 */
export class RowTable {
  #columns;
  #key;
  #rows = new Map();
  #body = h("tbody");
  #note = h("p", { class: "note", role: "status" });
  #card;
  node;

  constructor(caption, columns, key) {
    this.#columns = columns;
    this.#key = key;
    const head = h("tr", null, columns.map((column) => h("th", { scope: "col", class: column.kind ?? "" }, column.text)));
    const table = h("table", { class: "rows" }, h("caption", { class: "unseen" }, caption), h("thead", null, head), this.#body);
    this.#card = h("div", { class: "card flush" }, table);
    this.node = h("div", null, this.#card, this.#note);
  }

  /** Draws the items in their order; the text alone if there are none. */
  update(items, whenEmpty) {
    const wanted = new Set();
    let at = this.#body.firstElementChild;
    for (const item of items.slice(0, MAX_ROWS)) {
      const key = this.#key(item);
      wanted.add(key);
      let row = this.#rows.get(key);
      if (row === undefined) this.#rows.set(key, (row = this.#newRow(key)));
      this.#columns.forEach((column, index) => draw(row.cells[index], column, item));
      if (row === at) at = at.nextElementSibling;
      else this.#body.insertBefore(row, at);
    }
    for (const [key, row] of this.#rows) {
      if (wanted.has(key)) continue;
      row.remove();
      this.#rows.delete(key);
    }
    this.#card.hidden = items.length === 0;
    setText(this.#note, items.length === 0 ? whenEmpty : items.length > MAX_ROWS ? `The first ${MAX_ROWS} of ${items.length} are shown.` : "");
  }

  #newRow(key) {
    return h("tr", { "data-key": key }, this.#columns.map((column, index) =>
        h(index === 0 ? "th" : "td", { class: column.kind ?? "", scope: index === 0 ? "row" : null })));
  }
}

function draw(cell, column, item) {
  const text = String(column.value(item) ?? "–");
  const href = column.href?.(item);
  if (!href) {
    setText(cell, text);
    return;
  }
  const link = cell.querySelector("a");
  if (link === null) fill(cell, h("a", { href }, text));
  else setText(link, text);
}

/** Polls every other second while the page is visible; passes results to accept(), failures to refuse(). */
export class Poll {
  #ask;
  #accept;
  #refuse;
  #timer = null;
  #closed = false;
  #asking = false;
  #again = () => this.now();

  constructor(ask, accept, refuse) {
    this.#ask = ask;
    this.#accept = accept;
    this.#refuse = refuse;
    document.addEventListener("visibilitychange", this.#again);
    this.now();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    document.removeEventListener("visibilitychange", this.#again);
  }

  async now() {
    clearTimeout(this.#timer);
    if (this.#closed || this.#asking || document.hidden) return;
    this.#asking = true;
    try {
      const answer = await this.#ask();
      if (!this.#closed) this.#accept(answer);
    } catch (problem) {
      if (!this.#closed) this.#refuse(problem);
    } finally {
      this.#asking = false;
    }
    if (!this.#closed) this.#timer = setTimeout(() => this.now(), 2000);
  }
}
