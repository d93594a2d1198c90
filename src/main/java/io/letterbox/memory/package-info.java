/**
 * Limits for the memory of state that clients make the server keep over a restart: a limit for each kind of state, and
 * an account for each owner. Sizes are estimates by the owner of the state; a restart makes the same estimates, so
 * state that fitted before fits again.
 *
 * <p>Pure: uses no clock and no file, and knows nothing of the state itself.
 */
package io.letterbox.memory;
