import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/**
 * Ends a run with one line, `N passed, N failed, N skipped`. A file that could not be loaded and an error outside any
 * test count as failed, so that the line never says less than the exit code.
 */
export default class LastLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) count[test.result().state]++;
      if (!module.ok() && !tests.some((test) => test.result().state === 'failed')) count.failed++;
    }
    // A test that the end of the run found unfinished did not pass.
    const failed = count.failed + count.pending;
    process.stdout.write(`${count.passed} passed, ${failed} failed, ${count.skipped} skipped\n`);
  }
}
