package io.letterbox;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.letterbox.config.KafkaConfig;
import io.letterbox.metadata.Endpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class KafkaAssemblyTest {
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger().addAppender(log);
    }

    @AfterEach
    void stop() {
        logger().detachAppender(log);
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(KafkaAssembly.class);
    }

    private static Endpoint advertised(String host, String advertisedHost, int advertisedPort) {
        KafkaConfig config = new KafkaConfig(true, host, 9092, advertisedHost, advertisedPort, 600, 10, 0, 10, 1 << 20);
        return KafkaAssembly.advertised(config, 9092);
    }

    @Test
    void clientsAreToldWhatIsConfiguredElseWhereWeListen() {
        assertThat(advertised("127.0.0.1", "", 0)).isEqualTo(new Endpoint("127.0.0.1", 9092));
        assertThat(advertised("0.0.0.0", "broker.example", 0)).isEqualTo(new Endpoint("broker.example", 9092));
        assertThat(advertised("127.0.0.1", "broker.example", 19092)).isEqualTo(new Endpoint("broker.example", 19092));
        assertThat(log.list).isEmpty();
    }

    /** A common mistake of new users: no client can connect to a wildcard address. */
    @Test
    void aWildcardWithoutAnAdvertisedHostIsWarnedAbout() {
        for (String wildcard : new String[] {"0.0.0.0", "::"}) {
            log.list.clear();
            Endpoint told = advertised(wildcard, "", 0);
            assertThat(told.host()).isNotBlank().isNotEqualTo(wildcard);
            assertThat(log.list)
                    .singleElement()
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .asString()
                    .contains(wildcard, told.host(), "kafka.advertisedHost");
        }
    }
}
