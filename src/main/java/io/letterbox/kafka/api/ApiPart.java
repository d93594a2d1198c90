package io.letterbox.kafka.api;

import java.util.List;

/** A group of related APIs, as one event loop serves them. Created on that event loop and used by it alone. */
public interface ApiPart {
    /** The APIs. */
    List<ApiSupport> apis();

    /** Called when the server is about to stop: answers the requests that wait, such as fetches. */
    default void drain() {}
}
