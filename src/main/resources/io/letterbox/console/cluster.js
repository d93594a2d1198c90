// The cluster: what is wrong, its nodes, and who leads and follows what.

import * as api from "./api.js";
import { fill, h, problemBox, setText } from "./dom.js";
import { bytes, count, duration, plural, time } from "./format.js";
import { Poll, RowTable } from "./rows.js";

const NODE_COLUMNS = [
  { text: "Node", value: (n) => n.id },
  { text: "Address", value: (n) => `${n.httpHost}:${n.httpPort}` },
  { text: "State", value: (n) => (n.reachable ? (n.ready ? "ready" : "not ready") : "no answer") },
  { text: "Rack", kind: "wide", value: (n) => n.rack ?? "–" },
  { text: "Version", kind: "wide", value: (n) => n.serverVersion ?? "–" },
  { text: "Since", kind: "wide", value: (n) => (n.startedMs === undefined ? "–" : time(n.startedMs)) },
  { text: "Disk free", kind: "number", value: (n) => (n.diskFreeBytes === undefined ? "–" : bytes(n.diskFreeBytes)) },
  { text: "Leads", kind: "number", value: (n) => count(n.leaders) },
  { text: "Replicas", kind: "number", value: (n) => count(n.replicas) },
];

/** What a cell of the picture says, and its class. */
const STATES = {
  leading: ["leads", "leads"],
  in_sync: ["in sync", "good"],
  behind: ["behind", "warn"],
  copying: ["copying", "warn"],
  silent: ["silent", "bad"],
  closed: ["not open", "bad"],
  unknown: ["unknown", "warn"],
};

export class ClusterView {
  #trouble = h("div");
  #facts = h("p", { class: "note", id: "cluster-facts" });
  #problems = h("ul", { class: "cluster-problems", id: "cluster-problems" });
  #nodes = new RowTable("Nodes", NODE_COLUMNS, (node) => String(node.id));
  #picture = h("div", { class: "card flush" });
  #drawn = "";
  #poll;
  node;

  constructor() {
    this.node = h("div", { class: "view" }, h("h1", { class: "unseen" }, "Cluster"), this.#trouble, this.#facts, this.#problems,
        h("h2", null, "Nodes"), this.#nodes.node, h("h2", null, "Shards"), this.#picture);
    this.#poll = new Poll(() => api.cluster(), (answer) => this.#accept(answer),
        (problem) => fill(this.#trouble, problemBox(problem)));
  }

  close() {
    this.#poll.close();
  }

  update() {
    // The element polls by itself.
  }

  #accept({ nodes, shards = [], problems = [], controller }) {
    fill(this.#trouble);
    const decides = controller === undefined ? "nobody decides on changes" : `node ${controller} decides on changes`;
    const well = problems.length === 0 ? "all is well" : plural(problems.length, "problem");
    setText(this.#facts, `${plural(nodes.length, "node")}, ${plural(shards.length, "shard")}; ${decides}; ${well}`);
    const drawn = JSON.stringify([problems, shards, nodes.map((node) => node.id)]);
    this.#nodes.update(nodes, "No node has registered yet.");
    // What has not changed keeps focus and selection.
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    fill(this.#problems, problems.map((text) => h("li", null, text)));
    fill(this.#picture, picture(nodes, shards));
  }
}

/** A row for each shard, a column for each node. */
function picture(nodes, shards) {
  const head = h("tr", null, h("th", { scope: "col" }, "Shard"), nodes.map((node) => h("th", { scope: "col" }, `Node ${node.id}`)),
      h("th", { scope: "col", class: "number wide" }, "Term"), h("th", { scope: "col", class: "number" }, "In sync"));
  const rows = shards.map((shard) => h("tr", { "data-key": String(shard.id) }, h("th", { scope: "row" }, String(shard.id)),
      nodes.map((node) => cell(shard.replicas.find((replica) => replica.node === node.id))),
      h("td", { class: "number wide" }, count(shard.term)),
      h("td", { class: "number" }, `${shard.inSync} of ${shard.replicas.length}`)));
  return h("table", { class: "rows cluster-picture" }, h("caption", { class: "unseen" }, "Who leads and follows which shard"),
      h("thead", null, head), h("tbody", null, rows));
}

function cell(replica) {
  if (replica === undefined) return h("td", null, "");
  const [text, kind] = STATES[replica.state] ?? [replica.state, "warn"];
  const lag = replica.state !== "behind" ? "" : replica.lagMs === undefined
    ? ` by ${plural(replica.lagEntries ?? 0, "entry", "entries")}`
    : ` by ${duration(replica.lagMs / 1000)}`;
  return h("td", null, h("span", { class: `replica ${kind}` }, text + lag));
}
