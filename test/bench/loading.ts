import { compare } from './compare.js'
import type { Group } from './row.js'
import type { Scope } from './scope.js'
import { inTurns } from './subjects.js'
import { runWorker } from './worker.js'

const libraries = {
  ours: ['xmpp-machines'],
  'ours, and all of RxJS': ['xmpp-machines', 'rxjs'],
  '@xmpp/client': ['@xmpp/client'],
  stanza: ['stanza'],
  'strophe.js': ['strophe.js'],
} as const satisfies Readonly<Record<string, readonly string[]>>

type Library = keyof typeof libraries

const runsOfEach = { whole: 20, quick: 5 }

/** What a process waits for before its first line: a library that is read, compiled and run once. */
export async function measureLoading({ isQuick }: Scope): Promise<Group> {
  const names: readonly Library[] = ['ours', 'ours, and all of RxJS', '@xmpp/client', 'stanza', 'strophe.js']
  const runs = isQuick ? runsOfEach.quick : runsOfEach.whole
  const results = await inTurns(names, runs, (name) =>
    runWorker({ script: 'load', input: { names: libraries[name] } }),
  )
  const shared = { better: 'less', peers: ['@xmpp/client', 'stanza', 'strophe.js'], results } as const
  return {
    title: 'Loading the library in Node, in a new process',
    findings: [
      ...compare<Library>({ ...shared, ours: 'ours', name: 'until it is there', figure: 'time', unit: 'ms' }),
      ...compare<Library>({ ...shared, ours: 'ours', name: 'CPU of that', figure: 'cpu', unit: 'ms CPU' }),
      ...compare<Library>({
        ...shared,
        ours: 'ours, and all of RxJS',
        name: 'until it is there, and all of RxJS',
        figure: 'time',
        unit: 'ms',
      }),
    ],
    remarks: [
      `${runs} runs each. Files that have been read before: what a disk takes is not in it.`,
      'All of RxJS is loaded by whoever imports from it; ours loads what it uses itself.',
      'ours is all of it, features and all charts; a peer’s plugins for the same are not loaded.',
    ],
  }
}
