package io.letterbox.transactions.sim;

import java.util.function.Consumer;

/** The network between producers and the server. */
final class SimNetwork {
    /** How long a producer waits before it repeats a request. */
    static final long REQUEST_TIMEOUT_MS = 400;

    /** True until the calm phase at the end of the simulation. */
    boolean faulty = true;

    private final SimWorld world;
    private final SimServer server;

    SimNetwork(SimWorld world, SimServer server) {
        this.world = world;
        this.server = server;
    }

    /** A request that can be repeated. */
    interface Request<R> {
        void to(SimServer server, Consumer<R> answer);
    }

    /**
     * Makes a request until it is answered.
     *
     * @param wild whether requests come late, twice, and long after their producer has given up on them; the protocol
     *     before KIP-890 does not stand that
     */
    <R> void call(Request<R> request, boolean wild, Consumer<R> answer) {
        new Call<>(request, wild, answer).attempt();
    }

    private final class Call<R> {
        private final Request<R> request;
        private final boolean wild;
        private final Consumer<R> answer;
        private boolean answered;
        private int attempt;

        Call(Request<R> request, boolean wild, Consumer<R> answer) {
            this.request = request;
            this.wild = wild;
            this.answer = answer;
        }

        void attempt() {
            if (answered) return;
            int mine = ++attempt;
            deliver(mine);
            if (wild && faulty && world.chance(0.05)) deliver(mine);
            world.after(REQUEST_TIMEOUT_MS, () -> {
                if (mine == attempt) attempt();
            });
        }

        private void deliver(int mine) {
            boolean lost = faulty && world.chance(0.05);
            long delayMs = world.between(1, 20);
            if (wild && faulty && world.chance(0.04)) delayMs = world.between(100, 8000);
            if (lost) return;
            world.after(delayMs, () -> {
                // Requests of a closed connection are not read any more.
                if (!server.up || !wild && mine != attempt) return;
                request.to(server, response -> respond(mine, response));
            });
        }

        private void respond(int mine, R response) {
            if (faulty && world.chance(0.05)) return;
            world.after(world.between(1, 20), () -> {
                if (answered || mine != attempt) return;
                answered = true;
                attempt = -1;
                answer.accept(response);
            });
        }
    }
}
