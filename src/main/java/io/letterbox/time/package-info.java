/**
 * The two clocks. Durations (sessions, timeouts, intervals, ages of what lives in memory) go by the monotonic one, which
 * nobody can set; the wall clock is for what is written down and outlives the process: timestamps, retention, expiry.
 * Only {@link io.letterbox.time.Clock} reads the wall clock, so a duration that goes by it has to say so.
 */
package io.letterbox.time;
