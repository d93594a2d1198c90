package io.letterbox.groups;

import java.util.List;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;

/**
 * Some groups of one coordinator as ListGroups names them, in order of their ids. Immutable.
 *
 * @param groups those that filters let through
 * @param last the id of the last group that was looked at, where there may be more behind it; null: that was all
 */
public record ListedPage(List<ListedGroup> groups, String last) {}
