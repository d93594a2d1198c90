// Polls the server's overview every other second, and computes rates from the differences.

import * as api from "./api.js";
import { now } from "./format.js";

const POLL_MS = 2000;
const MAX_BACKOFF_MS = 15_000;

/** Five minutes of samples. */
export const HISTORY = 150;

class Series {
  times = [];
  records = [];
  bytes = [];

  push(seconds, records, bytes) {
    this.times.push(seconds);
    this.records.push(records);
    this.bytes.push(bytes);
    if (this.times.length > HISTORY) {
      this.times.shift();
      this.records.shift();
      this.bytes.shift();
    }
  }
}

/** The number of topics from which the answer is so long that it is requested less often. */
const MANY_TOPICS = 2000;
const MANY_POLL_MS = 5000;

/** The state that all views read. Events: "update" after every answer, "state" when the connection is lost or back. */
export class Overview extends EventTarget {
  /**
   * By name: {name, id, internal, partitions, appended, records, sizeBytes, quarantined, rate, byteRate, series}, see
   * history().
   */
  topics = new Map();
  total = { records: 0, sizeBytes: 0, partitions: 0, rate: null, byteRate: null, series: new Series() };
  health = null;
  version = null;
  clustered = false;
  connected = null;
  problem = null;
  #previousMs = null;
  #failures = 0;
  #timer = null;

  start() {
    // Hidden pages do not poll, and one that becomes visible should not wait.
    document.addEventListener("visibilitychange", () => this.refresh());
    addEventListener("online", () => this.refresh());
    this.refresh();
  }

  /** Polls now; the next request follows by itself. */
  async refresh() {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (document.hidden) return;
    try {
      this.#accept(await api.overview());
      this.#setConnected(true, null);
      this.#failures = 0;
    } catch (problem) {
      this.#failures++;
      this.#previousMs = null;
      this.#setConnected(false, problem);
    }
    clearTimeout(this.#timer);
    const often = this.topics.size > MANY_TOPICS ? MANY_POLL_MS : POLL_MS;
    const wait = this.#failures === 0 ? often : Math.min(POLL_MS * this.#failures, MAX_BACKOFF_MS);
    this.#timer = setTimeout(() => this.refresh(), wait);
  }

  #setConnected(connected, problem) {
    this.problem = problem;
    if (this.connected === connected) return;
    this.connected = connected;
    this.dispatchEvent(new Event("state"));
  }

  #accept(document) {
    const seconds = this.#previousMs === null ? 0 : (document.elapsedMs - this.#previousMs) / 1000;
    // The server caches its answer for a second: the same one again has nothing new.
    if (this.#previousMs === document.elapsedMs) return;
    const at = now();
    const next = new Map();
    const total = { ...this.total, records: 0, sizeBytes: 0, partitions: 0, rate: null, byteRate: null };
    for (const topic of document.topics) {
      const entry = this.#measure(topic, seconds);
      entry.series?.push(at, entry.rate, entry.byteRate);
      next.set(topic.name, entry);
      total.records += topic.records;
      total.sizeBytes += topic.sizeBytes;
      total.partitions += topic.partitions;
      if (entry.rate !== null) total.rate = (total.rate ?? 0) + entry.rate;
      if (entry.byteRate !== null) total.byteRate = (total.byteRate ?? 0) + entry.byteRate;
    }
    if (document.topics.length === 0 && seconds > 0) total.rate = total.byteRate = 0;
    total.series.push(at, total.rate, total.byteRate);
    for (const entry of next.values()) if (entry.rate > 0 && entry.series === null) entry.series = this.#begin(entry);
    this.topics = next;
    this.total = total;
    this.health = document.health;
    this.version = document.version;
    this.clustered = document.clustered === true;
    this.#previousMs = document.elapsedMs;
    this.dispatchEvent(new Event("update"));
  }

  /** Rates are null if there is nothing to compare with: the first sample, another incarnation, a shrunken log. */
  #measure(topic, seconds) {
    const before = this.topics.get(topic.name);
    const same = before !== undefined && before.id === topic.id;
    const entry = { ...topic, rate: null, byteRate: null, series: same ? before.series : null };
    if (same && seconds > 0) {
      entry.rate = Math.max(0, topic.appended - before.appended) / seconds;
      const grown = topic.sizeBytes - before.sizeBytes;
      entry.byteRate = grown >= 0 ? grown / seconds : before.byteRate;
    } else if (!same && before === undefined && seconds > 0) {
      // The topic is new since the last sample, so all of its records were appended since.
      entry.rate = topic.appended / seconds;
      entry.byteRate = topic.sizeBytes / seconds;
    }
    return entry;
  }

  /** The samples of a topic's last minutes; none for a topic without traffic, because most have none. */
  history(topic) {
    if (topic.series !== null) return topic.series;
    const { times } = this.total.series;
    const still = times.map((unused, index) => (index === 0 ? null : 0));
    return { times, records: still, bytes: still };
  }

  #begin({ rate, byteRate }) {
    const series = new Series();
    const { times } = this.total.series;
    times.forEach((at, index) => {
      const last = index === times.length - 1;
      series.push(at, last ? rate : index === 0 ? null : 0, last ? byteRate : index === 0 ? null : 0);
    });
    return series;
  }
}
