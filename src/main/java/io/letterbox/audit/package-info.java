/**
 * Who changed what: one line in the log for every topic, setting, group or record that was changed or deleted, when that is
 * done. All of them come from the logger {@code audit}, so that they can be told from everything else. What was refused
 * leaves none.
 *
 * <p>{@code Change} and {@code MetadataChanges} put it into words and are pure; {@code Audit} alone writes. Safe on any
 * thread.
 */
package io.letterbox.audit;
