package io.letterbox.entrance;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AcceptedConnectionsTest {
    private static final InetAddress ONE = address(1);
    private static final InetAddress TWO = address(2);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final AcceptedConnections<String> guests = new AcceptedConnections<>(new DoorLimits("http", 5, 0, 2));
    private long now = -3 * SECOND; // A monotonic clock may be negative, and pass zero.

    private static InetAddress address(int last) {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private List<String> arrive(String guest, InetAddress from) {
        return guests.admit(guest, from, now, true);
    }

    @Test
    void theOneThatWasSilentLongestMakesRoomForItsNeighbour() {
        assertThat(arrive("a", ONE)).isEmpty();
        now += 10 * SECOND;
        assertThat(arrive("b", ONE)).isEmpty();
        assertThat(arrive("x", TWO)).isEmpty();
        assertThat(arrive("c", ONE)).containsExactly("a");
        assertThat(guests.open()).isEqualTo(3);
        assertThat(guests.silent()).isEqualTo(3);
    }

    @Test
    void whoHasSpokenIsNotSentAway() {
        for (String guest : List.of("a", "b", "c", "d", "e")) {
            assertThat(arrive(guest, ONE)).isEmpty();
            guests.onFirstRequest(guest);
        }
        now += 100 * SECOND;
        assertThat(guests.silent()).isZero();
        assertThat(guests.overdue(now)).isEmpty();
        assertThat(arrive("f", TWO)).containsExactly("f"); // Full.
        guests.remove("a");
        assertThat(arrive("f", TWO)).isEmpty();
    }

    @Test
    void manyMayComeBackAtOnce() {
        for (String guest : List.of("a", "b", "c", "d")) {
            assertThat(arrive(guest, ONE)).isEmpty();
        }
        assertThat(arrive("e", TWO)).isEmpty();
    }

    @Test
    void manyOfOneAddressMayTakeSecondsWhileThereIsRoom() {
        arrive("a", ONE);
        arrive("b", ONE);
        now += 9 * SECOND;
        assertThat(arrive("c", ONE)).isEmpty();
        assertThat(guests.silent()).isEqualTo(3);
    }

    @Test
    void aFullDoorIsFullForThoseWhoFilledItWithSilence() {
        for (String guest : List.of("a", "b", "c", "d", "e")) arrive(guest, ONE);
        // All are young, but one address has more than its share.
        assertThat(arrive("honest", TWO)).containsExactly("a");
        guests.onFirstRequest("honest");
        now += SECOND;
        assertThat(arrive("other", TWO)).containsExactly("b");
        assertThat(guests.open()).isEqualTo(5);
    }

    @Test
    void aWantOfFilesIsAFullDoor() {
        guests.admit("a", ONE, now, true);
        assertThat(guests.admit("b", TWO, now, false)).containsExactly("b");
        now += SECOND;
        assertThat(guests.admit("b", TWO, now, false)).containsExactly("a");
        guests.onFirstRequest("b");
        assertThat(guests.admit("c", TWO, now, false)).containsExactly("c");
    }

    @Test
    void anAddressCanBeLimited() {
        AcceptedConnections<String> few = new AcceptedConnections<>(new DoorLimits("kafka", 5, 2, 2));
        few.admit("a", ONE, now, true);
        few.onFirstRequest("a");
        few.admit("b", ONE, now, true);
        assertThat(few.admit("c", ONE, now, true)).containsExactly("c");
        assertThat(few.admit("d", TWO, now, true)).isEmpty();
        assertThat(few.admit("c", ONE, now + SECOND, true)).containsExactly("b");
    }

    @Test
    void silenceEnds() {
        arrive("a", ONE);
        now += SECOND;
        arrive("b", TWO);
        now += AcceptedConnections.SILENCE_NANOS - SECOND;
        assertThat(guests.overdue(now)).containsExactly("a");
        assertThat(guests.open()).isEqualTo(1);
        guests.remove("a"); // Its socket is closed, which is reported again.
        assertThat(guests.open()).isEqualTo(1);
    }

    @Test
    void nothingIsKeptOfThoseWhoLeft() {
        arrive("a", ONE);
        arrive("b", ONE);
        guests.onFirstRequest("a");
        guests.remove("a");
        guests.remove("b");
        guests.onFirstRequest("b");
        for (int i = 0; i < 5; i++) arrive("c" + i, TWO);
        assertThat(guests.admit("refused", ONE, now, true)).isNotEmpty();
        for (int i = 0; i < 5; i++) guests.remove("c" + i);
        guests.remove("refused");
        assertThat(guests.open()).isZero();
        assertThat(guests.silent()).isZero();
        assertThat(guests.addresses()).isZero();
    }
}
