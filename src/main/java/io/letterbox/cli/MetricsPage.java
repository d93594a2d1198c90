package io.letterbox.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The metrics of a server, parsed from the text format of Prometheus (version 0.0.4): one sample per line, comments
 * begin with #.
 *
 * <pre>
 * letterbox_limit{name="limits.topics"} 10000.0
 * letterbox_limit_used{name="limits.topics"} 41.0
 * </pre>
 */
final class MetricsPage {
    /** The used share of a limit from which it counts as near. */
    private static final double NEAR = 0.8;

    private static final String LIMIT = "letterbox_limit{name=\"";
    private static final String USED = "letterbox_limit_used{name=\"";
    private static final String END = "\"}";

    /** The use of a limit. */
    record LimitUse(String name, double used, double limit) {}

    private final Map<String, Double> samples = new LinkedHashMap<>();

    private MetricsPage() {}

    static MetricsPage of(String text) {
        MetricsPage page = new MetricsPage();
        text.lines().forEach(page::read);
        return page;
    }

    private void read(String line) {
        int space = line.lastIndexOf(' ');
        if (line.startsWith("#") || space < 0) return;
        try {
            samples.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
        } catch (NumberFormatException e) {
            // A page of another server has no samples.
        }
    }

    /** A sample without labels; NaN if there is none. */
    double value(String name) {
        return samples.getOrDefault(name, Double.NaN);
    }

    /** The limits that are nearly used up. */
    List<LimitUse> nearLimits() {
        List<LimitUse> near = new ArrayList<>();
        samples.forEach((sample, limit) -> {
            if (!sample.startsWith(LIMIT) || limit <= 0) return;
            String name = sample.substring(LIMIT.length(), sample.length() - END.length());
            double used = value(USED + name + END);
            if (used >= NEAR * limit) near.add(new LimitUse(name, used, limit));
        });
        return near;
    }
}
