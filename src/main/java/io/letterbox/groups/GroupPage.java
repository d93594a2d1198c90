package io.letterbox.groups;

import java.util.List;

/**
 * Some groups of one coordinator, in order of their ids. Immutable.
 *
 * @param groups the groups
 * @param last the id of the last group that was looked at, where there may be more behind it; null: that was all
 */
public record GroupPage(List<GroupView> groups, String last) {}
