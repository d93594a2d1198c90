package io.letterbox.groups;

import io.letterbox.groups.classic.ClassicGroups;
import io.letterbox.groups.consumer.ConsumerGroup;
import io.letterbox.groups.consumer.ConsumerGroups;
import io.letterbox.groups.offsets.OffsetBook;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/** Shows groups of either kind in one form. Owned by its coordinator. */
final class GroupViews {
    private final GroupRegistry registry;
    private final ClassicGroups classic;
    private final ConsumerGroups consumers;
    private final OffsetBook book;

    GroupViews(GroupRegistry registry, ClassicGroups classic, ConsumerGroups consumers, OffsetBook book) {
        this.registry = registry;
        this.classic = classic;
        this.consumers = consumers;
        this.book = book;
    }

    /** One group, or all of the coordinator. @param groupId null: all */
    List<GroupView> views(String groupId) {
        List<GroupView> views = new ArrayList<>();
        for (Group group : registry.all()) {
            if (groupId == null || groupId.equals(group.id())) views.add(view(group));
        }
        return views;
    }

    private GroupView view(Group group) {
        boolean newer = group instanceof ConsumerGroup;
        List<GroupView.Member> members =
                new ArrayList<>(newer ? consumers.views(group.id()) : classic.views(group.id()));
        members.sort(Comparator.comparing(GroupView.Member::id));
        return new GroupView(
                group.id(),
                group.type(),
                group.state(),
                group.protocolType(),
                newer ? consumers.assignor(group.id()) : classic.protocol(group.id()),
                newer ? registry.get(group.id(), ConsumerGroup.class).epoch() : classic.generation(group.id()),
                List.copyOf(members),
                // A copy, because who looks does so on another thread.
                new TreeMap<>(book.of(group.id())));
    }
}
