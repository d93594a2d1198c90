package io.letterbox.it;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.awaitility.Awaitility;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** Debian's Chromium, driven by Selenium, which can also inspect what is displayed. Owned by the test's thread. */
final class Browser implements Page {
    private static final Duration SCRIPT_LIMIT = Duration.ofSeconds(90);

    /** Selenium warns that it does not know this Chromium's debugging protocol, which is not used here. */
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

    static {
        SELENIUM.setLevel(Level.SEVERE);
    }

    private final ChromeDriver driver;

    Browser() {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(ForeignProcess.find("chromium", "chromium"));
        // No sandbox, because tests also run as root in containers; no background traffic, because nothing answers it.
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--lang=en-US");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.WARNING);
        options.setCapability("goog:loggingPrefs", logs);
        options.setAcceptInsecureCerts(true);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(new File(ForeignProcess.find("chromium-driver", "chromedriver")))
                .build();
        driver = new ChromeDriver(service, options);
        driver.manage().timeouts().scriptTimeout(SCRIPT_LIMIT);
    }

    @Override
    public void open(String url) {
        driver.get(url);
    }

    /** The tab that is driven. */
    String tab() {
        return driver.getWindowHandle();
    }

    /** Activates a tab and drives it. */
    void show(String tab) {
        driver.switchTo().window(tab);
        driver.executeCdpCommand("Page.bringToFront", Map.of());
    }

    @Override
    public void back() {
        driver.navigate().back();
    }

    /** Sets the size of the page in CSS pixels, and the preferred colour scheme. */
    void show(int width, int height, boolean dark) {
        driver.manage().window().setSize(new Dimension(Math.max(width, 500), height));
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    @Override
    public Object script(String script, Object... arguments) {
        return ((JavascriptExecutor) driver).executeScript(script, arguments);
    }

    @Override
    public Object await(String body, Object... arguments) {
        return ((JavascriptExecutor) driver)
                .executeAsyncScript(
                        "const done = arguments[arguments.length - 1]; const given = arguments;" + "(async () => {"
                                + body + "})().then(done, error => done('FAILED ' + error));",
                        arguments);
    }

    /** Waits for an element that is displayed. */
    WebElement find(String css) {
        return until(css, () -> driver.findElements(By.cssSelector(css)).stream()
                .filter(WebElement::isDisplayed)
                .findFirst()
                .orElse(null));
    }

    int count(String css) {
        return driver.findElements(By.cssSelector(css)).size();
    }

    /** Waits until an element that is displayed contains a text; returns the element. */
    WebElement findWithText(String css, String text) {
        return until(css + " with “" + text + "”", () -> driver.findElements(By.cssSelector(css)).stream()
                .filter(element -> element.isDisplayed() && element.getText().contains(text))
                .findFirst()
                .orElse(null));
    }

    void click(String css) {
        find(css).click();
    }

    void type(String css, String text) {
        WebElement element = find(css);
        element.clear();
        element.sendKeys(text);
    }

    /** As with every page; an element that was replaced meanwhile is looked up again. */
    @Override
    public <T> T until(String what, Supplier<T> question) {
        return Awaitility.await(what)
                .atMost(LIMIT)
                .pollInterval(POLL)
                .ignoreExceptionsMatching(
                        e -> e instanceof StaleElementReferenceException || e instanceof NoSuchElementException)
                .until(question::get, answer -> answer != null && !Boolean.FALSE.equals(answer));
    }

    /** Includes failed requests. */
    @Override
    public List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .toList();
    }

    /** Opens an empty tab and drives it; returns the former one. */
    String newTab() {
        return driver.switchTo().newWindow(WindowType.TAB).getWindowHandle();
    }

    /** Drives another tab. */
    void goTo(String tab) {
        driver.switchTo().window(tab);
    }

    /** Closes the current tab; the test has to continue in another one. */
    void closeTab() {
        driver.close();
    }

    /** Ends the shared workers of all pages, as a crash would. */
    void killSharedWorkers() {
        List<?> targets = (List<?>)
                driver.executeCdpCommand("Target.getTargets", Map.of()).get("targetInfos");
        for (Object each : targets) {
            Map<?, ?> target = (Map<?, ?>) each;
            if (!target.get("type").equals("shared_worker")) continue;
            driver.executeCdpCommand("Target.closeTarget", Map.of("targetId", target.get("targetId")));
        }
    }

    void screenshot(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    }

    @Override
    public void close() {
        driver.quit();
    }
}
