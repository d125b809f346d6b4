import { defineConfig } from 'vitest/config'

/** Rings 1 to 3: tables and goldens, in-memory hosts, real sh over an in-process ssh server. Needs neither root nor Docker. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/fleet/**', 'test/quickstart/**', 'test/package/**', 'test/conformance/**', 'test/soak/**'],
    globalSetup: ['test/generate.setup.ts'],
    // Every core: vitest leaves one idle, which on two of them is half the machine.
    maxWorkers: '100%',
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
})
