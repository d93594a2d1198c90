// The HTTP API of the server, as the console uses it.

/** A refusal: a problem document (RFC 9457), or what comes nearest to one. */
export class Problem extends Error {
  constructor({ status, title, detail, code }) {
    super(detail ?? title);
    this.name = "Problem";
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.code = code;
  }
}

const JSON_TYPE = "application/json";
const TIMEOUT_MS = 15_000;

async function request(method, path, { body, headers, timeoutMs = TIMEOUT_MS } = {}) {
  let response;
  try {
    response = await fetch(path, { method, body, headers, signal: AbortSignal.timeout(timeoutMs), cache: "no-store" });
  } catch (error) {
    const slow = error.name === "TimeoutError";
    throw new Problem({
      status: 0,
      title: slow ? "No answer" : "The server cannot be reached",
      detail: slow ? `Nothing came within ${timeoutMs / 1000} s.` : "Is it running? The console goes on trying.",
    });
  }
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  const document = type.includes("json") ? parse(text) : null;
  if (response.ok) return document;
  throw new Problem({
    status: response.status,
    title: document?.title ?? `HTTP ${response.status}`,
    detail: document?.detail ?? text.slice(0, 500),
    code: document?.code,
  });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const topicPath = (topic) => `/topics/${encodeURIComponent(topic)}`;

function query(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

function sendJson(method, path, document) {
  return request(method, path, { body: JSON.stringify(document), headers: { "content-type": JSON_TYPE } });
}

export const overview = () => request("GET", "/console/api/overview");

export const describeTopic = (topic) => request("GET", topicPath(topic));

export const createTopic = (topic, document) => sendJson("PUT", topicPath(topic), document);

export const changeTopic = (topic, document) => sendJson("PATCH", topicPath(topic), document);

export const deleteTopic = (topic) => request("DELETE", topicPath(topic));

/** A page of records of one partition: {partition, offset} or {partition, time}, and a limit. */
export const readRecords = (topic, parameters) => request("GET", `${topicPath(topic)}/records${query(parameters)}`);

/** Publishes one record; headers is a list of [name, value]. */
export function publish(topic, { value, key, partition, contentType, headers }) {
  const sent = new Headers({ "content-type": contentType });
  for (const [name, text] of headers) sent.append(`letterbox-header-${name}`, text);
  return request("POST", topicPath(topic) + query({ key, partition }), { body: value, headers: sent });
}

/** The URL of a topic's stream. */
export const eventsUrl = (topic, parameters) => `${topicPath(topic)}/events${query(parameters)}`;

const groupPath = (group) => `/groups/${encodeURIComponent(group)}`;

/** A page of groups whose names contain something; `next` tells whether there are more. */
export const listGroups = (search, limit) => request("GET", `/groups${query({ limit, search })}`);

export const describeGroup = (group) => request("GET", groupPath(group));

/** Sets offsets: a list of {topic, partition, offset | to | shift}; with dryRun only says what it would do. */
export const setOffsets = (group, offsets, dryRun) =>
  sendJson("PUT", `${groupPath(group)}/offsets${query({ dryRun: dryRun ? "true" : null })}`, { offsets });

export const deleteGroup = (group) => request("DELETE", groupPath(group));

/** Who is connected: Kafka clients and subscribers. */
export const listConnections = () => request("GET", "/console/api/connections");
