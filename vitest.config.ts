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
  },
});
