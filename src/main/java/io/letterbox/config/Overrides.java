package io.letterbox.config;

import io.letterbox.text.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads settings from the environment and from the command line. */
final class Overrides {
    static final String PREFIX = "LETTERBOX_";

    /** Variables of the launcher and of the client commands, and those that container images usually set. */
    private static final Set<String> NOT_SETTINGS = Set.of(
            "LETTERBOX_JAVA_HOME", "LETTERBOX_JAVA_OPTS", "LETTERBOX_SERVER", "LETTERBOX_HOME", "LETTERBOX_VERSION");

    /**
     * Variables that Kubernetes sets in every container if a service is called "letterbox", "letterbox-http" or the
     * like (its documentation of services, "Discovering services"); they must not prevent the start.
     */
    private static final Pattern SERVICE_LINK =
            Pattern.compile("LETTERBOX_(.*_)?(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT_\\d+_(TCP|UDP|SCTP)(_.*)?)");

    /** The value of such a service's {@code …_PORT}, where the variable of a port setting has a number. */
    private static final Pattern SERVICE_URL = Pattern.compile("(tcp|udp|sctp)://.*");

    private Overrides() {}

    /**
     * Settings of variables such as {@code LETTERBOX_HTTP_PORT=9000}: underscores may also be left out, as in
     * {@code LETTERBOX_NODE_DATADIR}.
     *
     * @param warning told of variables that are no settings
     */
    static List<Setting> fromEnvironment(Map<String, String> environment, Consumer<String> warning) {
        Map<String, String> paths =
                paths().collect(Collectors.toMap(path -> normalised(ConfigKey.variable(path)), Function.identity()));
        List<Setting> settings = new ArrayList<>();
        new TreeMap<>(environment).forEach((name, value) -> {
            if (!name.startsWith(PREFIX) || NOT_SETTINGS.contains(name) || isServiceLink(name, value)) return;
            String path = paths.get(normalised(name));
            String origin = "environment variable " + name;
            if (path == null) {
                warning.accept(origin + " is ignored: there is no such setting" + suggestion(name));
            } else {
                settings.add(Setting.scalar(path, value, origin));
            }
        });
        return settings;
    }

    private static boolean isServiceLink(String name, String value) {
        return SERVICE_LINK.matcher(name).matches()
                || name.endsWith("_PORT") && SERVICE_URL.matcher(value).matches();
    }

    /** Settings of {@code --set http.port=9000}; the last one of a key wins. */
    static List<Setting> fromArguments(List<String> arguments, List<String> problems) {
        List<Setting> settings = new ArrayList<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals < 1) {
                problems.add("--set " + argument + ": expected key=value, such as http.port=9000");
                continue;
            }
            String key = argument.substring(0, equals).strip();
            String value = argument.substring(equals + 1).strip();
            settings.add(Setting.scalar(key, value, "--set " + argument));
        }
        return settings;
    }

    private static Stream<String> paths() {
        return ConfigSchema.leaves().stream();
    }

    private static String suggestion(String variable) {
        return Nearest.to(variable, paths().map(ConfigKey::variable).toList(), 3)
                .map(name -> "; did you mean " + name + "?")
                .orElse("; a setting's variable is its key in capitals, as in LETTERBOX_HTTP_PORT");
    }

    private static String normalised(String variable) {
        return variable.replace("_", "").toLowerCase(Locale.ROOT);
    }
}
