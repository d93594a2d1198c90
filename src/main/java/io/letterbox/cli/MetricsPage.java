package io.letterbox.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a server measures, in the text format of Prometheus (version 0.0.4): a sample a line, comments begin with #.
 *
 * <pre>
 * letterbox_state_used_bytes{kind="groups"} 4096.0
 * letterbox_state_limit_bytes{kind="groups"} 1.34217728E8
 * </pre>
 */
final class MetricsPage {
    /** From this share of a limit on it is near. */
    private static final double NEAR = 0.8;

    /** What is used of a limit. */
    record Use(String name, double used, double limit) {}

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
            // A page of something else has no samples.
        }
    }

    /** A sample without labels; NaN where there is none. */
    double value(String name) {
        return samples.getOrDefault(name, Double.NaN);
    }

    /** The limits of which most is used: those that have a sample of what is used of them beside them. */
    List<Use> nearLimits() {
        List<Use> near = new ArrayList<>();
        samples.forEach((name, limit) -> {
            String used = used(name);
            if (used == null || limit <= 0) return;
            double now = samples.get(used);
            if (now >= NEAR * limit) near.add(new Use(used, now, limit));
        });
        return near;
    }

    /** The name of the sample that says how much of a limit is used; null where the name is no limit's. */
    private String used(String limit) {
        if (limit.equals("process_max_fds")) return known("process_open_fds");
        if (!limit.startsWith("letterbox_")) return null;
        String beside = known(limit.replaceFirst("_limit(?=_|\\{|$)", "_used"));
        if (beside != null && !beside.equals(limit)) return beside;
        beside = known(limit.replaceFirst("_limit(?=_|\\{|$)", ""));
        return limit.equals(beside) ? null : beside;
    }

    private String known(String name) {
        return samples.containsKey(name) ? name : null;
    }
}
