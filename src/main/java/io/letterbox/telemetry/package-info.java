/**
 * The observability of the process: meters for Prometheus, and its health.
 *
 * <p>Everything here may be called from any thread: counters are striped adders, gauges are read at a scrape, and
 * health is one immutable value behind a volatile field. This package never decides anything, never blocks a caller,
 * and never makes a label of something that a client can invent, except the names of topics, whose number the server
 * limits. Its one thread watches the other threads ({@link io.letterbox.telemetry.ThreadWatch}).
 */
package io.letterbox.telemetry;
