package io.letterbox.telemetry;

import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;

/**
 * What Micrometer and Vert.x can tell about the process, in the registry that {@link Meters} uses too. Stateless; called
 * once, at the start.
 */
public final class ProcessMetrics {
    private ProcessMetrics() {}

    /**
     * A registry with the meters of the JVM and of the process: memory, collections, threads, classes, processor time,
     * files, uptime. Closing it ends the listening to the collector.
     */
    public static PrometheusMeterRegistry newRegistry() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        bindCollector(registry);
        return registry;
    }

    /** The registry owns the listener and closes it; nobody else holds it. */
    @SuppressWarnings("resource")
    private static void bindCollector(PrometheusMeterRegistry registry) {
        new JvmGcMetrics().bindTo(registry);
    }

    /**
     * Lets Vert.x meter itself: its pools and verticles. Not the servers, whose meters look tags up for every
     * request or read and are the same for both doors, and not the event bus, over which every record batch goes: measured on two cores, the bus's
     * meters cost a microsecond a message, those of the pools a tenth of that. {@link RouteMeter} and the group commit's
     * histograms say what is lost for less.
     *
     * @param options what the builder will be given; changed by this
     */
    public static VertxBuilder meter(VertxBuilder builder, VertxOptions options, PrometheusMeterRegistry registry) {
        MicrometerMetricsOptions metrics = new MicrometerMetricsOptions().setEnabled(true);
        metrics.addDisabledMetricsCategory(MetricsDomain.HTTP_SERVER);
        metrics.addDisabledMetricsCategory(MetricsDomain.HTTP_CLIENT);
        metrics.addDisabledMetricsCategory(MetricsDomain.NET_SERVER);
        metrics.addDisabledMetricsCategory(MetricsDomain.DATAGRAM_SOCKET);
        metrics.addDisabledMetricsCategory(MetricsDomain.EVENT_BUS);
        options.setMetricsOptions(metrics);
        return builder.with(options).withMetrics(new MicrometerMetricsFactory(registry));
    }
}
