import { defineConfig } from 'vitest/config'

/** What takes minutes or more: every byte, every moment, for as long as it takes. Its figures are in docs/reliability.md. */
export default defineConfig({
  test: {
    include: ['test/soak/**/*.test.ts'],
    globalSetup: ['test/generate.setup.ts'],
    // One after the other: what is measured is measured on a quiet machine.
    fileParallelism: false,
    testTimeout: 3_600_000,
    hookTimeout: 60_000,
  },
})
