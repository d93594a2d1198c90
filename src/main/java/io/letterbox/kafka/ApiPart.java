package io.letterbox.kafka;

import java.util.List;

/** Some APIs that belong together, as one event loop serves them. Made on that loop and used by it alone. */
public interface ApiPart {
    /** What is served. */
    List<ApiSupport> apis();

    /** The server is about to stop: answers what waits (such as a fetch for records that have not come). */
    default void drain() {}
}
