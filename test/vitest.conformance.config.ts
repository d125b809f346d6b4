import { defineConfig } from 'vitest/config'

/** The same inputs given to tlsplay and to Ansible itself, which is fetched from PyPI once (test/conformance/ansible.ts). */
export default defineConfig({
  test: {
    include: ['test/conformance/**/*.test.ts'],
    globalSetup: ['test/generate.setup.ts', 'test/conformance/setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // one Ansible is a second of one core
    maxWorkers: 2,
  },
})
