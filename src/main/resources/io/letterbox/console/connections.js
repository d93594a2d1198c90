// The open connections: Kafka clients, and subscribers of streams.

import * as api from "./api.js";
import { fill, h, problemBox, setText } from "./dom.js";
import { compact, count, duration, plural } from "./format.js";
import { Poll, RowTable } from "./rows.js";

const COLUMNS = [
  { text: "Client", value: (c) => c.client },
  { text: "Protocol", value: (c) => (c.door === "sse" ? "stream" : "Kafka") },
  { text: "Software", kind: "wide", value: (c) => c.software },
  { text: "From", value: (c) => (c.proxy === null ? c.host : `${c.host} through ${c.proxy}`) },
  { text: "For", kind: "number wide", value: (c) => duration(c.ageSeconds) },
  { text: "Requests", kind: "number wide", value: (c) => (c.requests === null ? "–" : compact(c.requests)) },
  { text: "Last", value: (c) => c.doing },
];

export class ConnectionsView {
  #trouble = h("div");
  #facts = h("p", { class: "note", id: "connection-count" });
  #table = new RowTable("Connections", COLUMNS, (connection) => String(connection.id));
  #poll;
  node;

  constructor() {
    this.node = h("div", { class: "view" }, h("h1", { class: "unseen" }, "Connections"), this.#trouble, this.#facts, this.#table.node);
    this.#poll = new Poll(() => api.listConnections(), (answer) => this.#accept(answer),
        (problem) => fill(this.#trouble, problemBox(problem)));
  }

  close() {
    this.#poll.close();
  }

  update() {
    // The element polls by itself.
  }

  #accept({ kafka, sse, connections }) {
    fill(this.#trouble);
    const more = connections.length < kafka + sse ? `; ${count(connections.length)} of them are listed` : "";
    setText(this.#facts, `${plural(kafka, "Kafka connection")}, ${plural(sse, "subscriber")}${more}`);
    this.#table.update(connections, "No Kafka client is connected, and nobody reads a stream.");
  }
}
