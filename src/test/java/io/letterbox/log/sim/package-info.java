/**
 * A disk in memory that forgets what was not forced, and seeded runs of the real log code on it. One seed, one run: a
 * failure prints the line that replays it.
 */
package io.letterbox.log.sim;
