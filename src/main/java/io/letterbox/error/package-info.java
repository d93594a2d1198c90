/**
 * The errors of refused requests: one table of codes that every door translates into its own protocol, and the
 * exception that carries one.
 *
 * <p>Immutable values, safe on any thread. Imports nothing but the JDK, so that the pure packages can name an error
 * without knowing a protocol.
 */
package io.letterbox.error;
