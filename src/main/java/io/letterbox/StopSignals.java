package io.letterbox;

import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears the signals that end the process, and can tell them apart: a JVM's own shutdown cannot, and hears the first one only.
 * The class of the JDK for this, {@code sun.misc.Signal}, is supported (JEP 260) and warned about by every compiler, so it
 * is called by name.
 */
final class StopSignals {
    private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);

    private StopSignals() {}

    /** Is told of signals, each time on a thread of its own. */
    @FunctionalInterface
    interface Listener {
        /** @param terminal whether somebody at a terminal, who waits, pressed Ctrl-C or closed it */
        void onSignal(boolean terminal);
    }

    /**
     * Listens from now on.
     *
     * @return false where this JVM leaves signals alone, as with {@code -Xrs}; then the signals do what they always do
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
