package io.letterbox.filter;

/** How the two sides of a comparison are compared. */
enum Operator {
    EQUAL,
    NOT_EQUAL,
    LESS,
    AT_MOST,
    GREATER,
    AT_LEAST,
    CONTAINS;

    /** True where only numbers and texts have an order to compare by. */
    boolean isOrder() {
        return this == LESS || this == AT_MOST || this == GREATER || this == AT_LEAST;
    }

    /**
     * Whether a value stands so to another. Numbers are compared by what they are worth, to the last digit, and texts by
     * their code points; values of different kinds are unequal and have no order. A text contains its parts, an array its
     * elements. What is not there compares with nothing, not even as unequal.
     */
    boolean holds(Value value, Value other) {
        if (value instanceof Value.Absent) return false;
        switch (this) {
            case EQUAL:
                return value.isEqualTo(other);
            case NOT_EQUAL:
                return !value.isEqualTo(other);
            case CONTAINS:
                return value.contains(other);
            default:
                Integer order = value.compareWith(other);
                return order != null && holds(order);
        }
    }

    private boolean holds(int order) {
        return switch (this) {
            case LESS -> order < 0;
            case AT_MOST -> order <= 0;
            case GREATER -> order > 0;
            case AT_LEAST -> order >= 0;
            default -> throw new AssertionError(this);
        };
    }
}
