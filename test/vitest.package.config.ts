import { defineConfig } from 'vitest/config'

/** The program as people get it: the packed tarball installed elsewhere, and the quickstart as an unprivileged user. */
export default defineConfig({
  test: {
    include: ['test/package/**/*.test.ts', 'test/quickstart/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    fileParallelism: false,
  },
})
