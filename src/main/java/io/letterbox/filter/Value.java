package io.letterbox.filter;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A value in a record or in a filter. */
sealed interface Value {
    /** There is no value at the pointer. */
    record Absent() implements Value {}

    /** The record's value is not JSON. */
    record NoJson() implements Value {}

    /** A value that no literal of a filter can equal: an object, bytes, an absurdly long number. */
    record Other() implements Value {}

    record Null() implements Value {}

    record Bool(boolean value) implements Value {}

    record Num(BigDecimal value) implements Value {}

    record Text(String value) implements Value {}

    record Array(List<Value> elements) implements Value {}

    Value ABSENT = new Absent();
    Value NO_JSON = new NoJson();
    Value OTHER = new Other();
    Value NULL = new Null();
    Value TRUE = new Bool(true);
    Value FALSE = new Bool(false);

    /** The longest number that is compared; parsing a longer one could cost more than reading its record. */
    int MAX_NUMBER_CHARS = 1_000;

    /** A number from its JSON text; {@link #OTHER} if it is too long, or its exponent does not fit 32 bits. */
    static Value number(String text) {
        if (text.length() > MAX_NUMBER_CHARS) return OTHER;
        try {
            return new Num(new BigDecimal(text));
        } catch (NumberFormatException | ArithmeticException tooLarge) {
            return OTHER;
        }
    }

    default boolean isEqualTo(Value other) {
        if (this instanceof Num number && other instanceof Num another) {
            return number.value().compareTo(another.value()) == 0;
        }
        return !(this instanceof Other) && equals(other);
    }

    /** The order of two values: negative, 0 or positive; null if they have none. */
    default Integer compareWith(Value other) {
        if (this instanceof Num number && other instanceof Num another) {
            return number.value().compareTo(another.value());
        }
        if (this instanceof Text text && other instanceof Text another) {
            return Arrays.compareUnsigned(utf8(text), utf8(another));
        }
        return null;
    }

    default boolean contains(Value other) {
        if (this instanceof Text text)
            return other instanceof Text part && text.value().contains(part.value());
        return this instanceof Array array && array.elements().stream().anyMatch(element -> element.isEqualTo(other));
    }

    /** UTF-8 bytes sort in the order of code points; Java's chars do not. */
    private static byte[] utf8(Text text) {
        return text.value().getBytes(StandardCharsets.UTF_8);
    }
}
