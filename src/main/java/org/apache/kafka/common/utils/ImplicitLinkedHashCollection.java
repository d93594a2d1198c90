package org.apache.kafka.common.utils;

import java.util.AbstractCollection;
import java.util.AbstractList;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * Elements in the order in which they were added, each key once; {@link ImplicitLinkedHashMultiCollection} takes equal
 * keys. An element knows its own place, so it can be in one collection at a time, and adding one takes constant time.
 *
 * <pre>
 *   elements   │ a │ b │   │ b │ c │   │   │     a removed element leaves a hole; holes are closed when room is needed
 *                0   1   2   3   4   └ end
 *   index      a → {0}   b → {1, 3}   c → {4}   made by the first search among more than {@value #SCANNED}
 * </pre>
 *
 * Searching takes constant time, too, as far as different keys have different hashes. Not thread-safe.
 *
 * @param <E> the elements; their hash is that of their key
 */
public class ImplicitLinkedHashCollection<E extends ImplicitLinkedHashCollection.Element>
        extends AbstractCollection<E> {
    /** The index of an element that is in no collection. */
    public static final int INVALID_INDEX = -2;

    /** Up to this number, elements are searched linearly, because an index would cost more. */
    private static final int SCANNED = 8;

    private static final int NOWHERE = -1;
    private static final Element[] NONE = {};

    private Element[] elements = NONE;

    /** The index behind the last element. */
    private int end;

    private int size;

    /** The indexes of the elements of each key in ascending order; null until it is needed. */
    private Map<Key, LinkedHashSet<Integer>> index;

    /** An element of a collection. Only the collection sets the two numbers, both to the element's index. */
    public interface Element {
        int prev();

        void setPrev(int prev);

        int next();

        void setNext(int next);

        /** Whether the keys are equal; the other fields of the elements do not matter. */
        default boolean elementKeysAreEqual(Object other) {
            return equals(other);
        }
    }

    /** A key, by which an element equals others. */
    private static final class Key {
        private final Object element;

        Key(Object element) {
            this.element = element;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && key.element instanceof Element one && one.elementKeysAreEqual(element);
        }

        @Override
        public int hashCode() {
            return element.hashCode();
        }
    }

    public ImplicitLinkedHashCollection() {
        this(0);
    }

    /** @param expected the expected number of elements */
    public ImplicitLinkedHashCollection(int expected) {
        clear(expected);
    }

    /** A collection with the elements of an iterator. */
    @SuppressWarnings(
            "this-escape") // A subclass is asked only whether it takes equal keys, for which it needs no state.
    public ImplicitLinkedHashCollection(Iterator<E> added) {
        while (added.hasNext()) mustAdd(added.next());
    }

    /** Whether elements with equal keys are allowed. */
    boolean takesEqualKeys() {
        return false;
    }

    @Override
    public final int size() {
        return size;
    }

    /** Adds an element; false if nothing was added: null, an element of a collection, or one whose key exists. */
    @Override
    public final boolean add(E element) {
        if (element == null || element.prev() != INVALID_INDEX || element.next() != INVALID_INDEX) return false;
        if (!takesEqualKeys() && contains(element)) return false;
        if (end == elements.length) makeRoom();
        if (index != null) note(element, end);
        put(element, end++);
        size++;
        return true;
    }

    /** As {@link #add}, but fails if nothing was added. */
    public final void mustAdd(E element) {
        if (!add(element)) throw new RuntimeException("Unable to add " + element);
    }

    /** The first element with the key of another, or null. */
    public final E find(E key) {
        return at(placeOf(key));
    }

    /** All elements with the key of another, in their order. */
    final List<E> all(E key) {
        if (key == null || size == 0) return Collections.emptyList();
        List<E> found = new ArrayList<>();
        for (int place : indexed().getOrDefault(new Key(key), new LinkedHashSet<>())) found.add(at(place));
        return found;
    }

    @Override
    public final boolean contains(Object key) {
        return placeOf(key) != NOWHERE;
    }

    /** Removes an element or, if it is not in this collection, the first one with its key. */
    @Override
    public final boolean remove(Object key) {
        int own = key instanceof Element element ? element.prev() : NOWHERE;
        boolean here = own >= 0 && own < end && elements[own] == key;
        int place = here ? own : placeOf(key);
        if (place == NOWHERE) return false;
        removeAt(place);
        return true;
    }

    /** Moves an element of this collection to the end. */
    public final void moveToEnd(E element) {
        int place = element.prev();
        if (place < 0 || place >= end || elements[place] != element) {
            throw new RuntimeException("Element " + element + " is not in the collection.");
        }
        removeAt(place);
        add(element);
    }

    @Override
    public final void clear() {
        clear(elements.length);
    }

    /** Removes all elements, and makes room for others. */
    public final void clear(int expected) {
        for (int place = 0; place < end; place++) if (elements[place] != null) release(elements[place]);
        elements = expected <= 0 ? NONE : new Element[expected];
        end = 0;
        size = 0;
        index = null;
    }

    /** Brings the elements into another order. */
    public void sort(Comparator<E> order) {
        List<E> sorted = new ArrayList<>(this);
        sorted.sort(order);
        clear(sorted.size());
        sorted.forEach(this::mustAdd);
    }

    @Override
    public final Iterator<E> iterator() {
        return new Elements();
    }

    /** The elements as a list that shows what becomes of this collection. */
    public List<E> valuesList() {
        return new ListView();
    }

    /** The elements as a set that shows what becomes of this collection. */
    public Set<E> valuesSet() {
        return new SetView();
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof ImplicitLinkedHashCollection<?> same
                        && size == same.size
                        && valuesList().equals(same.valuesList());
    }

    @Override
    public int hashCode() {
        return valuesList().hashCode();
    }

    @SuppressWarnings("unchecked") // Only an E is ever put there.
    private E at(int place) {
        return place == NOWHERE ? null : (E) elements[place];
    }

    private int placeOf(Object key) {
        if (key == null || size == 0) return NOWHERE;
        if (end <= SCANNED && index == null) return scan(key);
        Set<Integer> places = indexed().get(new Key(key));
        return places == null ? NOWHERE : places.iterator().next();
    }

    private int scan(Object key) {
        for (int place = 0; place < end; place++) {
            if (elements[place] != null && elements[place].elementKeysAreEqual(key)) return place;
        }
        return NOWHERE;
    }

    private Map<Key, LinkedHashSet<Integer>> indexed() {
        if (index == null) {
            index = new HashMap<>(2 * size);
            for (int place = 0; place < end; place++) if (elements[place] != null) note(elements[place], place);
        }
        return index;
    }

    private void note(Element element, int place) {
        index.computeIfAbsent(new Key(element), key -> new LinkedHashSet<>(2)).add(place);
    }

    private void put(Element element, int place) {
        elements[place] = element;
        element.setPrev(place);
        element.setNext(place);
    }

    private static void release(Element element) {
        element.setPrev(INVALID_INDEX);
        element.setNext(INVALID_INDEX);
    }

    private void removeAt(int place) {
        Element removed = elements[place];
        if (index != null) {
            Key key = new Key(removed);
            Set<Integer> places = index.get(key);
            places.remove(place);
            if (places.isEmpty()) index.remove(key);
        }
        elements[place] = null;
        release(removed);
        size--;
    }

    private void makeRoom() {
        boolean mostlyHoles = size < end / 2;
        closeHoles(mostlyHoles ? end : end + (end >> 1) + 2);
    }

    private void closeHoles(int capacity) {
        if (size == end) {
            elements = Arrays.copyOf(elements, capacity);
            return;
        }
        Element[] former = elements;
        int formerEnd = end;
        elements = new Element[capacity];
        end = 0;
        index = null;
        for (int place = 0; place < formerEnd; place++) if (former[place] != null) put(former[place], end++);
    }

    private final class Elements implements Iterator<E> {
        private int next = onward(0);
        private int last = NOWHERE;

        private int onward(int from) {
            int place = from;
            while (place < end && elements[place] == null) place++;
            return place;
        }

        @Override
        public boolean hasNext() {
            return next < end;
        }

        @Override
        public E next() {
            if (next >= end) throw new NoSuchElementException();
            last = next;
            next = onward(next + 1);
            return at(last);
        }

        @Override
        public void remove() {
            if (last == NOWHERE) throw new IllegalStateException();
            removeAt(last);
            last = NOWHERE;
        }
    }

    private final class ListView extends AbstractList<E> {
        @Override
        public Iterator<E> iterator() {
            return ImplicitLinkedHashCollection.this.iterator();
        }

        @Override
        public E get(int number) {
            if (number < 0 || number >= size) throw new IndexOutOfBoundsException(number);
            if (size < end) closeHoles(elements.length);
            return at(number);
        }

        @Override
        public E remove(int number) {
            E removed = get(number);
            removeAt(number);
            return removed;
        }

        @Override
        public int size() {
            return size;
        }
    }

    private final class SetView extends AbstractSet<E> {
        @Override
        public Iterator<E> iterator() {
            return ImplicitLinkedHashCollection.this.iterator();
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public boolean contains(Object key) {
            return ImplicitLinkedHashCollection.this.contains(key);
        }

        @Override
        public boolean add(E element) {
            return ImplicitLinkedHashCollection.this.add(element);
        }

        @Override
        public boolean remove(Object key) {
            return ImplicitLinkedHashCollection.this.remove(key);
        }

        @Override
        public void clear() {
            ImplicitLinkedHashCollection.this.clear();
        }
    }
}
