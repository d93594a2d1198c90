/**
 * What the process tells about itself: meters for Prometheus, and whether it is alive and ready.
 *
 * <p>Everything here may be called from any thread: counters are striped adders, gauges are read when a scrape comes, and
 * health is one immutable value behind a volatile field. This room never decides anything, never blocks a caller, and never
 * makes a label out of something that a client can invent, except the names of topics, whose number the server limits. The
 * one thread that it has of its own watches the others ({@link io.letterbox.telemetry.ThreadWatch}).
 */
package io.letterbox.telemetry;
