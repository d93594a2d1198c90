// The dialogs for creating a topic, and for deleting one after its name was typed.

import * as api from "./api.js";
import { field, fill, h, problemBox, toast } from "./dom.js";
import { plural } from "./format.js";

const NAME = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;

/** Shows a dialog with a form; act() may throw a problem, which is shown in it. Resolves to act's value, or null. */
function ask({ title, content, submitText, danger, act, valid }) {
  const trouble = h("div");
  const submit = h("button", { class: danger ? "danger" : "primary", type: "submit" }, submitText);
  const cancel = h("button", { type: "button" }, "Cancel");
  const form = h("form", { method: "dialog" }, content, trouble, h("div", { class: "actions" }, cancel, submit));
  const dialog = h("dialog", { "aria-labelledby": "dialog-title" }, h("h2", { id: "dialog-title" }, title), form);
  const check = () => (submit.disabled = !valid());
  return new Promise((resolve) => {
    let result = null;
    form.addEventListener("input", check);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (submit.disabled) return;
      submit.disabled = true;
      fill(trouble);
      try {
        result = await act();
        dialog.close();
      } catch (error) {
        fill(trouble, problemBox(error));
        check();
      }
    });
    cancel.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(result);
    });
    document.body.append(dialog);
    check();
    dialog.showModal();
  });
}

/** Asks for a new topic's name, partitions and most important settings; resolves to its name or null. */
export function createDialog(overview) {
  const name = h("input", { type: "text", id: "new-topic-name", required: true, maxLength: 249, autocomplete: "off", spellcheck: false });
  const partitions = h("input", { type: "number", id: "new-topic-partitions", min: 1, value: "1", required: true });
  const days = h("input", { type: "number", id: "new-topic-days", min: 0, step: "any", placeholder: "server's default" });
  const compacted = h("input", { type: "checkbox", id: "new-topic-compacted" });
  const content = [
    field("Name", name, "Letters, digits, dot, hyphen and underscore, at most 249."),
    field("Partitions", partitions, "Order holds within a partition. They can be added later, not removed."),
    field("Keep records for, in days", days, "0 keeps them for ever."),
    field("Keep the last record of each key (compaction)", compacted, null, "inline"),
  ];
  const act = async () => {
    const config = {};
    if (days.value !== "") {
      const value = Number(days.value);
      config["retention.ms"] = String(value === 0 ? -1 : Math.max(1, Math.round(value * 86_400_000)));
    }
    if (compacted.checked) config["cleanup.policy"] = days.value === "" ? "compact" : "compact,delete";
    await api.createTopic(name.value, { partitions: Number(partitions.value), config });
    await overview.refresh();
    toast(`Created ${name.value}.`);
    return name.value;
  };
  const valid = () => NAME.test(name.value) && partitions.checkValidity() && days.checkValidity();
  return ask({ title: "Create a topic", content, submitText: "Create", danger: false, act, valid });
}

/** Deletes a topic after its name was typed; resolves to true if it was deleted. */
export async function deleteDialog(overview, topic, records) {
  const typed = h("input", { type: "text", id: "confirm-name", autocomplete: "off", spellcheck: false });
  const content = [
    h("p", null, "This deletes the topic and its ", h("strong", null, plural(records, "record")), " for good. Subscribers are disconnected."),
    field(`Type “${topic}” to confirm`, typed),
  ];
  const act = async () => {
    await api.deleteTopic(topic);
    await overview.refresh();
    toast(`Deleted ${topic}.`);
    return true;
  };
  const valid = () => typed.value === topic;
  const options = { title: `Delete ${topic}?`, content, submitText: "Delete", danger: true, act, valid };
  return (await ask(options)) === true;
}

/** Asks for confirmation; resolves to true if act() was done. */
export async function confirmDialog(title, text, submitText, act) {
  const done = async () => {
    await act();
    return true;
  };
  return (await ask({ title, content: [h("p", null, text)], submitText, danger: true, act: done, valid: () => true })) === true;
}
