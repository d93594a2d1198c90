package io.letterbox.ingress;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * The pages of several coordinators, each in order of ids, merged into one. Items behind the end of the page that
 * reaches least far are left to the next page, because there may be others before them. Immutable.
 *
 * @param items in order of their ids
 * @param next the id behind which the next page begins; null after the last page
 */
public record MergedPage<T>(List<T> items, String next) {
    /**
     * How to read the pages.
     *
     * @param items the items of a page
     * @param last the id up to which a page reaches; null if it reaches the end
     * @param id the id of an item
     */
    public record View<P, T>(Function<P, List<T>> items, Function<P, String> last, Function<T, String> id) {}

    /** Merges pages that begin behind the same id. */
    public static <P, T> MergedPage<T> of(List<P> pages, View<P, T> view) {
        String reach = null;
        for (P page : pages) {
            String last = view.last().apply(page);
            if (last != null && (reach == null || last.compareTo(reach) < 0)) reach = last;
        }
        List<T> merged = new ArrayList<>();
        for (P page : pages) {
            for (T item : view.items().apply(page)) {
                if (reach == null || view.id().apply(item).compareTo(reach) <= 0) merged.add(item);
            }
        }
        merged.sort(Comparator.comparing(view.id()));
        return new MergedPage<>(merged, reach);
    }
}
