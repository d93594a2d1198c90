package io.letterbox.cluster.raft;

import java.util.Set;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;

/**
 * Lets other nodes do at the port of Raft what Raft needs, and nothing else. Ratis serves its administration there as
 * well, with which anybody could remove a group together with its files; this process asks its own server directly.
 */
final class OnlyRaft implements ServerInterceptor {
    private static final Set<String> REFUSED =
            Set.of("ratis.grpc.AdminProtocolService", "ratis.grpc.RaftClientProtocolService");

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String service = call.getMethodDescriptor().getServiceName();
        if (service == null || !REFUSED.contains(service)) return next.startCall(call, headers);
        call.close(Status.PERMISSION_DENIED.withDescription(service + " is not served here"), new Metadata());
        return new ServerCall.Listener<>() {};
    }
}
