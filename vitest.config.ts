import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest begins first, so that at the end no core waits for one file. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => long.findIndex((part) => part.test(moduleId));
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}

const long = [/every-page|\/journeys\//, /\/test\/scenarios\//, /\/test\/(browser|access|faults|hostile)\//, /./];

export default defineConfig({
  test: {
    include: ['packages/**/*.test.{ts,tsx}', 'apps/**/*.test.{ts,tsx}', 'test/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**', 'test/bench/**'],
    globalSetup: ['test/harness/global-setup.ts'],
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './test/harness/reporter.ts'],
    // Processes, not threads: parts of the node claim signals, the environment and process-wide settings.
    pool: 'forks',
    // One process reads the product once for all its files, which saves a fifth of the time. What a test changes in its process it puts back.
    isolate: false,
    // One for each core: by itself it leaves one free, which on two cores runs one file at a time.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Deadlines are part of many promises here, and a machine that is shared may miss one once; what fails twice is broken.
    retry: process.env.CI ? 1 : 0,
  },
});
