// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

/** One seed from beginning to end. */
final class SeedRun {
    private SeedRun() {}

    /**
     * Runs a seed.
     *
     * @throws AssertionError when it fails, with what somebody needs to find out why
     */
    static Tally run(long seed) {
        Scenario scenario = Scenario.of(seed);
        WholeWay way = new WholeWay(scenario);
        try {
            Tally tally = way.run();
            way.close();
            return tally;
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(describe(scenario, e, way.journal()), e);
        }
    }

    private static String describe(Scenario scenario, Throwable failure, Journal journal) {
        return String.join(
                "\n",
                "seed " + scenario.seed() + " failed: " + failure.getMessage(),
                "replay it with: make simulate SEED=" + scenario.seed(),
                "and add it to integration-tests/src/test/resources/corpus/" + SeedCorpus.NAME,
                scenario.toString(),
                journal.save(scenario.seed()));
    }
}
