/**
 * How much memory everything takes that clients make the server remember past a restart: a limit for each kind of it, and
 * an account for each owner that draws on it. Sizes are estimates, made by whoever keeps the thing; a restart estimates the
 * same, so what fitted before fits again.
 *
 * <p>Pure: knows no clock, no file and nothing of what is remembered.
 */
package io.letterbox.memory;
