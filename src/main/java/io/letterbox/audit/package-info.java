/**
 * The audit log: one line for every change or deletion of a topic, setting, group or record, with its author, written
 * after the change. All lines come from the logger {@code audit}, so that they can be filtered. Refused requests are
 * not logged.
 *
 * <p>{@code Change} and {@code MetadataChanges} describe changes and are pure; only {@code Audit} writes. Safe on any
 * thread.
 */
package io.letterbox.audit;
