import { defineConfig } from 'vitest/config'

// Ring 4: real daemons on real systemd hosts in Docker. See test/fleet/lab/README.md.
export default defineConfig({
  test: {
    include: ['test/fleet/**/*.test.ts'],
    globalSetup: ['test/fleet/lab/setup.ts', 'test/fleet/support/build.setup.ts'],
    // One file at a time: the hosts share this machine's cores with the tests.
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    // A fleet is started in a hook; cold, that is a dozen booting systemds on two cores.
    hookTimeout: 300_000,
  },
})
