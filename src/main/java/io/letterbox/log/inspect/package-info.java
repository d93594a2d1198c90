/**
 * The inspection of a data directory that no process serves, for {@code letterbox log check} and {@code log dump}:
 * which files there are, what is wrong with them, and what the next start would do about it by
 * {@link io.letterbox.log.RecoveryRules}.
 *
 * <p>One thread, the caller's. This package never writes, renames or deletes a file.
 */
package io.letterbox.log.inspect;
