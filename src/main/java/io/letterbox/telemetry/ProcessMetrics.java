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
 * The meters of Micrometer and Vert.x about the process, in the registry that {@link Meters} uses, too. Stateless;
 * called once, at the start.
 */
public final class ProcessMetrics {
    private ProcessMetrics() {}

    /**
     * A registry with the meters of the JVM and of the process: memory, garbage collection, threads, classes, processor
     * time, files, uptime. Closing it removes the listener for garbage collections.
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

    /** The registry owns the listener and closes it. */
    @SuppressWarnings("resource")
    private static void bindCollector(PrometheusMeterRegistry registry) {
        new JvmGcMetrics().bindTo(registry);
    }

    /**
     * Meters Vert.x' pools and verticles. Not its servers, whose meters look tags up for every request or read and do
     * not tell HTTP from Kafka, and not the event bus, which every record batch passes: measured on two cores, the
     * bus's meters cost a microsecond per message, those of the pools a tenth of that. {@link RouteMeter} and the
     * histograms of the group commit cover the same at less cost.
     *
     * @param options the builder's options; modified
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
