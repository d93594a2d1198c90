// One consumer group: its lag, its members and their partitions, and the reset of its offsets.

import * as api from "./api.js";
import { Chart, LAG } from "./chart.js";
import { confirmDialog } from "./dialogs.js";
import { field, fill, h, problemBox, select, setText, toast } from "./dom.js";
import { count, duration, now, plural, zone } from "./format.js";
import { whole } from "./json.js";
import { HISTORY } from "./overview.js";
import { Poll, RowTable } from "./rows.js";

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
  #series = { times: [], lag: [], seconds: [] };
  #chartHost = h("div");
  #chart = new Chart(LAG, this.#chartHost, 120);
  #facts = h("p", { class: "facts-line" });
  #trouble = h("div");
  #rest = h("div", { class: "view" });
  #offsets = new RowTable("Offsets", OFFSETS, place);
  #members = new RowTable("Members", MEMBERS, (member) => member.memberId);
  #reset;

  constructor(overview, name) {
    this.name = name;
    this.#reset = new ResetForm(overview, name, () => this.#poll.now());
    const remove = h("button", { type: "button", class: "danger", id: "delete-group", onclick: () => this.#delete() }, "Delete this group");
    this.node = h("div", { class: "view" },
        h("section", { class: "card", "aria-label": "Lag" }, h("h1", { class: "topic-name" }, name), this.#facts, this.#chartHost),
        this.#trouble, this.#rest);
    fill(this.#rest,
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
    // The element polls by itself.
  }

  #accept(group) {
    fill(this.#trouble);
    this.#rest.hidden = this.#chartHost.hidden = false;
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
    // Hides the actions if the group does not exist.
    if (problem.status === 404) this.#rest.hidden = this.#chartHost.hidden = true;
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

/** Topics that are suggested while a name is typed. */
const OFFERED = 100;

/** Resets the group's offsets: shows the changes first, and then makes exactly these. */
class ResetForm {
  #overview;
  #group;
  #changed;
  #trouble = h("div");
  #preview = h("div", { role: "status" });
  #topic = h("input", { type: "text", id: "reset-topic", placeholder: "all that the group has read", autocomplete: "off", spellcheck: false });
  #offered = h("datalist", { id: "reset-topics" });
  #partition = select([["", "all"]], "", () => this.#forget());
  #goal = select(GOALS, "earliest", () => this.#fit());
  #time = h("input", { type: "datetime-local", step: "1", id: "reset-time" });
  #number = h("input", { type: "text", inputMode: "numeric", id: "reset-number", autocomplete: "off" });
  #timeField = field(`From (${zone()})`, this.#time);
  #numberField = field("Number", this.#number, "Negative goes back.");
  #apply = h("button", { type: "button", class: "primary", id: "reset-apply", disabled: true, onclick: () => this.#move() }, "Move the group");
  #known = [];
  /** The offsets of the preview, as the request needs them; null after a change of the form. */
  #shown = null;
  node;

  constructor(overview, group, changed) {
    this.#overview = overview;
    this.#group = group;
    this.#changed = changed;
    this.#topic.setAttribute("list", this.#offered.id);
    this.#partition.id = "reset-partition";
    this.#goal.id = "reset-goal";
    this.#topic.addEventListener("input", () => this.#fit());
    for (const input of [this.#time, this.#number]) input.addEventListener("input", () => this.#forget());
    const show = h("button", { type: "submit", id: "reset-preview" }, "Show what would change");
    this.node = h("form", { class: "card form", onsubmit: (event) => (event.preventDefault(), this.#look()) },
        h("h2", null, "Reset"),
        h("p", { class: "hint" }, "Where the group goes on reading. It must have no members meanwhile: they would not notice."),
        h("div", { class: "columns" }, field("Topic", this.#topic, "Also one that it has not read yet."), this.#offered,
            field("Partition", this.#partition), field("To", this.#goal), this.#timeField, this.#numberField),
        this.#trouble, this.#preview, h("div", { class: "actions" }, show, this.#apply));
    this.#fit();
  }

  /** Updates the topics and partitions from the group's offsets. */
  show(group) {
    this.#known = [...new Set(group.offsets.map((offset) => offset.topic))];
    this.#offer();
    this.#fitPartitions();
  }

  #offer() {
    const typed = this.#topic.value.toLowerCase();
    const names = new Set(this.#known);
    for (const name of this.#overview.topics.keys()) {
      if (names.size >= OFFERED) break;
      if (name.toLowerCase().includes(typed)) names.add(name);
    }
    if (this.#offered.dataset.names === [...names].join()) return;
    this.#offered.dataset.names = [...names].join();
    fill(this.#offered, [...names].map((name) => h("option", { value: name })));
  }

  #fit() {
    this.#forget();
    this.#offer();
    this.#fitPartitions();
    const goal = this.#goal.value;
    this.#timeField.hidden = goal !== "time";
    this.#numberField.hidden = goal !== "offset" && goal !== "shift";
  }

  #fitPartitions() {
    const count = this.#overview.topics.get(this.#topic.value.trim())?.partitions ?? 0;
    if (this.#partition.options.length === count + 1) return;
    options(this.#partition, [["", "all"], ...Array.from({ length: count }, (unused, number) => [number, number])]);
    this.#partition.disabled = count === 0;
  }

  /** Discards the preview, because the form has changed. */
  #forget() {
    this.#shown = null;
    this.#apply.disabled = true;
    fill(this.#preview);
    fill(this.#trouble);
  }

  /** One entry of the request's offsets, or a sentence about what is missing. */
  #entry() {
    const entry = {};
    const topic = this.#topic.value.trim();
    if (topic) entry.topic = topic;
    if (this.#partition.value) entry.partition = Number(this.#partition.value);
    const goal = this.#goal.value;
    if (goal === "time") {
      if (!this.#time.value) return "Choose a time.";
      entry.to = new Date(this.#time.value).toISOString();
    } else if (goal === "earliest" || goal === "latest") entry.to = goal;
    else {
      const number = this.#number.value.trim();
      if (!/^-?\d{1,19}$/.test(number)) return "Give a whole number.";
      if (goal === "offset" && entry.partition === undefined) return "An offset belongs to one partition: choose which.";
      entry[goal] = whole(number);
    }
    return entry;
  }

  async #look() {
    this.#forget();
    const entry = this.#entry();
    if (typeof entry === "string") {
      fill(this.#trouble, problemBox({ title: "Something is missing", detail: entry }));
      return;
    }
    try {
      const answer = await api.setOffsets(this.#group, [entry], true);
      const changes = answer.offsets.filter((change) => change.before !== change.offset);
      const same = answer.offsets.length - changes.length;
      const rest = same === 0 ? "" : `${plural(same, "partition")} ${same === 1 ? "is" : "are"} there already.`;
      if (changes.length === 0) {
        fill(this.#preview, h("p", { id: "reset-nothing" }, `Nothing would change. ${rest}`));
        return;
      }
      this.#shown = changes.map(({ topic, partition, offset }) => ({ topic, partition, offset }));
      this.#apply.disabled = false;
      this.#tell("This would change:", changes, rest);
    } catch (problem) {
      fill(this.#trouble, problemBox(problem));
    }
  }

  /** Makes the changes of the preview, whatever has been appended meanwhile. */
  async #move() {
    const offsets = this.#shown;
    if (offsets === null) return;
    this.#apply.disabled = true;
    try {
      const answer = await api.setOffsets(this.#group, offsets, false);
      this.#shown = null;
      this.#tell("This has changed:", answer.offsets, "");
      toast("The group was moved.");
      this.#changed();
    } catch (problem) {
      this.#forget();
      fill(this.#trouble, problemBox(problem));
    }
  }

  #tell(title, changes, rest) {
    const lines = changes.map((change) => h("li", null, `${place(change)}: ${known(change.before)} → ${count(change.offset)}`));
    fill(this.#preview, h("p", null, title), h("ul", { id: "reset-changes" }, lines), rest ? h("p", { class: "hint" }, rest) : null);
  }
}

/** Replaces a drop-down's options, and keeps the selection if it is still among them. */
function options(node, pairs) {
  const chosen = node.value;
  fill(node, pairs.map(([value, text]) => h("option", { value: String(value) }, String(text))));
  if (pairs.some(([value]) => String(value) === chosen)) node.value = chosen;
}
