import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compare } from './compare.js'
import { createCorpus } from './corpus.js'
import { buildExpat } from './expat.js'
import type { Group } from './row.js'
import type { Scope } from './scope.js'
import { inTurns } from './subjects.js'
import { runWorker, type Figures } from './worker.js'

const corpusBytes = 10_000_000
const parsers = ['ours', 'ltx', 'saxes', 'stanza', 'expat'] as const
const titles = { ours: 'ours', ltx: 'ltx (@xmpp/xml)', saxes: 'saxes', stanza: 'stanza', expat: 'expat (C)' }

/** Parses the same stream with every parser. */
export async function measureParsing({ folder, runs }: Scope): Promise<Group> {
  const corpus = createCorpus(corpusBytes)
  const file = join(folder, 'stream.xml')
  await writeFile(file, corpus.text)
  const expat = await buildExpat(folder)
  const parse = (parser: (typeof parsers)[number]): Promise<Figures> => {
    if (parser !== 'expat') return runWorker({ script: 'parse', input: { parser, file } })
    return typeof expat === 'string' ? Promise.reject(new Error(expat)) : expat(file)
  }
  const results = await inTurns(parsers, runs, async (parser) => {
    const figures = await parse(parser)
    const read = figures.get('stanzas')
    if (read !== corpus.stanzas) throw new Error(`${parser} read ${read} of ${corpus.stanzas} stanzas`)
    return figures
  })
  const megabytes = Buffer.byteLength(corpus.text) / 1e6
  const shared = { ours: 'ours', peers: ['ltx', 'saxes', 'stanza', 'expat'], results } as const
  const title = (name: (typeof parsers)[number]) => titles[name]
  return {
    title: 'Parsing a stream of 10 MB in chunks of 16 KiB, one tree a stanza',
    findings: [
      ...compare({
        ...shared,
        name: 'parse 10 MB',
        unit: 'MB per CPU second',
        better: 'more',
        figure: 'totalMs',
        convert: (ms) => megabytes / (ms / 1000),
        target: { ratio: 0.9, peer: 'ltx' },
        title,
      }),
      ...compare({
        ...shared,
        name: 'parse the first, cold 200 kB',
        unit: 'ms CPU',
        better: 'less',
        figure: 'coldMs',
        target: { ratio: 1.3, peer: 'ltx' },
        title,
      }),
    ],
    remarks: [`${corpus.stanzas} stanzas; all parsers find the same number of them.`],
  }
}
