package io.letterbox.filter;

/** The syntax tree of a filter. */
sealed interface Condition {
    Truth test(Subject record);

    /** True if the operand exists; its value may be null. */
    record Exists(Operand operand) implements Condition {
        @Override
        public Truth test(Subject record) {
            Value found = record.at(operand);
            return found instanceof Value.NoJson ? Truth.UNKNOWN : Truth.of(!(found instanceof Value.Absent));
        }
    }

    /** True if the operand's value compares with a literal as the operator says. */
    record Comparison(Operand operand, Operator operator, Value literal) implements Condition {
        @Override
        public Truth test(Subject record) {
            Value found = record.at(operand);
            return found instanceof Value.NoJson ? Truth.UNKNOWN : Truth.of(operator.holds(found, literal));
        }
    }

    /** True if both conditions hold. */
    record And(Condition left, Condition right) implements Condition {
        @Override
        public Truth test(Subject record) {
            Truth first = left.test(record);
            return first == Truth.FALSE ? first : first.and(right.test(record));
        }
    }

    /** True if at least one condition holds. */
    record Or(Condition left, Condition right) implements Condition {
        @Override
        public Truth test(Subject record) {
            Truth first = left.test(record);
            return first == Truth.TRUE ? first : first.or(right.test(record));
        }
    }

    /** True if the condition does not hold. */
    record Not(Condition condition) implements Condition {
        @Override
        public Truth test(Subject record) {
            return condition.test(record).not();
        }
    }
}
