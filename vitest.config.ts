import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** What starts processes, keeps all cores busy, or counts and weighs what its process holds has one of its own for each file. */
const apart = [
  'examples/**/*.test.ts',
  'test/{abuse,browser,challenge,cli,conversations,document,examples,faults,house,package,seed,transport,walk}/**/*.test.ts',
  'test/features/many-contacts.test.ts',
  'test/testing/{challenge,conformance}.test.ts',
  'test/lifetime.test.ts',
]

export default defineConfig({
  resolve: {
    // The sources themselves, so that no test ever runs on a stale build.
    alias: [
      { find: '#dialer', replacement: source('src/transport/dial-node.ts') },
      { find: '#inspector-socket', replacement: source('src/inspector/link/socket-node.ts') },
      { find: '#chance', replacement: source('src/chance.ts') },
      { find: '#option-names', replacement: source('src/option-names.ts') },
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
    // Whatever takes longer hangs: a busy machine may need ten times what a quiet one does.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 45_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'apart',
          maxWorkers: '100%',
          // First, since they are the longest: the many short ones fill what is left.
          sequence: { groupOrder: 0 },
          include: apart,
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          maxWorkers: '100%',
          sequence: { groupOrder: 1 },
          // The sources are loaded once for all files of a worker: no test leaves anything behind that the next one sees.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, 'test/interop/**', ...apart],
        },
      },
      {
        extends: true,
        test: {
          name: 'interop',
          // Servers of others bear no second test beside the one that looks at them.
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          include: ['test/interop/**/*.test.ts'],
          globalSetup: 'test/support/interop-setup.ts',
        },
      },
    ],
  },
})
