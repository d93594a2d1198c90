package io.letterbox;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The rules that a machine can check. Each takes sources and answers with one sentence per violation. */
final class SourceRules {
    /**
     * What a top-level package may import, besides its own.
     *
     * @param packages of Letterbox
     * @param libraries by the beginnings of their packages, besides the JDK
     */
    record PackageRule(Set<String> packages, Set<String> libraries) {}

    static final int MAX_TYPE_LINES = 500;
    static final int MAX_MEMBER_LINES = 70;
    static final int MAX_COLUMNS = 120;

    static final int MAX_PARAMETERS = 5;

    /** A constructor is handed what its class works with; a record that only carries that to it would name nothing. */
    static final int MAX_CONSTRUCTOR_PARAMETERS = 8;

    private static final String JACKSON = "com.fasterxml.jackson.";
    private static final String VERTX = "io.vertx.";
    private static final String NETTY = "io.netty.";
    private static final String SLF4J = "org.slf4j.";
    private static final String KAFKA = "org.apache.kafka.";
    private static final String RATIS = "org.apache.ratis.";
    private static final String HAZELCAST = "com.hazelcast.";

    /** Libraries that only one package may know, by the beginnings of their packages. */
    static final Map<String, String> ONLY_IN =
            Map.of(RATIS, "cluster.raft", HAZELCAST, "cluster.hazelcast", "io.vertx.spi.cluster.", "cluster.hazelcast");

    private static final Set<String> DOOR_PACKAGES = Set.of(
            "access",
            "audit",
            "bus",
            "record",
            "metadata",
            "config",
            "telemetry",
            "http",
            "entrance",
            "time",
            "error",
            "coordinator",
            "groups",
            "transactions",
            "text",
            "filter");
    private static final Set<String> DOOR_LIBRARIES = Set.of(JACKSON, VERTX, NETTY, SLF4J, KAFKA);

    /** The table of packages, as in ARCHITECTURE.md. The root may import everything. */
    static final Map<String, PackageRule> PACKAGES = Map.ofEntries(
            Map.entry("error", new PackageRule(Set.of(), Set.of())),
            Map.entry("access", new PackageRule(Set.of(), Set.of())),
            Map.entry("audit", new PackageRule(Set.of("access", "metadata", "text"), Set.of(SLF4J))),
            Map.entry("time", new PackageRule(Set.of(), Set.of())),
            Map.entry("record", new PackageRule(Set.of("error"), Set.of(KAFKA))),
            Map.entry("memory", new PackageRule(Set.of(), Set.of())),
            Map.entry("filter", new PackageRule(Set.of("record", "error"), Set.of(JACKSON))),
            Map.entry("disk", new PackageRule(Set.of("text", "error"), Set.of())),
            Map.entry("log", new PackageRule(Set.of("disk", "record", "time", "text", "error", "memory"), Set.of())),
            Map.entry("metadata", new PackageRule(Set.of("disk", "record", "text", "error"), Set.of())),
            Map.entry("text", new PackageRule(Set.of(), Set.of())),
            Map.entry("host", new PackageRule(Set.of("disk", "text"), Set.of("com.sun.management."))),
            Map.entry("replication", new PackageRule(Set.of("record", "error"), Set.of())),
            Map.entry("coordinator", new PackageRule(Set.of("access", "time", "error"), Set.of())),
            Map.entry(
                    "groups",
                    new PackageRule(
                            Set.of("coordinator", "metadata", "record", "time", "error", "memory"),
                            Set.of(KAFKA, "com.google.re2j.", "org.pcollections."))),
            Map.entry(
                    "transactions",
                    new PackageRule(Set.of("coordinator", "record", "time", "error", "memory"), Set.of(KAFKA))),
            Map.entry(
                    "config",
                    new PackageRule(Set.of("metadata", "text", "error"), Set.of(JACKSON, "org.yaml.snakeyaml."))),
            Map.entry(
                    "bus",
                    new PackageRule(
                            Set.of("access", "audit", "coordinator", "record", "metadata", "error"), Set.of(VERTX))),
            Map.entry("entrance", new PackageRule(Set.of("host"), Set.of(VERTX, NETTY, SLF4J))),
            Map.entry(
                    "http",
                    new PackageRule(
                            Set.of("access", "audit", "error", "config", "record", "entrance", "text"),
                            DOOR_LIBRARIES)),
            Map.entry("files", new PackageRule(Set.of("http", "error", "text"), Set.of(VERTX))),
            Map.entry(
                    "telemetry",
                    new PackageRule(
                            Set.of("http", "bus", "record", "time", "error", "memory"),
                            Set.of("io.micrometer.", "io.prometheus.", VERTX, JACKSON, SLF4J))),
            Map.entry(
                    "storage",
                    new PackageRule(
                            Set.of(
                                    "access",
                                    "audit",
                                    "disk",
                                    "log",
                                    "replication",
                                    "metadata",
                                    "coordinator",
                                    "groups",
                                    "transactions",
                                    "record",
                                    "bus",
                                    "config",
                                    "telemetry",
                                    "time",
                                    "memory",
                                    "text",
                                    "error"),
                            Set.of(VERTX, SLF4J))),
            Map.entry(
                    "cluster",
                    new PackageRule(
                            Set.of(
                                    "access",
                                    "audit",
                                    "disk",
                                    "metadata",
                                    "storage",
                                    "bus",
                                    "coordinator",
                                    "groups",
                                    "transactions",
                                    "record",
                                    "time",
                                    "text",
                                    "error"),
                            Set.of(VERTX, NETTY, SLF4J, KAFKA, RATIS, HAZELCAST))),
            Map.entry("ingress", new PackageRule(DOOR_PACKAGES, DOOR_LIBRARIES)),
            Map.entry("reading", new PackageRule(Set.of("bus", "record", "error"), Set.of(VERTX))),
            Map.entry(
                    "publishing",
                    new PackageRule(
                            Set.of(
                                    "access",
                                    "audit",
                                    "bus",
                                    "record",
                                    "metadata",
                                    "config",
                                    "telemetry",
                                    "time",
                                    "error"),
                            Set.of(VERTX))),
            Map.entry("rest", new PackageRule(with(DOOR_PACKAGES, "ingress", "reading", "publishing"), DOOR_LIBRARIES)),
            Map.entry(
                    "kafka", new PackageRule(with(DOOR_PACKAGES, "ingress", "reading", "publishing"), DOOR_LIBRARIES)),
            Map.entry("sse", new PackageRule(with(DOOR_PACKAGES, "ingress", "reading"), DOOR_LIBRARIES)),
            Map.entry("console", new PackageRule(DOOR_PACKAGES, DOOR_LIBRARIES)),
            // Stands in for classes of a library, which may not know us.
            Map.entry("org.apache.kafka", new PackageRule(Set.of(), Set.of())),
            Map.entry("org.apache.ratis", new PackageRule(Set.of(), Set.of())),
            Map.entry(
                    "cli",
                    new PackageRule(
                            Set.of("config", "host", "time", "disk", "log", "record", "text", "error"),
                            Set.of(JACKSON, KAFKA, "picocli.", "javax.net.ssl."))));

    /** Time, chance and threads are arguments there. */
    private static final Set<String> PURE = Set.of(
            "access",
            "error",
            "text",
            "memory",
            "record",
            "filter",
            "disk",
            "log",
            "metadata",
            "replication",
            "coordinator",
            "groups",
            "transactions",
            "cluster.birth",
            "cluster.copy",
            "cluster.healing",
            "cluster.placement",
            "cluster.status");

    private static final Pattern IMPURE = Pattern.compile("\\bSystem\\.(currentTimeMillis|nanoTime)\\b"
            + "|\\bnew Random\\(|\\bThreadLocalRandom\\b|\\bMath\\.random\\b|\\brandomUUID\\b|\\bSecureRandom\\b"
            + "|\\bInstant\\.now\\b|\\bClock\\b|\\bnew Thread\\b|\\bThread\\.(sleep|start)\\b|\\bExecutors\\b");
    private static final Pattern EMPTY_WORD = Pattern.compile("(Manager|Helper|Util|Utils|Impl)(?=[A-Z]|$)");
    /** One file of the whole process, which several shards write in turns. */
    private static final Set<String> MAY_LOCK = Set.of("io/letterbox/storage/RecoveryCheckpoint.java");

    /** The second asks whether a timestamp is of today, as its reader has it. */
    private static final Set<String> MAY_READ_WALL_CLOCK =
            Set.of("io/letterbox/time/SystemClock.java", "io/letterbox/console/format.js");

    private static final Pattern WALL_CLOCK = Pattern.compile("\\bcurrentTimeMillis\\b|\\bnew Date\\(\\)"
            + "|\\b(Instant|InstantSource|LocalDate|LocalTime|LocalDateTime|OffsetDateTime|ZonedDateTime)"
            + "\\.(now|system)\\b"
            + "|\\bjava\\.time\\.(Clock|InstantSource)\\b|\\bDate\\.now\\b");

    private static final Pattern LOCK = Pattern.compile("\\bsynchronized\\b|\\bjava\\.util\\.concurrent\\.locks\\b");
    private static final Pattern UNFINISHED = Pattern.compile("\\b(TODO|FIXME|XXX)\\b|@Disabled\\b");
    private static final Pattern DOCUMENTED_PACKAGE = Pattern.compile("(?s)\\s*/\\*\\*.*\\*/\\s*package .*");

    private SourceRules() {}

    private static Set<String> with(Set<String> packages, String... others) {
        return Stream.concat(packages.stream(), Stream.of(others)).collect(Collectors.toUnmodifiableSet());
    }

    static List<String> imports(List<SourceFile> sources) {
        return each(sources, source -> {
            PackageRule rule = PACKAGES.get(source.topPackage());
            if (source.topPackage().isEmpty()) return Stream.empty();
            if (rule == null) return Stream.of("is in a package that the table does not have");
            Stream<String> packages = source.topPackages().stream()
                    .filter(other -> !other.equals(source.topPackage())
                            && !rule.packages().contains(other))
                    .map(other -> "reaches into " + (other.isEmpty() ? "the root" : other));
            Stream<String> libraries = source.imports().stream()
                    .filter(name -> !name.startsWith("java.") && !name.startsWith("io.letterbox."))
                    .filter(name -> rule.libraries().stream().noneMatch(name::startsWith))
                    .map(name -> "imports " + name);
            return Stream.concat(packages, libraries);
        });
    }

    /** Imports of libraries that only one package may know, in others. */
    static List<String> onlyThere(List<SourceFile> sources) {
        return each(sources, source -> source.imports().stream().flatMap(name -> ONLY_IN.entrySet().stream()
                .filter(only ->
                        name.startsWith(only.getKey()) && !source.packageName().equals(only.getValue()))
                .map(only -> "imports " + name + ", which only " + only.getValue() + " may")));
    }

    /**
     * Packages that lead back to themselves, whatever their top-level packages: of each way round, all pairs of
     * neighbours. A package that is on one cannot be understood, tested or changed without all the others.
     */
    static List<String> circles(List<SourceFile> sources) {
        Map<String, Set<String>> named = new TreeMap<>();
        for (SourceFile source : sources) {
            named.computeIfAbsent(source.packageName(), name -> new TreeSet<>()).addAll(source.packages());
        }
        Set<String> circles = new TreeSet<>();
        named.forEach((from, others) -> {
            for (String to : others) {
                boolean back = reachable(to, name -> named.getOrDefault(name, Set.of()))
                        .contains(from);
                if (back && !to.equals(from)) {
                    circles.add(from.compareTo(to) < 0 ? from + " and " + to : to + " and " + from);
                }
            }
        });
        return List.copyOf(circles);
    }

    /** What can be reached from somewhere in one step or more. */
    static Set<String> reachable(String from, Function<String, Set<String>> steps) {
        Set<String> seen = new HashSet<>();
        List<String> next = List.copyOf(steps.apply(from));
        while (!next.isEmpty()) {
            next = next.stream()
                    .filter(seen::add)
                    .flatMap(other -> steps.apply(other).stream())
                    .toList();
        }
        return seen;
    }

    /** Config needs to know which settings topics have, and nothing else of the metadata. */
    static List<String> configKnowsOnlyKeys(List<SourceFile> sources) {
        return each(sources, source -> source.imports().stream()
                .filter(name -> source.topPackage().equals("config") && name.startsWith("io.letterbox.metadata."))
                .filter(name -> !name.equals("io.letterbox.metadata.TopicConfigKey"))
                .map(name -> "imports " + name));
    }

    static List<String> purity(List<SourceFile> sources) {
        return each(
                sources,
                source -> PURE.contains(source.topPackage()) || PURE.contains(source.packageName())
                        ? found(IMPURE, source.code(), "uses ")
                        : Stream.empty());
    }

    /**
     * Who reads the wall clock takes it for a duration sooner or later, so there is one place in each language that
     * does.
     */
    static List<String> wallClock(List<SourceFile> sources) {
        return each(
                sources,
                source -> MAY_READ_WALL_CLOCK.contains(source.path())
                        ? Stream.empty()
                        : found(WALL_CLOCK, source.code(), "uses "));
    }

    static List<String> packagesAreDescribed(List<SourceFile> sources) {
        Map<String, List<SourceFile>> packages = sources.stream()
                .collect(Collectors.groupingBy(SourceFile::directory, TreeMap::new, Collectors.toList()));
        List<String> wrong = new ArrayList<>();
        packages.forEach((directory, files) -> {
            boolean described = files.stream()
                    .anyMatch(file -> file.path().endsWith("/package-info.java")
                            && DOCUMENTED_PACKAGE.matcher(file.text()).matches());
            if (!described) wrong.add(directory + " has no package-info.java with a comment");
        });
        return wrong;
    }

    static List<String> lengths(List<SourceFile> sources) {
        return each(sources, source -> source.blocks().stream().flatMap(block -> {
            int limit = block.type() ? MAX_TYPE_LINES : MAX_MEMBER_LINES;
            List<String> wrong = new ArrayList<>();
            if (block.lines() > limit) {
                wrong.add(block.name() + " has " + block.lines() + " lines; the limit is " + limit);
            }
            int most = block.isConstructor() ? MAX_CONSTRUCTOR_PARAMETERS : MAX_PARAMETERS;
            if (block.parameters() > most) {
                wrong.add(block.name() + " has " + block.parameters() + " parameters; the limit is " + most);
            }
            return wrong.stream();
        }));
    }

    /** The formatter wraps code, and leaves comments and texts as they are. */
    static List<String> widths(List<SourceFile> sources) {
        return each(sources, source -> {
            String[] lines = source.text().split("\n");
            return IntStream.range(0, lines.length)
                    .filter(index -> lines[index].length() > MAX_COLUMNS)
                    .mapToObj(index -> "line " + (index + 1) + " has " + lines[index].length()
                            + " columns; the limit is " + MAX_COLUMNS);
        });
    }

    static List<String> names(List<SourceFile> sources) {
        return each(sources, source -> source.blocks().stream()
                .filter(block ->
                        block.type() && EMPTY_WORD.matcher(block.name()).find())
                .map(block -> block.name() + " has a name that says nothing"));
    }

    static List<String> locks(List<SourceFile> sources) {
        return each(sources, source -> {
            boolean allowed = source.topPackage().equals("telemetry") || MAY_LOCK.contains(source.path());
            return allowed ? Stream.empty() : found(LOCK, source.code(), "uses ");
        });
    }

    static List<String> unfinished(List<SourceFile> sources) {
        return each(sources, source -> found(UNFINISHED, source.text(), "has a "));
    }

    private static Stream<String> found(Pattern pattern, String in, String verb) {
        return pattern.matcher(in).results().map(match -> verb + match.group());
    }

    private static List<String> each(List<SourceFile> sources, Function<SourceFile, Stream<String>> rule) {
        return sources.stream()
                .flatMap(source -> rule.apply(source).map(wrong -> source.path() + " " + wrong))
                .distinct()
                .toList();
    }
}
