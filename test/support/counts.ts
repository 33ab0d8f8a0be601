/** Names the file that a suite's counts go to. */
export const countsFileVariable = 'TEST_COUNTS_FILE';

/** Of one suite's run. A run that wrote none of it did not come to its end. */
export interface Counts {
  passed: number;
  failed: number;
}
