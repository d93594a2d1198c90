package org.apache.kafka.common.utils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ImplicitLinkedHashCollectionTest {
    private static final int SEEDS = 300;

    private static final class Entry implements ImplicitLinkedHashCollection.Element {
        private final int key;
        private final int number;
        private int prev = ImplicitLinkedHashCollection.INVALID_INDEX;
        private int next = ImplicitLinkedHashCollection.INVALID_INDEX;

        Entry(int key, int number) {
            this.key = key;
            this.number = number;
        }

        @Override
        public int prev() {
            return prev;
        }

        @Override
        public void setPrev(int index) {
            prev = index;
        }

        @Override
        public int next() {
            return next;
        }

        @Override
        public void setNext(int index) {
            next = index;
        }

        @Override
        public boolean elementKeysAreEqual(Object other) {
            return other instanceof Entry entry && entry.key == key;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Entry entry && entry.key == key && entry.number == number;
        }

        @Override
        public int hashCode() {
            return key;
        }

        @Override
        public String toString() {
            return key + "/" + number;
        }
    }

    @Test
    void aCollectionTakesEachKeyOnce() {
        ImplicitLinkedHashCollection<Entry> entries = new ImplicitLinkedHashCollection<>();
        for (int i = 0; i < 100; i++)
            assertThat(entries.add(new Entry(i % 50, i))).isEqualTo(i < 50);

        assertThat(entries).hasSize(50);
        assertThat(entries.find(new Entry(7, 0)).number).isEqualTo(7);
        assertThatThrownBy(() -> entries.mustAdd(new Entry(7, 0))).hasMessageContaining("7/0");
    }

    @Test
    void anElementIsInOneCollectionAtATime() {
        Entry entry = new Entry(1, 1);
        ImplicitLinkedHashMultiCollection<Entry> one =
                new ImplicitLinkedHashMultiCollection<>(List.of(entry).iterator());
        ImplicitLinkedHashMultiCollection<Entry> other = new ImplicitLinkedHashMultiCollection<>();

        assertThat(one.add(entry)).isFalse();
        assertThat(other.add(entry)).isFalse();
        assertThat(other.add(null)).isFalse();
        one.clear();
        assertThat(other.add(entry)).isTrue();
        assertThatThrownBy(() -> one.moveToEnd(entry)).isInstanceOf(RuntimeException.class);
    }

    /** Whatever is done to it, a collection is what a plain list would be. */
    @Test
    void aMultiCollectionIsAListWithASearch() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            ImplicitLinkedHashMultiCollection<Entry> tried = new ImplicitLinkedHashMultiCollection<>(random.nextInt(3));
            List<Entry> expected = new ArrayList<>();
            int keys = 1 + random.nextInt(20);
            for (int step = 0; step < 200; step++) {
                change(tried, expected, random, new Entry(random.nextInt(keys), step));
                Entry sought = new Entry(random.nextInt(keys), -1);
                List<Entry> same = expected.stream()
                        .filter(entry -> entry.key == sought.key)
                        .toList();
                assertThat(tried.findAll(sought)).as("seed %d", seed).isEqualTo(same);
                assertThat(tried.find(sought)).isSameAs(same.isEmpty() ? null : same.get(0));
                assertThat(tried.contains(sought)).isEqualTo(!same.isEmpty());
            }
            assertThat(tried.valuesList()).isEqualTo(expected).hasSameHashCodeAs(tried);
            assertThat(tried.valuesSet()).containsExactlyElementsOf(expected);
        }
    }

    private static void change(
            ImplicitLinkedHashMultiCollection<Entry> tried, List<Entry> expected, Random random, Entry entry) {
        int action = random.nextInt(10);
        if (action < 5 || expected.isEmpty()) {
            assertThat(tried.add(entry)).isTrue();
            expected.add(entry);
        } else if (action < 7) {
            Entry own = expected.remove(random.nextInt(expected.size()));
            assertThat(tried.remove(own)).isTrue();
        } else if (action == 7) {
            Entry first = tried.find(entry);
            assertThat(tried.remove(entry)).isEqualTo(first != null);
            expected.remove(first);
        } else if (action == 8) {
            Entry own = expected.remove(random.nextInt(expected.size()));
            tried.moveToEnd(own);
            expected.add(own);
        } else if (random.nextInt(4) == 0) {
            tried.sort(Comparator.comparingInt(each -> each.number));
            expected.sort(Comparator.comparingInt(each -> each.number));
        } else {
            expected.removeIf(each -> each.key == entry.key);
            for (Iterator<Entry> each = tried.iterator(); each.hasNext(); )
                if (each.next().key == entry.key) each.remove();
        }
        assertThat(tried).containsExactlyElementsOf(expected);
    }
}
