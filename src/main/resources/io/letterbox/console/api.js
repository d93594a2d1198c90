// The HTTP API of the server, as the console uses it.

import { parse as parseExactly, stringify } from "./json.js";

/** The prefix of the server's paths: a proxy may serve it below a path of its own. */
const ROOT = new URL("../", import.meta.url);

/** The URL of a path of the server, which is given without a leading slash. */
export const address = (path) => new URL(path, ROOT).href;

/** A refusal: a problem document (RFC 9457), or the closest equivalent. */
export class Problem extends Error {
  constructor({ status, title, detail, code, position }) {
    super(detail ?? title);
    this.name = "Problem";
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.code = code;
    this.position = position;
  }
}

const JSON_TYPE = "application/json";
const TIMEOUT_MS = 15_000;

async function request(method, path, { body, headers, signal, timeoutMs = TIMEOUT_MS } = {}) {
  let response;
  try {
    const limit = AbortSignal.timeout(timeoutMs);
    response = await fetch(address(path), { method, body, headers, signal: signal ? AbortSignal.any([signal, limit]) : limit, cache: "no-store" });
  } catch (error) {
    if (signal?.aborted) throw error;
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
    position: document?.position,
  });
}

function parse(text) {
  try {
    return parseExactly(text);
  } catch {
    return null;
  }
}

const topicPath = (topic) => `topics/${encodeURIComponent(topic)}`;

function query(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

function sendJson(method, path, document) {
  return request(method, path, { body: stringify(document), headers: { "content-type": JSON_TYPE } });
}

export const overview = () => request("GET", "console/api/overview");

export const describeTopic = (topic) => request("GET", topicPath(topic));

export const createTopic = (topic, document) => sendJson("PUT", topicPath(topic), document);

export const changeTopic = (topic, document) => sendJson("PATCH", topicPath(topic), document);

export const deleteTopic = (topic) => request("DELETE", topicPath(topic));

/**
 * Records of all partitions or of one by time, or those that pass a filter: {where, order, partition, offset, time,
 * cursor, limit}. The answer's cursor names the position to go on from.
 */
export const scanRecords = (topic, parameters, signal) =>
  request("GET", `${topicPath(topic)}/records${query(parameters)}`, { signal });

/** Publishes one record; headers is a list of [name, value]. */
export function publish(topic, { value, key, partition, contentType, headers }) {
  const sent = new Headers({ "content-type": contentType });
  for (const [name, text] of headers) appendHeader(sent, name, text);
  return request("POST", topicPath(topic) + query({ key, partition }), { body: value, headers: sent });
}

/** Publishes a record with a key and without a value, after which compaction removes the key. */
export function publishTombstone(topic, { key, partition, headers = [] }) {
  const sent = new Headers();
  for (const [name, text] of headers) appendHeader(sent, name, text);
  return request("DELETE", `${topicPath(topic)}/records?${new URLSearchParams({ key, ...(partition ? { partition } : {}) })}`, { headers: sent });
}

/** HTTP headers carry ASCII without blanks at their ends; everything else is sent in the notation of RFC 8187. */
function appendHeader(sent, name, text) {
  const plain = /^([\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?)?$/.test(text);
  const encoded = () => `UTF-8''${encodeURIComponent(text.toWellFormed()).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`;
  sent.append(`letterbox-header-${name}${plain ? "" : "*"}`, plain ? text : encoded());
}

/** The URL of a topic's stream. */
export const eventsUrl = (topic, parameters) => address(`${topicPath(topic)}/events${query(parameters)}`);

const groupPath = (group) => `groups/${encodeURIComponent(group)}`;

/** A page of groups whose ids contain a text, or that read a topic; `next` tells whether there are more. */
export const listGroups = (search, limit, topic) => request("GET", `groups${query({ limit, search, topic })}`);

export const describeGroup = (group) => request("GET", groupPath(group));

/** Sets offsets: a list of {topic, partition, offset | to | shift}; with dryRun only reports the changes. */
export const setOffsets = (group, offsets, dryRun) =>
  sendJson("PUT", `${groupPath(group)}/offsets${query({ dryRun: dryRun ? "true" : null })}`, { offsets });

export const deleteGroup = (group) => request("DELETE", groupPath(group));

/** The open connections: Kafka clients and subscribers. */
export const listConnections = () => request("GET", "console/api/connections");

/** The nodes and shards of the cluster. */
export const cluster = () => request("GET", "cluster");

/** The OpenAPI description of the HTTP API. */
export const describeApi = () => request("GET", "openapi.json");
