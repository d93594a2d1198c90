package io.letterbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code scripts/debian.d/install} says and does, with commands that only say that they were called. */
class InstallScriptTest {
    /** The only directory in which the script finds commands. */
    @TempDir
    private Path commands;

    @Test
    void whatIsInstalledIsSaidBefore() throws Exception {
        for (String command : List.of("apt-get", "systemctl", "chmod", "rm"))
            command(command, "echo \"ran ${0##*/} $*\" >&2");
        command("tee", "while read -r line; do :; done");
        command("sudo", "shift; exec \"$@\"");
        command("env", "shift; exec \"$@\"");

        List<String> said = install(0, "nginx", "npm");

        List<String> before =
                said.stream().takeWhile(line -> !line.startsWith("ran ")).toList();
        assertThat(before)
                .allMatch(line -> line.startsWith("test: "))
                .anyMatch(line -> line.endsWith("missing: nginx npm"))
                .anyMatch(line -> line.endsWith("apt-get update -qq"))
                .anyMatch(line -> line.endsWith("apt-get install -y -qq --no-install-recommends nginx npm"))
                .anyMatch(line -> line.endsWith("systemctl disable --quiet nginx"));
        assertThat(said.subList(before.size(), said.size()))
                .containsSubsequence(
                        "ran apt-get update -qq", "ran apt-get install -y -qq --no-install-recommends nginx npm");
    }

    @Test
    void whereNothingCanBeInstalledItSaysWhatIsMissing() throws Exception {
        assertThat(install(1, "nginx", "npm"))
                .containsExactly("test: these are missing and cannot be installed from here: nginx npm");
    }

    private void command(String name, String body) throws IOException {
        Path file = Files.writeString(commands.resolve(name), "#!/bin/bash\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private List<String> install(int status, String... packages) throws Exception {
        ProcessBuilder script = new ProcessBuilder("/bin/bash", "scripts/debian.d/install", "test");
        script.command().addAll(List.of(packages));
        script.environment().put("PATH", commands.toString());
        Process process = script.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isEqualTo(status);
        return said.lines().toList();
    }
}
