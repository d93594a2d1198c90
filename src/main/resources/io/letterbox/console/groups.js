// All consumer groups, also those that nobody is in: they are the ones that fall behind.

import * as api from "/console/api.js";
import { fill, h, problemBox } from "/console/dom.js";
import { count } from "/console/format.js";
import { Poll, RowTable } from "/console/rows.js";

const COLUMNS = [
  { text: "Group", value: (g) => g.group, href: (g) => `#/groups/${encodeURIComponent(g.group)}` },
  { text: "State", value: (g) => g.state },
  { text: "Protocol", kind: "wide", value: (g) => g.type },
  { text: "Members", kind: "number", value: (g) => count(g.members) },
  { text: "Topics", kind: "wide", value: (g) => g.topics.join(", ") },
  { text: "Lag", kind: "number", value: (g) => count(g.lag) },
];

export class GroupsView {
  #groups = null;
  #filter = "";
  #trouble = h("div");
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
      },
    });
    this.node = h("div", { class: "view" }, h("h1", { class: "unseen" }, "Consumer groups"),
        this.#trouble, h("div", { class: "toolbar" }, filter), this.#table.node);
    this.#poll = new Poll(() => api.listGroups(), (answer) => this.#accept(answer.groups),
        (problem) => fill(this.#trouble, problemBox(problem)));
  }

  close() {
    this.#poll.close();
  }

  update() {
    // It asks for itself.
  }

  #accept(groups) {
    fill(this.#trouble);
    this.#groups = groups;
    this.#draw();
  }

  #draw() {
    if (this.#groups === null) return;
    const shown = this.#groups.filter((group) => group.group.toLowerCase().includes(this.#filter));
    this.#table.update(shown, this.#groups.length === 0
      ? "There are no consumer groups yet. A Kafka consumer with a group.id makes one, and so does ?group= on a stream."
      : `None of ${count(this.#groups.length)} groups has “${this.#filter}” in its name.`);
  }
}
