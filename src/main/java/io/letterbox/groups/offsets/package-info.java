/**
 * The committed offsets of groups of all types: commit, fetch, deletion, expiration, and the pending offsets of
 * undecided transactions. Owned by the coordinator that it belongs to.
 */
package io.letterbox.groups.offsets;
