package io.letterbox.groups;

import io.letterbox.groups.GroupCommand.ViewGroups;
import io.letterbox.groups.classic.ClassicGroups;
import io.letterbox.groups.consumer.ConsumerGroup;
import io.letterbox.groups.consumer.ConsumerGroups;
import io.letterbox.groups.offsets.CommittedOffsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** Shows groups of either kind in one form. Owned by its coordinator. */
final class GroupViews {
    /** How many groups one page looks at, while nobody else gets on. */
    private static final int MAX_LOOKS = 1000;

    private final GroupRegistry registry;
    private final ClassicGroups classic;
    private final ConsumerGroups consumers;
    private final CommittedOffsets book;

    GroupViews(GroupRegistry registry, ClassicGroups classic, ConsumerGroups consumers, CommittedOffsets book) {
        this.registry = registry;
        this.classic = classic;
        this.consumers = consumers;
        this.book = book;
    }

    /** One group; null where there is none. */
    GroupView view(String groupId) {
        Group group = registry.get(groupId);
        return group == null ? null : view(group);
    }

    /** A page of them. Those whose ids do not pass are looked at, too, so there is an end to that. */
    GroupPage page(ViewGroups command) {
        String wanted = command.search().toLowerCase(Locale.ROOT);
        List<GroupView> views = new ArrayList<>();
        int looks = 0;
        String last = null;
        for (Group group : registry.after(command.after())) {
            if (views.size() == command.limit() || looks++ == MAX_LOOKS) return new GroupPage(views, last);
            last = group.id();
            if (wanted.isEmpty() || last.toLowerCase(Locale.ROOT).contains(wanted)) views.add(view(group));
        }
        return new GroupPage(views, null);
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
