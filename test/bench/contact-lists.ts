import { clientTitles, type Client } from './clients.js'
import { compare } from './compare.js'
import { presencesOf } from './played-words.js'
import { startPlayedServer, toFrames } from './played-server.js'
import { toRow, type Finding, type Group } from './row.js'
import type { Scope } from './scope.js'
import { median } from './statistics.js'
import { inTurns, type SubjectRuns } from './subjects.js'
import { runWorker, type Figures } from './worker.js'

const contacts = 10_000
const clients = ['ours', 'stanza', 'xmpp-client', 'bare'] as const satisfies readonly Client[]
type Subject = (typeof clients)[number]

/** At most half of what stanza costs, and little more than a client that only parses. */
const targets = [
  ['stanza', 0.5],
  ['xmpp-client', 1.3],
] as const satisfies readonly (readonly [Subject, number])[]

/** CPU for each contact of a large list, from the request to the value that the app sees; and what standing with them holds. */
export async function measureRosters(scope: Scope): Promise<Group> {
  const results = await measure(scope)
  const states = await Promise.all(
    Array.from({ length: scope.runs }, () =>
      runWorker({ script: 'subscriptions', exposeGc: true, input: { contacts } }),
    ),
  )
  return {
    title: `A roster of ${contacts} contacts over wss, from a server that plays the same to each`,
    findings: [
      ...toFindings(results, 'the first of a process', 'first', 'µs CPU per contact'),
      ...toFindings(results, 'a later one', 'later', 'µs CPU per contact'),
      toMemory(states),
    ],
    remarks: [
      'From the request to the list as the app sees it: for ours, the value of roster$ with contacts in use.',
      '@xmpp/client gives the parsed answer and keeps no list; bare socket: a search in the text that comes.',
      'Subscription state: heap after garbage collection of where one stands with everybody, beside the list.',
    ],
  }
}

/** CPU for each presence of a flood, one from each of many contacts. */
export async function measurePresences(scope: Scope): Promise<Group> {
  const results = await measure(scope)
  return {
    title: `Presence of ${contacts} contacts over wss, from a server that plays the same to each`,
    findings: [
      ...toFindings(results, 'everybody comes', 'come', 'µs CPU per presence'),
      ...toFindings(results, 'everybody changes', 'change', 'µs CPU per presence'),
    ],
    remarks: [
      'Ours keeps roster, standings and presence board (client.use(contacts)), and emits the board at every change.',
      'The others tell of the stanza and keep nothing; bare socket: a search in the text that comes.',
    ],
  }
}

type Results = ReadonlyMap<Subject, SubjectRuns>
const measured = new WeakMap<Scope, Promise<Results>>()

/** One session gives the figures of both groups: it takes a roster to know who is there. */
function measure(scope: Scope): Promise<Results> {
  const results = measured.get(scope) ?? runAll(scope)
  measured.set(scope, results)
  return results
}

async function runAll(scope: Scope): Promise<Results> {
  const server = await startPlayedServer(scope.folder)
  const floods = new Map(
    ['Here I am, number', 'Gone to lunch, number'].map((status, round) => [
      round,
      toFrames(presencesOf(contacts, status)),
    ]),
  )
  try {
    return await inTurns<Subject>(clients, scope.runs, (client) =>
      runWorker({
        script: 'contacts',
        caFile: server.caFile,
        input: {
          client,
          contacts,
          later: scope.isQuick ? 3 : 7,
          url: server.url,
          jid: 'u0@localhost',
          password: 'secret',
          resource: 'bench',
          mechanism: 'PLAIN',
          withContacts: true,
        },
        hear: (word, figures, answer) => {
          if (word === 'settled') {
            server.fill(contacts)
            answer('filled')
          }
          const flood = floods.get(figures.get('round') ?? -1)
          if (word === 'flood' && flood !== undefined) server.play(flood)
        },
      }),
    )
  } finally {
    await server.stop()
  }
}

function toFindings(results: Results, name: string, figure: string, unit: string): readonly Finding[] {
  const shared = {
    name,
    unit,
    figure,
    results,
    better: 'less',
    ours: 'ours',
    title: (client: Subject) => clientTitles[client],
  } as const
  return [
    ...targets.flatMap(([peer, ratio]) => compare({ ...shared, peers: [peer], target: { ratio, peer } })),
    ...compare({ ...shared, peers: ['bare'] }),
  ]
}

const memoryLimitKiB = 1024

function toMemory(states: readonly Figures[]): Finding {
  const heap = states.flatMap((figures) => figures.get('heap') ?? [])
  return {
    ...toRow({
      name: `subscription state of ${contacts} settled contacts`,
      ours: median(heap),
      peer: 'limit',
      peerValue: memoryLimitKiB,
      unit: 'KiB heap',
      runs: heap.length,
    }),
    target: { text: '≤ 1 ×', isMet: median(heap) <= memoryLimitKiB },
  }
}
