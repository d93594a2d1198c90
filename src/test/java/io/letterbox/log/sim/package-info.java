/**
 * A simulated disk in memory that loses unforced changes in a crash, and seeded runs of the real log code on it. A run
 * is determined by its seed; a failure prints the line that replays it.
 */
package io.letterbox.log.sim;
