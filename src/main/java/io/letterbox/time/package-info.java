/**
 * The two clocks. Durations (sessions, timeouts, intervals, ages of objects in memory) are measured by the monotonic
 * clock, which cannot be set; the wall clock is for times that are stored and outlive the process: timestamps,
 * retention, expiry. Only {@link io.letterbox.time.Clock} reads the wall clock, so code that uses it is easy to find.
 */
package io.letterbox.time;
