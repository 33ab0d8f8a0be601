import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import { type Counts, countsFileVariable } from './counts.ts';

/** Prints like mocha's `spec` and leaves the counts in a file, for whoever adds several suites up. */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const file = process.env[countsFileVariable];
      const counts: Counts = { passed: this.stats.passes, failed: this.stats.failures };
      if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
    });
  }
}
