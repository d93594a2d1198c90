// All consumer groups, including those without members: they are the ones that fall behind.

import * as api from "./api.js";
import { fill, h, problemBox } from "./dom.js";
import { count } from "./format.js";
import { Poll, RowTable } from "./rows.js";

const COLUMNS = [
  { text: "Group", value: (g) => g.group, href: (g) => `#/groups/${encodeURIComponent(g.group)}` },
  { text: "State", value: (g) => g.state },
  { text: "Protocol", kind: "wide", value: (g) => g.type },
  { text: "Members", kind: "number", value: (g) => count(g.members) },
  { text: "Topics", kind: "wide", value: (g) => g.topics.join(", ") },
  { text: "Lag", kind: "number", value: (g) => count(g.lag) },
];

/** The most groups that are requested: there may be very many, and the page asks every two seconds. */
const SHOWN = 200;

export class GroupsView {
  #groups = null;
  #more = false;
  #filter = "";
  #trouble = h("div");
  #note = h("p", { class: "hint", role: "status" });
  #table = new RowTable("Consumer groups", COLUMNS, (group) => group.group);
  #poll;
  node;

  constructor() {
    const filter = h("input", {
      type: "search",
      placeholder: "Filter groups",
      "aria-label": "Filter groups by name",
      autocomplete: "off",
      spellcheck: false,
      oninput: (event) => {
        this.#filter = event.target.value.trim().toLowerCase();
        this.#draw();
        this.#poll.now();
      },
    });
    this.node = h("div", { class: "view" }, h("h1", { class: "unseen" }, "Consumer groups"),
        this.#trouble, h("div", { class: "toolbar" }, filter), this.#note, this.#table.node);
    this.#poll = new Poll(() => api.listGroups(this.#filter, SHOWN), (answer) => this.#accept(answer),
        (problem) => fill(this.#trouble, problemBox(problem)));
  }

  close() {
    this.#poll.close();
  }

  update() {
    // The element polls by itself.
  }

  #accept(answer) {
    fill(this.#trouble);
    this.#groups = answer.groups;
    this.#more = answer.next !== null;
    this.#draw();
  }

  #draw() {
    if (this.#groups === null) return;
    const shown = this.#groups.filter((group) => group.group.toLowerCase().includes(this.#filter));
    fill(this.#note, this.#more ? `The first ${count(SHOWN)} are shown; the filter finds others.` : "");
    this.#table.update(shown, this.#groups.length === 0 && this.#filter === ""
      ? "There are no consumer groups yet. A Kafka consumer with a group.id makes one, and so does ?group= on a stream."
      : `No group has “${this.#filter}” in its name.`);
  }
}
