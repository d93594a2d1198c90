package io.letterbox.filter;

/** A filter as a tree. */
sealed interface Condition {
    Truth test(Subject record);

    /** There is something at a place, be it null. */
    record Exists(Operand operand) implements Condition {
        @Override
        public Truth test(Subject record) {
            Value found = record.at(operand);
            return found instanceof Value.NoJson ? Truth.UNKNOWN : Truth.of(!(found instanceof Value.Absent));
        }
    }

    /** What is at a place compares so with a literal. */
    record Comparison(Operand operand, Operator operator, Value literal) implements Condition {
        @Override
        public Truth test(Subject record) {
            Value found = record.at(operand);
            return found instanceof Value.NoJson ? Truth.UNKNOWN : Truth.of(operator.holds(found, literal));
        }
    }

    /** Both hold. */
    record And(Condition left, Condition right) implements Condition {
        @Override
        public Truth test(Subject record) {
            Truth first = left.test(record);
            return first == Truth.FALSE ? first : first.and(right.test(record));
        }
    }

    /** At least one holds. */
    record Or(Condition left, Condition right) implements Condition {
        @Override
        public Truth test(Subject record) {
            Truth first = left.test(record);
            return first == Truth.TRUE ? first : first.or(right.test(record));
        }
    }

    /** It does not hold. */
    record Not(Condition condition) implements Condition {
        @Override
        public Truth test(Subject record) {
            return condition.test(record).not();
        }
    }
}
