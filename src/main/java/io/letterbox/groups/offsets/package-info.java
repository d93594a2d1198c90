/**
 * Committed offsets of groups, whatever the kind of group: commit, fetch, delete, expiry, and those of transactions
 * that are not decided yet. Owned by the {@link io.letterbox.groups.GroupCoordinator} that it belongs to.
 */
package io.letterbox.groups.offsets;
