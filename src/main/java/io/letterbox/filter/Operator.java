package io.letterbox.filter;

/** The operators of comparisons. */
enum Operator {
    EQUAL,
    NOT_EQUAL,
    LESS,
    AT_MOST,
    GREATER,
    AT_LEAST,
    CONTAINS;

    /** True for operators that need an order, which only numbers and texts have. */
    boolean isOrder() {
        return this == LESS || this == AT_MOST || this == GREATER || this == AT_LEAST;
    }

    /**
     * Whether the operator holds for two values. Numbers are compared exactly, texts by their code points; values of
     * different types are unequal and have no order. A text contains its substrings, an array its elements. For an
     * absent value no operator holds, not even NOT_EQUAL.
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
