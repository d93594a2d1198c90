package io.letterbox.groups;

import java.util.List;

/**
 * Some groups of one coordinator, in order of their ids. Immutable.
 *
 * @param groups the groups
 * @param last the id of the last group that was examined, if there may be more; null at the end
 */
public record GroupPage(List<GroupView> groups, String last) {}
