/*
 * What client.js and client-hub.js know of connections: when one is dead without an error, and where to go on then. The
 * first heartbeat of a stream tells where the nodes of a cluster are. Where a proxy stands in front, it is the proxy that
 * chooses.
 */
/** The longest silence of a connection, until the server has announced its heartbeat interval. */
const HEARTBEAT_MS = 15000;
const GRACE_MS = 10000;

/** The longest silence while a browser waits to reconnect: longer than the retry time of servers. */
const RETRY_MS = 150000;

/** A timer that is late by more than this shows that the script could not run. */
const LATE_MS = 5000;

/** Detects silence. */
export class Watch {
  #onSilence;
  #heartbeatMs = HEARTBEAT_MS;
  #deadline = 0;
  #late = false;
  #timer = 0;

  constructor(onSilence) {
    this.#onSilence = onSilence;
  }

  begin() {
    this.heard();
    this.#check();
  }

  end() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  heard() {
    this.#late = false;
    this.#deadline = performance.now() + 2 * this.#heartbeatMs + GRACE_MS;
  }

  /** Sets the heartbeat interval. */
  expect(seconds) {
    this.#heartbeatMs = 1000 * seconds;
    this.heard();
  }

  /** Allows for the time until the browser reconnects. */
  allowReconnect() {
    this.#deadline = performance.now() + RETRY_MS;
  }

  /** Gives the connection one heartbeat interval from now. */
  hurry() {
    this.#deadline = Math.min(this.#deadline, performance.now() + this.#heartbeatMs + GRACE_MS);
    if (this.#timer) this.#check();
  }

  #check() {
    clearTimeout(this.#timer);
    const over = performance.now() - this.#deadline;
    // If the script could not run, events that have arrived meanwhile are to be handled first.
    const late = over > LATE_MS && !this.#late;
    if (late) this.#late = true;
    if (over < 0 || late) {
      this.#timer = setTimeout(() => this.#check(), late ? LATE_MS : -over);
      return;
    }
    this.#timer = 0;
    this.#onSilence();
  }
}

/** Whether two addresses lead to the same server: a browser may know its own machine by another name. */
function isSame(one, other) {
  const local = (each) => ["127.0.0.1", "localhost", "[::1]"].includes(each.hostname);
  return one.protocol === other.protocol && one.port === other.port && one.pathname === other.pathname
    && (one.hostname === other.hostname || (local(one) && local(other)));
}

/** The nodes of a cluster, and which one is used. */
export class Nodes {
  #roots = [];
  #at = 0;
  #failures = 0;

  /** @param roots the addresses below which the nodes' paths begin, each with a slash at its end */
  constructor(roots) {
    this.add(roots);
  }

  get root() {
    return this.#roots[this.#at];
  }

  get several() {
    return this.#roots.length > 1;
  }

  add(roots) {
    for (const root of roots) if (!this.#roots.some((known) => isSame(known, root))) this.#roots.push(root);
  }

  /**
   * Takes over what a node tells of the others, unless it was reached through something else, such as a proxy: then
   * their addresses may lead nowhere from here.
   */
  hear(told, root) {
    const all = told.map((each) => new URL("/", each));
    if (all.some((each) => isSame(each, root))) this.add(all);
  }

  /** Goes on from an address, if it is still the one that is used; false once all have failed in a row. */
  leave(root) {
    if (root.href !== this.root.href) return true;
    this.#at = (this.#at + 1) % this.#roots.length;
    return ++this.#failures % this.#roots.length !== 0;
  }

  worked() {
    this.#failures = 0;
  }
}
