package org.apache.kafka.common.utils;

import java.util.Iterator;
import java.util.List;

/**
 * Elements in the order in which they were added, any number of them with equal keys: the lists of Kafka's messages
 * that have keys, as they come from the network.
 *
 * @param <E> the elements; their hash is that of their key
 */
public class ImplicitLinkedHashMultiCollection<E extends ImplicitLinkedHashCollection.Element>
        extends ImplicitLinkedHashCollection<E> {
    public ImplicitLinkedHashMultiCollection() {}

    /** @param expected how many elements there will be */
    public ImplicitLinkedHashMultiCollection(int expected) {
        super(expected);
    }

    /** With the elements that an iterator gives. */
    public ImplicitLinkedHashMultiCollection(Iterator<E> added) {
        super(added);
    }

    @Override
    boolean takesEqualKeys() {
        return true;
    }

    /** All elements with the key of another, in their order; a list of its own. */
    public final List<E> findAll(E key) {
        return all(key);
    }
}
