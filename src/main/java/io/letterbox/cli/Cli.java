package io.letterbox.cli;

import io.letterbox.error.ApiException;
import io.letterbox.text.FileTrouble;
import io.letterbox.text.Nearest;
import io.letterbox.text.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Parses the arguments and runs the command that they name. */
public final class Cli {
    private final Terminal terminal;
    private final Map<String, Supplier<Object>> commands = new LinkedHashMap<>();

    private Cli(Starter starter, Terminal terminal) {
        this.terminal = terminal;
        commands.put("serve", () -> new ServeCommand(starter, terminal));
        commands.put("status", () -> new StatusCommand(terminal));
        commands.put("cluster", () -> new ClusterCommand(terminal));
        commands.put("topics", () -> new TopicsCommand(terminal));
        commands.put("groups", () -> new GroupsCommand(terminal));
        commands.put("publish", () -> new PublishCommand(terminal));
        commands.put("tail", () -> new TailCommand(terminal));
        commands.put("config", () -> new ConfigCommand(terminal));
        commands.put("log", () -> new LogCommand(terminal));
        commands.put("clock", () -> new ClockCommand(terminal));
        commands.put("doctor", () -> new DoctorCommand(terminal));
        commands.put("rehearse", () -> new TrainingRun(starter));
        commands.put("version", () -> new VersionCommand(terminal));
    }

    /**
     * Runs a command to its end.
     *
     * @param args the arguments of {@code main}
     * @param starter starts a server, for {@code serve}
     * @return one of {@link ExitCode}
     */
    public static int run(String[] args, Starter starter) {
        return run(args, starter, Terminal.ofProcess());
    }

    static int run(String[] args, Starter starter, Terminal terminal) {
        int exitCode = new Cli(starter, terminal).run(args);
        terminal.out().flush();
        terminal.err().flush();
        return exitCode;
    }

    private int run(String[] args) {
        CommandLine line = new CommandLine(new RootCommand()).setCommandName(CommandName.get());
        String wanted = args.length == 0 ? "" : args[0];
        if (wanted.equals("help")) return run(helpOf(args));
        // Building a command reads its annotations, which takes time: only the general help needs all commands.
        List<String> names = commands.containsKey(wanted) ? List.of(wanted) : List.copyOf(commands.keySet());
        names.forEach(name -> line.addSubcommand(name, commands.get(name).get()));
        if (!wanted.isEmpty() && !wanted.startsWith("-") && names.size() > 1) return unknown(line, wanted);
        line.setOut(new PrintWriter(terminal.own().out(), true));
        line.setErr(new PrintWriter(terminal.own().err(), true));
        line.setUsageHelpAutoWidth(true);
        // Arguments may begin with @, which does not mean a file here.
        line.setExpandAtFiles(false);
        line.setExecutionStrategy(this::execute);
        line.setExecutionExceptionHandler((failure, command, parsed) -> failed(failure));
        line.setParameterExceptionHandler((wrong, given) -> usageError(wrong));
        try {
            return line.execute(args);
        } catch (Error e) {
            // The uncaught exception would end this thread only, and a server's other threads would keep the process
            // alive.
            e.printStackTrace(terminal.err());
            return ExitCode.FAILED;
        }
    }

    /** Turns {@code help topics} into {@code topics --help}. */
    private static String[] helpOf(String[] args) {
        String[] asked = Arrays.copyOfRange(args, 1, args.length + 1);
        asked[asked.length - 1] = "--help";
        return asked;
    }

    private int execute(ParseResult parsed) {
        List<CommandLine> path = parsed.asCommandLineList();
        CommandLine last = path.get(path.size() - 1);
        Object command = last.getCommand();
        // A request for help suppresses the check of arguments, so an unknown command would get the help of its parent.
        List<String> strange = last.getParseResult().unmatched();
        if (isFamily(last) && !strange.isEmpty()) return unknown(last, strange.get(0));
        if (last.isVersionHelpRequested()) {
            path.get(0).printVersionHelp(path.get(0).getOut());
            return ExitCode.OK;
        }
        // A command is a Callable class, or a method of its parent's class.
        if (last.isUsageHelpRequested() || command instanceof Callable || command instanceof Method) {
            return new CommandLine.RunLast().execute(parsed);
        }
        last.usage(last.getErr());
        return ExitCode.USAGE;
    }

    private int usageError(ParameterException wrong) {
        CommandLine command = wrong.getCommandLine();
        PrintWriter err = command.getErr();
        boolean name = wrong instanceof UnmatchedArgumentException && isFamily(command);
        String strange =
                name ? ((UnmatchedArgumentException) wrong).getUnmatched().get(0) : "-";
        if (!strange.startsWith("-")) return unknown(command, strange);
        err.println("letterbox: " + Printable.lines(String.valueOf(wrong.getMessage())));
        UnmatchedArgumentException.printSuggestions(wrong, err);
        err.println("See: " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private static boolean isFamily(CommandLine command) {
        return !command.getSubcommands().isEmpty();
    }

    /** Reports a command that does not exist, and lists those that do. */
    private int unknown(CommandLine family, String name) {
        List<String> known = family.getSubcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(command -> !command.usageMessage().hidden())
                .map(CommandSpec::name)
                .sorted()
                .toList();
        String meant = Nearest.to(name, known, 3)
                .map(near -> " Did you mean " + near + "?")
                .orElse("");
        printErrors("there is no command " + Printable.line(name) + "." + meant);
        printErrors("commands are " + String.join(", ", known));
        terminal.err().println("See: " + family.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private int failed(Exception failure) {
        if (failure instanceof Failure) {
            printErrors(failure.getMessage());
            return ((Failure) failure).exitCode();
        }
        if (failure instanceof ApiException
                || failure instanceof IOException
                || failure instanceof UncheckedIOException) {
            printErrors(FileTrouble.sentence(failure));
            return ExitCode.FAILED;
        }
        // An unexpected failure has no message for users; the stack trace is for developers.
        failure.printStackTrace(terminal.err());
        return ExitCode.FAILED;
    }

    private void printErrors(String lines) {
        lines.lines().forEach(line -> terminal.err().println("letterbox: " + line));
    }
}
