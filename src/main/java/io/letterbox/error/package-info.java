/**
 * Why a request was refused: one table of codes that every door translates into its own protocol, and the exception
 * that carries one.
 *
 * <p>Immutable values, owned by nobody, safe on any thread. Imports nothing but the JDK, so that the pure rooms can
 * name an error without knowing a protocol.
 */
package io.letterbox.error;
