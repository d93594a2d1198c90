// The HTTP API, from its OpenAPI description.

import * as api from "./api.js";
import { fill, h, problemBox } from "./dom.js";

const METHODS = ["get", "put", "post", "patch", "delete"];

export class ApiView {
  #body = h("div", { class: "view" });
  node;

  constructor() {
    this.node = h("div", { class: "view" }, h("h1", null, "HTTP API"),
        h("p", { class: "hint" }, "What programs can ask for. Errors are problem documents (RFC 9457). For generators: ",
            h("a", { href: "openapi.json" }, "openapi.json"), "."), this.#body);
    this.#load();
  }

  close() {}

  update() {
    // The description does not change while the server runs.
  }

  async #load() {
    try {
      const description = await api.describeApi();
      fill(this.#body, Object.entries(description.paths).map(([path, item]) => section(path, item, description)));
    } catch (error) {
      fill(this.#body, problemBox(error));
    }
  }
}

function section(path, item, description) {
  const resolve = (node) => (node?.$ref ? node.$ref.slice(2).split("/").reduce((at, name) => at?.[name], description) : node);
  const shared = (item.parameters ?? []).map(resolve);
  return METHODS.filter((method) => item[method]).map((method) => {
    const operation = item[method];
    const parameters = [...shared, ...(operation.parameters ?? []).map(resolve)];
    return h("details", { class: "card api" },
        h("summary", null, h("span", { class: "tag" }, method.toUpperCase()), h("code", null, path), " ", operation.summary ?? ""),
        operation.description ? h("p", null, operation.description) : null,
        parameters.length === 0 ? null : h("dl", { class: "facts" }, parameters.map((parameter) => [
          h("dt", null, `${parameter.name} (${parameter.in})`), h("dd", { class: "prose" }, parameter.description ?? "")])),
        h("dl", { class: "facts" }, Object.entries(operation.responses ?? {}).map(([status, response]) => [
          h("dt", null, status), h("dd", { class: "prose" }, resolve(response)?.description ?? "")])));
  });
}
