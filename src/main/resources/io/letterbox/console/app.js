// The frame of the page: the view that is shown, whether the server answers, and its warnings.

import { ApiView } from "./apidoc.js";
import { ClusterView } from "./cluster.js";
import { ConnectionsView } from "./connections.js";
import { fill, h, setText } from "./dom.js";
import { GroupView } from "./group.js";
import { GroupsView } from "./groups.js";
import { Overview } from "./overview.js";
import { TopicsView } from "./topics.js";
import { TopicView } from "./topic.js";

const overview = new Overview();
const main = document.getElementById("main");
const connection = document.getElementById("connection");
let view = null;

/** The entries of the navigation: the view of all items, and of one by name. */
const PLACES = {
  topics: { all: () => new TopicsView(overview), one: (name, tab) => new TopicView(overview, name, tab) },
  groups: { all: () => new GroupsView(), one: (name) => new GroupView(overview, name) },
  connections: { all: () => new ConnectionsView() },
  cluster: { all: () => new ClusterView() },
  api: { all: () => new ApiView() },
};

const TITLES = { topics: "Topics", groups: "Consumer groups", connections: "Connections", cluster: "Cluster", api: "HTTP API" };

/** "#/topics/<name>/<tab>", "#/groups/<name>", "#/connections", "#/cluster", "#/api"; anything else is the list of topics. */
function route() {
  const [, kind, text, tab] = location.hash.split("?")[0].split("/");
  const place = Object.hasOwn(PLACES, kind) ? kind : "topics";
  try {
    const name = text && PLACES[place].one ? decodeURIComponent(text) : null;
    return { place, name, tab: tab || "partitions" };
  } catch {
    return { place, name: null };
  }
}

function show() {
  const { place, name, tab } = route();
  if (view instanceof TopicView && place === "topics" && view.name === name) {
    view.showTab(tab);
    return;
  }
  const first = view === null;
  view?.close();
  view = name === null ? PLACES[place].all() : PLACES[place].one(name, tab);
  fill(main, view.node);
  const here = name === null ? null : h("span", { "aria-current": "page" }, name);
  fill(document.getElementById("crumbs"), here && [h("span", { "aria-hidden": "true" }, "/"), here]);
  for (const link of document.querySelectorAll("#places a")) {
    if (link.hash === `#/${place}`) link.setAttribute("aria-current", name === null ? "page" : "true");
    else link.removeAttribute("aria-current");
  }
  document.title = name === null ? (place === "topics" ? "Letterbox" : `${TITLES[place]} · Letterbox`) : `${name} · Letterbox`;
  view.update();
  scrollTo(0, 0);
  // The element with the focus has been removed: the new view gets the focus, and is announced.
  if (first) return;
  main.focus({ preventScroll: true });
  setText(document.getElementById("announcer"), name === null ? TITLES[place] : name);
}

function showConnection() {
  const status = overview.health?.status;
  const good = overview.connected && status === "ready";
  const text = overview.connected ? (status ?? "connected") : overview.connected === null ? "Connecting…" : "No connection";
  connection.className = `state ${good ? "good" : overview.connected ? "warn" : "bad"}`;
  connection.title = overview.problem?.message ?? "";
  setText(connection, text === "ready" ? "Connected" : text);
}

function showWarnings() {
  const warnings = (overview.health?.warnings ?? []).map((warning) => warning.detail);
  if (overview.health?.reason) warnings.unshift(overview.health.reason);
  const host = document.getElementById("warnings");
  if (host.dataset.shown === JSON.stringify(warnings)) return;
  host.dataset.shown = JSON.stringify(warnings);
  const most = 5;
  const more = warnings.length > most ? h("p", null, `… and ${warnings.length - most} more, see /health/ready`) : null;
  fill(host, warnings.slice(0, most).map((text) => h("p", null, text)), more);
}

function startTheme() {
  const button = document.getElementById("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const shown = () => document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
  const name = () => {
    const other = shown() === "dark" ? "light" : "dark";
    setText(button.querySelector("span"), other === "dark" ? "Dark" : "Light");
    button.setAttribute("aria-label", `Switch to the ${other} theme`);
  };
  const kept = localStorage.getItem("letterbox.theme");
  if (kept === "dark" || kept === "light") document.documentElement.dataset.theme = kept;
  button.addEventListener("click", () => {
    const other = shown() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = other;
    localStorage.setItem("letterbox.theme", other);
    name();
    document.dispatchEvent(new Event("themechange"));
  });
  dark.addEventListener("change", name);
  name();
}

document.getElementById("skip").addEventListener("click", () => main.focus());
addEventListener("hashchange", show);
overview.addEventListener("state", () => {
  showConnection();
  view?.update();
});
overview.addEventListener("update", () => {
  showConnection();
  showWarnings();
  document.getElementById("cluster-link").hidden = !overview.clustered;
  setText(document.getElementById("version"), `Letterbox ${overview.version}`);
  view?.update();
});
startTheme();
show();
overview.start();
