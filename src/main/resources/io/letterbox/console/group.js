// One consumer group: how far it is behind, who reads what, and where to put it.

import * as api from "/console/api.js";
import { Chart, LAG } from "/console/chart.js";
import { confirmDialog } from "/console/dialogs.js";
import { field, fill, h, problemBox, select, setText, toast } from "/console/dom.js";
import { count, duration, now, plural } from "/console/format.js";
import { HISTORY } from "/console/overview.js";
import { Poll, RowTable } from "/console/rows.js";

const place = (partition) => `${partition.topic}/${partition.partition}`;
const known = (n) => (n === null || n === undefined ? "–" : count(n));

const OFFSETS = [
  { text: "Partition", value: place },
  { text: "Committed", kind: "number", value: (o) => known(o.offset) },
  { text: "End", kind: "number wide", value: (o) => known(o.highWatermark) },
  { text: "Lag", kind: "number", value: (o) => known(o.lag) },
  { text: "Waits for", kind: "number", value: (o) => duration(o.lagSeconds) },
  { text: "Read by", kind: "wide", value: (o) => o.memberId ?? "nobody" },
];

const MEMBERS = [
  { text: "Member", value: (m) => m.instanceId ?? m.memberId },
  { text: "Client", value: (m) => m.clientId },
  { text: "Host", kind: "wide", value: (m) => m.host },
  { text: "Reads", value: (m) => m.assignment.map(place).join(", ") || "nothing" },
];

export class GroupView {
  name;
  node;
  #poll;
  #group = null;
  #series = { times: [], lag: [], seconds: [] };
  #chartHost = h("div");
  #chart = new Chart(LAG, this.#chartHost, 120);
  #facts = h("p", { class: "facts-line" });
  #trouble = h("div");
  #offsets = new RowTable("Offsets", OFFSETS, place);
  #members = new RowTable("Members", MEMBERS, (member) => member.memberId);
  #reset;

  constructor(name) {
    this.name = name;
    this.#reset = new ResetForm(name, () => this.#poll.now());
    const remove = h("button", { type: "button", class: "danger", id: "delete-group", onclick: () => this.#delete() }, "Delete this group");
    this.node = h("div", { class: "view" },
        h("section", { class: "card", "aria-label": "Lag" }, h("h1", { class: "topic-name" }, name), this.#facts, this.#chartHost),
        this.#trouble,
        h("h2", null, "Partitions"), this.#offsets.node,
        h("h2", null, "Members"), this.#members.node,
        this.#reset.node,
        h("section", { class: "card form" }, h("h2", null, "Delete"),
            h("p", { class: "hint" }, "Forgets the group and its offsets. It must have no members."), h("div", { class: "actions" }, remove)));
    this.#poll = new Poll(() => api.describeGroup(name), (group) => this.#accept(group), (problem) => this.#refuse(problem));
  }

  close() {
    this.#poll.close();
    this.#chart.close();
  }

  update() {
    // It asks for itself.
  }

  #accept(group) {
    fill(this.#trouble);
    this.#group = group;
    this.#series.times.push(now());
    this.#series.lag.push(group.lag);
    this.#series.seconds.push(group.lagSeconds);
    if (this.#series.times.length > HISTORY) Object.values(this.#series).forEach((values) => values.shift());
    this.#chart.update(this.#series.times, this.#series.lag, this.#series.seconds);
    const behind = `${plural(group.lag, "record")} behind${group.lag > 0 ? `, the oldest for ${duration(group.lagSeconds)}` : ""}`;
    setText(this.#facts, `${group.state} · ${group.type} protocol${group.protocol ? `, ${group.protocol}` : ""} · ${behind}`);
    this.#offsets.update(group.offsets, "Nothing has been committed, and nobody reads anything.");
    this.#members.update(group.members, "The group has no members now. Its offsets are kept for a while.");
    this.#reset.show(group);
  }

  #refuse(problem) {
    fill(this.#trouble, problemBox(problem));
  }

  async #delete() {
    const question = `Delete the group ${this.name}?`;
    const text = "Its members would begin anew, at the end or the beginning of their topics.";
    if (await confirmDialog(question, text, "Delete", () => api.deleteGroup(this.name))) {
      toast(`Deleted ${this.name}.`);
      location.hash = "#/groups";
    }
  }
}

const GOALS = [
  ["earliest", "the first record there is"],
  ["latest", "behind the last record"],
  ["time", "the first record from a time on"],
  ["offset", "an offset"],
  ["shift", "so many records from where it is"],
];

/** Puts the group elsewhere; says first what would change. */
class ResetForm {
  #group;
  #changed;
  #trouble = h("div");
  #preview = h("div");
  #topic = select([], "", () => this.#fit());
  #partition = select([], "", () => this.#fit());
  #goal = select(GOALS, "earliest", () => this.#fit());
  #time = h("input", { type: "datetime-local", step: "1", id: "reset-time" });
  #number = h("input", { type: "number", step: "1", id: "reset-number" });
  #timeField = field("From", this.#time);
  #numberField = field("Number", this.#number, "Negative goes back.");
  #apply = h("button", { type: "submit", class: "primary", id: "reset-apply" }, "Move the group");
  #places = "";
  #offsets = [];
  node;

  constructor(group, changed) {
    this.#group = group;
    this.#changed = changed;
    this.#topic.id = "reset-topic";
    this.#partition.id = "reset-partition";
    this.#goal.id = "reset-goal";
    const show = h("button", { type: "button", id: "reset-preview", onclick: () => this.#send(true) }, "Show what would change");
    this.node = h("form", { class: "card form", onsubmit: (event) => this.#submit(event) },
        h("h2", null, "Reset"),
        h("p", { class: "hint" }, "Where the group goes on reading. It must have no members meanwhile: they would not notice."),
        h("div", { class: "columns" }, field("Topic", this.#topic), field("Partition", this.#partition), field("To", this.#goal),
            this.#timeField, this.#numberField),
        this.#trouble, this.#preview, h("div", { class: "actions" }, this.#apply, show));
    this.#fit();
  }

  /** Offers what the group has offsets of. */
  show(group) {
    this.#offsets = group.offsets;
    const places = group.offsets.map(place).join("|");
    if (places === this.#places) return;
    this.#places = places;
    const topics = [...new Set(group.offsets.map((offset) => offset.topic))];
    options(this.#topic, [["", "all"], ...topics.map((topic) => [topic, topic])]);
    this.#fit();
  }

  #fit() {
    const topic = this.#topic.value;
    const partitions = this.#offsets.filter((offset) => offset.topic === topic).map((offset) => offset.partition);
    options(this.#partition, [["", "all"], ...partitions.map((number) => [number, number])]);
    this.#partition.disabled = topic === "";
    const goal = this.#goal.value;
    this.#timeField.hidden = goal !== "time";
    this.#numberField.hidden = goal !== "offset" && goal !== "shift";
  }

  /** One entry of the request's offsets, or a sentence about what is missing. */
  #entry() {
    const entry = {};
    if (this.#topic.value) entry.topic = this.#topic.value;
    if (this.#partition.value) entry.partition = Number(this.#partition.value);
    const goal = this.#goal.value;
    if (goal === "time") {
      if (!this.#time.value) return "Choose a time.";
      entry.to = new Date(this.#time.value).toISOString();
    } else if (goal === "earliest" || goal === "latest") entry.to = goal;
    else {
      if (this.#number.value === "") return "Give a number.";
      if (goal === "offset" && entry.partition === undefined) return "An offset belongs to one partition: choose which.";
      entry[goal] = Number(this.#number.value);
    }
    return entry;
  }

  #submit(event) {
    event.preventDefault();
    this.#send(false);
  }

  async #send(dryRun) {
    fill(this.#trouble);
    const entry = this.#entry();
    if (typeof entry === "string") {
      fill(this.#trouble, problemBox({ title: "Something is missing", detail: entry }));
      return;
    }
    this.#apply.disabled = true;
    try {
      const answer = await api.setOffsets(this.#group, [entry], dryRun);
      const changes = answer.offsets.map((change) => h("li", null, `${place(change)}: ${known(change.before)} → ${count(change.offset)}`));
      fill(this.#preview, h("p", null, dryRun ? "This would change:" : "This has changed:"), h("ul", { id: "reset-changes" }, changes));
      if (!dryRun) toast("The group was moved.");
      this.#changed();
    } catch (problem) {
      fill(this.#preview);
      fill(this.#trouble, problemBox(problem));
    } finally {
      this.#apply.disabled = false;
    }
  }
}

/** Exchanges a drop-down's options, and keeps what was chosen where it is still offered. */
function options(node, pairs) {
  const chosen = node.value;
  fill(node, pairs.map(([value, text]) => h("option", { value: String(value) }, String(text))));
  if (pairs.some(([value]) => String(value) === chosen)) node.value = chosen;
}
