package io.letterbox.kafka.admin;

import io.letterbox.audit.Actor;
import io.letterbox.bus.Metadata;
import io.letterbox.error.ApiException;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.MetadataMachine;
import io.letterbox.metadata.Reply;
import io.letterbox.metadata.Transition;
import io.vertx.core.Future;
import java.util.function.Consumer;

/** The real metadata machine without a log: every command is applied at once. For one thread. */
final class MachineMetadata implements Metadata {
    private final MetadataMachine machine;
    private ClusterImage image = MetadataMachine.empty("cluster-of-the-test");

    MachineMetadata(MetadataMachine machine) {
        this.machine = machine;
    }

    @Override
    public ClusterImage image() {
        return image;
    }

    @Override
    public Future<Reply> propose(Command command, Actor by) {
        Transition transition = machine.apply(image, command);
        image = transition.image();
        if (transition.reply() instanceof Reply.Refused refused) {
            return Future.failedFuture(new ApiException(refused.code(), refused.detail()));
        }
        return Future.succeededFuture(transition.reply());
    }

    @Override
    public void onChange(Consumer<ClusterImage> listener) {
        throw new UnsupportedOperationException("nobody here listens");
    }
}
