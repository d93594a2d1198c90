// The consumer groups that read a topic or have committed offsets of it.

import * as api from "./api.js";
import { fill, h, problemBox } from "./dom.js";
import { count } from "./format.js";
import { Poll, RowTable } from "./rows.js";

const COLUMNS = [
  { text: "Group", value: (g) => g.group, href: (g) => `#/groups/${encodeURIComponent(g.group)}` },
  { text: "State", value: (g) => g.state },
  { text: "Protocol", kind: "wide", value: (g) => g.type },
  { text: "Members", kind: "number", value: (g) => count(g.members) },
  { text: "Lag, all its topics", kind: "number", value: (g) => count(g.lag) },
];

const SHOWN = 200;

export class ConsumersPanel {
  #trouble = h("div");
  #table = new RowTable("Consumer groups of this topic", COLUMNS, (group) => group.group);
  #note = h("p", { class: "hint" });
  #poll;
  node;

  constructor(topic) {
    this.node = h("div", null, this.#trouble, this.#table.node, this.#note);
    this.#poll = new Poll(() => api.listGroups("", SHOWN, topic.name), (answer) => this.#accept(answer),
        (problem) => fill(this.#trouble, problemBox(problem)));
  }

  close() {
    this.#poll.close();
  }

  #accept(answer) {
    fill(this.#trouble);
    this.#table.update(answer.groups, "No group has read anything of this topic. Streams without ?group= and consumers that commit nothing are under Connections.");
    fill(this.#note, answer.next === null ? "" : `The first ${count(SHOWN)} are shown.`);
  }
}
