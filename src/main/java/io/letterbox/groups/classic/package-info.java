/**
 * The classic group protocol (JoinGroup, SyncGroup, Heartbeat, LeaveGroup): members agree on a protocol and one of them
 * computes the assignment. Owned by the coordinator that it belongs to; does not read the members' metadata, except for
 * the topics of consumers.
 */
package io.letterbox.groups.classic;
