package io.letterbox.groups;

import java.util.List;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;

/**
 * A page of one coordinator's groups for ListGroups, in order of their ids. Immutable.
 *
 * @param groups the groups that pass the filters
 * @param last the id of the last group that was examined, if there may be more; null at the end
 */
public record ListedGroups(List<ListedGroup> groups, String last) {}
