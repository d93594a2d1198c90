package io.letterbox.cluster.status;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What to say in the log of troubles that come and go: each once, when it has lasted for some seconds, and once when it
 * is over. Pure, with a state; owned by one thread.
 */
public final class TroubleLog {
    /** What passes sooner, as an election, is not said. */
    static final long LASTS_MS = 5_000;

    /** More are not remembered, and so not said. */
    static final int MAX_TROUBLES = 1_000;

    /** Two sentences that differ by this alone are of one trouble. */
    private static final Pattern TIME = Pattern.compile("\\d+ s\\b");

    private final Map<String, Trouble> known = new LinkedHashMap<>();

    /** @param said whether it was said already */
    private record Trouble(String sentence, long sinceMs, boolean said) {}

    /** One sentence to log. */
    public record News(String sentence, boolean over) {}

    /**
     * Takes what is wrong now.
     *
     * @param nowMs on the monotonic clock
     */
    public List<News> look(Collection<String> troubles, long nowMs) {
        List<News> news = new ArrayList<>();
        Map<String, Trouble> before = new LinkedHashMap<>(known);
        known.clear();
        for (String sentence : troubles) {
            String kind = TIME.matcher(sentence).replaceAll("");
            if (known.size() == MAX_TROUBLES || known.containsKey(kind)) continue;
            Trouble old = before.remove(kind);
            long sinceMs = old == null ? nowMs : old.sinceMs;
            boolean said = old != null && old.said;
            boolean lasts = nowMs - sinceMs >= LASTS_MS;
            if (lasts && !said) news.add(new News(sentence, false));
            known.put(kind, new Trouble(sentence, sinceMs, said || lasts));
        }
        for (Trouble gone : before.values()) if (gone.said) news.add(new News(gone.sentence, true));
        return news;
    }
}
