import { readdirSync, readFileSync } from 'node:fs'
import { transform } from 'esbuild'
import { afterAll, describe, expect, test } from 'vitest'
import { assign, createMachine, fromPromise, setup } from 'xstate'
import { createClient, type Client, type ClientOptions } from 'xmpp-machines'
import { drawChart } from 'xmpp-machines/inspector'
import { createServer } from 'xmpp-machines/server'
import * as testing from 'xmpp-machines/testing'
import * as node from 'xmpp-machines/testing/node'

const folder = new URL('../../src/testing/', import.meta.url)
const examples = readdirSync(folder).flatMap((file) =>
  [
    ...readFileSync(new URL(file, folder), 'utf8').matchAll(/ \* @example\n((?: \*.*\n)+?)(?= \*\/| \* @)/g),
  ].map(([, text = '']) => ({ file, code: text.replaceAll(/^ \* ?/gm, '') })),
)

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const [, shown = ''] = /```ts\nimport \{[^}]*\} from 'xmpp-machines\/testing'\n(.*?)```/s.exec(readme) ?? []

const trafficLight = createMachine({
  id: 'light',
  initial: 'red',
  states: {
    red: { after: { 1000: 'green' } },
    green: { after: { 1000: 'yellow' } },
    yellow: { after: { 500: 'red' } },
  },
})

const why = 'because the shop wants it'

const checkoutMachine = setup({
  types: {} as {
    context: { readonly cart: readonly string[]; readonly paid: boolean }
    input: { readonly cart: readonly string[] }
  },
  actors: { charge: fromPromise<{ readonly paid: boolean }>(() => Promise.resolve({ paid: true })) },
  actions: { notePaid: assign({ paid: true }) },
  guards: { isPaid: (_, { paid }: { readonly paid: boolean }) => paid },
  delays: { patience: 1000 },
}).createMachine({
  id: 'checkout',
  description: 'What a shop does with a cart.',
  context: ({ input }) => ({ ...input, paid: false }),
  initial: 'open',
  states: {
    open: {
      description: 'Not paid.',
      tags: ['person'],
      meta: { why },
      on: { pay: 'charging', cancel: 'cancelled' },
    },
    charging: {
      description: 'Being paid.',
      meta: { why },
      invoke: {
        id: 'charge',
        src: 'charge',
        onDone: [
          {
            guard: { type: 'isPaid', params: ({ event }) => event.output },
            target: 'sent',
            actions: 'notePaid',
          },
          { target: 'open' },
        ],
        onError: 'open',
      },
      after: { patience: 'open' },
    },
    sent: { type: 'final', description: 'Paid and sent.' },
    cancelled: { type: 'final', description: 'Given up.' },
  },
})

const clients: Client[] = []
function open(options: ClientOptions): Client {
  const client = createClient(options)
  clients.push(client)
  return client
}
afterAll(() => Promise.all(clients.map((client) => client.close())))

const endpoint = testing.createScriptedServer().open

const account = { username: 'check', password: 'secret' }
const server = await createServer({ domain: 'example.org', listen: { tcp: {} }, accounts: [account] })
afterAll(() => server.close())

/** At a server of the test's, up to the first finding. */
function checkServer(options: node.ConformanceOptions) {
  const stop = new AbortController()
  const { ca, endpoints } = server
  const found = () => stop.abort()
  return node.checkServer({ ...options, ca, endpoint: endpoints.starttls ?? '', signal: stop.signal, found })
}

/** Up to the first time that the client has been invited. */
function challengeClient(options: node.ChallengeOptions) {
  const stop = new AbortController()
  const invite: typeof options.invite = (place) => {
    stop.abort()
    return options.invite(place)
  }
  return node.challengeClient({ ...options, invite, signal: stop.signal })
}

/** What every example may name. */
const scope = {
  ...testing,
  checkServer,
  challengeClient,
  createClient: open,
  client: open({ jid: 'alice@example.test', password: 'secret', endpoint }),
  trafficLight,
  checkoutMachine,
  drawChart,
  expect,
  console: { log: () => undefined },
}

describe('the examples of xmpp-machines/testing', () => {
  test('are there', () => expect(examples.length).toBeGreaterThanOrEqual(3))

  test('of the README runs, and holds what it expects', async () => {
    expect.hasAssertions()
    await run(shown)
  })

  test.each(examples)('of $file runs', async ({ code }) => {
    await expect(run(code)).resolves.toBeUndefined()
  })
})

async function run(code: string): Promise<void> {
  const body = await transform(`async function example() { ${code} }`, { target: 'es2022', loader: 'ts' })
  const made: unknown = Reflect.construct(Function, [...Object.keys(scope), `${body.code}; return example()`])
  if (typeof made !== 'function') throw new Error('unreachable')
  await Reflect.apply(made, undefined, Object.values(scope))
}
