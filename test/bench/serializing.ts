import { compare } from './compare.js'
import type { Group } from './row.js'
import type { Scope } from './scope.js'
import { inTurns } from './subjects.js'
import { runWorker } from './worker.js'

const writers = ['ours', 'ltx', 'stanza', 'strophe'] as const

/** Writes chat messages with every library. */
export async function measureSerializing({ isQuick, runs }: Scope): Promise<Group> {
  const input = isQuick ? { warmMs: 400, measureMs: 400 } : { warmMs: 500, measureMs: 1_000 }
  const results = await inTurns(writers, runs, (writer) =>
    runWorker({ script: 'serialize', input: { ...input, writer } }),
  )
  const shared = {
    unit: 'messages per CPU second',
    better: 'more',
    ours: 'ours',
    peers: ['ltx', 'stanza', 'strophe'],
    results,
    convert: (microseconds: number) => 1e6 / microseconds,
  } as const
  return {
    title: 'Chat messages to UTF-8 bytes',
    findings: [
      ...compare({
        ...shared,
        name: 'a chat message to bytes, from its parts',
        figure: 'made',
        target: { ratio: 4, peer: 'ltx' },
      }),
      ...compare({ ...shared, name: 'the same, from a tree that exists', figure: 'written' }),
    ],
    remarks: [
      'Each writes for the same CPU time, behind as much that engines have to compile what is hot.',
      'Into one buffer that is used again and again, as a socket is written to: a new one each time would cost all of them the same.',
      'stanza has no tree to begin with: it makes one of its JSON each time.',
    ],
  }
}
