package io.letterbox.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class MergedPageTest {
    private record Page(List<String> items, String last) {}

    private static final MergedPage.View<Page, String> VIEW =
            new MergedPage.View<>(Page::items, Page::last, Function.identity());

    @Test
    void whatIsWholeIsMergedInOrder() {
        MergedPage<String> all =
                MergedPage.of(List.of(new Page(List.of("b", "d"), null), new Page(List.of("a", "c"), null)), VIEW);
        assertThat(all.items()).containsExactly("a", "b", "c", "d");
        assertThat(all.next()).isNull();
    }

    @Test
    void whatLiesBehindTheShortestReachIsLeftToTheNextPage() {
        MergedPage<String> some = MergedPage.of(
                List.of(
                        new Page(List.of("b", "d"), "d"),
                        new Page(List.of("a", "c"), "c"),
                        new Page(List.of("e", "f"), null),
                        new Page(List.of(), null)),
                VIEW);
        assertThat(some.items()).containsExactly("a", "b", "c");
        assertThat(some.next()).isEqualTo("c");
    }

    @Test
    void aPageThatFilteredEverythingOutStillMovesOn() {
        MergedPage<String> none = MergedPage.of(List.of(new Page(List.of(), "m"), new Page(List.of("z"), null)), VIEW);
        assertThat(none.items()).isEmpty();
        assertThat(none.next()).isEqualTo("m");
    }

    @Test
    void nobodyHasNothing() {
        assertThat(MergedPage.of(List.of(), VIEW)).isEqualTo(new MergedPage<String>(List.of(), null));
    }
}
