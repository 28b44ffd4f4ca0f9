import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/**/*.test.{ts,tsx}', 'apps/**/*.test.{ts,tsx}', 'test/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**', 'test/bench/**'],
    globalSetup: ['test/harness/global-setup.ts'],
    reporters: ['default', './test/harness/reporter.ts'],
    // Processes, not threads: parts of the node claim signals, the environment and process-wide settings.
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Deadlines are part of many promises here, and a machine that is shared may miss one once; what fails twice is broken.
    retry: process.env.CI ? 1 : 0,
  },
});
