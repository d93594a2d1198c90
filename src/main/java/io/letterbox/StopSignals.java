package io.letterbox;

import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles the signals that end the process, and tells them apart: the JVM's own shutdown cannot, and sees only the
 * first one. The JDK's class for this, {@code sun.misc.Signal}, is supported (JEP 260) but every compiler warns about
 * it, so it is called by reflection.
 */
final class StopSignals {
    private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);

    private StopSignals() {}

    /** Told of signals, each time on a thread of its own. */
    @FunctionalInterface
    interface Listener {
        /** @param terminal whether the signal came from a terminal, by Ctrl-C or because it was closed */
        void onSignal(boolean terminal);
    }

    /**
     * Listens from now on.
     *
     * @return false if this JVM does not let us handle signals, as with {@code -Xrs}; they have their usual effect then
     */
    static boolean listen(Listener listener) {
        try {
            handle("TERM", () -> listener.onSignal(false));
            handle("INT", () -> listener.onSignal(true));
            handle("HUP", () -> listener.onSignal(true));
            return true;
        } catch (ReflectiveOperationException | IllegalArgumentException unsupported) {
            LOG.debug("Signals are left to the JVM", unsupported);
            return false;
        }
    }

    private static void handle(String name, Runnable reaction) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        Object proxy = Proxy.newProxyInstance(
                StopSignals.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                    switch (method.getName()) {
                        case "handle" -> reaction.run();
                        case "hashCode" -> {
                            return System.identityHashCode(self);
                        }
                        case "equals" -> {
                            return self == arguments[0];
                        }
                        case "toString" -> {
                            return "stops at " + name;
                        }
                        default -> {}
                    }
                    return null;
                });
        Object named = signal.getConstructor(String.class).newInstance(name);
        signal.getMethod("handle", signal, handler).invoke(null, named, proxy);
    }
}
