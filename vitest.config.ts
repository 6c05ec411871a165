import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    // The sources themselves, so that no test ever runs on a stale build.
    alias: [
      { find: '#dialer', replacement: source('src/transport/dial-node.ts') },
      { find: '#inspector-socket', replacement: source('src/inspector/link/socket-node.ts') },
      { find: '#hashing', replacement: source('src/sasl/hashing.ts') },
      { find: '#inbound', replacement: source('src/router/inbound.ts') },
      { find: /^xmpp-machines$/, replacement: source('src/index.ts') },
      { find: /^xmpp-machines\/machines$/, replacement: source('machines/index.ts') },
      { find: /^xmpp-machines\/inspector$/, replacement: source('src/inspector/index.ts') },
      { find: /^xmpp-machines\/inspector\/server$/, replacement: source('src/inspector/server/index.ts') },
      { find: /^xmpp-machines\/testing$/, replacement: source('src/testing/index.ts') },
      { find: /^xmpp-machines\/testing\/node$/, replacement: source('src/testing/node.ts') },
      { find: /^xmpp-machines\/server$/, replacement: source('src/server/index.ts') },
    ],
  },
  test: {
    testTimeout: 20_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
          include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: [...configDefaults.exclude, 'test/interop/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'interop',
          // Servers of others bear no second test beside the one that looks at them.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          include: ['test/interop/**/*.test.ts'],
          globalSetup: 'test/support/interop-setup.ts',
        },
      },
    ],
  },
})
