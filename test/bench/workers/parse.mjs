// Parses a whole stream in chunks of 16 KiB, one element tree for each stanza, and says what that cost.
import { readFileSync } from 'node:fs'
import { cpuMs, finish, input } from './parent.mjs'

const chunkBytes = 16_384
const coldBytes = 200_000

/** A parser by name: takes chunks, and tells how many stanzas it has read. */
const parsers = {
  ours: async () => {
    const { createStreamReader } = await import('../../../dist/src/xml/stream-reader.js')
    let stanzas = 0
    const reader = createStreamReader({
      opened: () => {},
      element: () => stanzas++,
      closed: () => {},
      failed: (error) => {
        throw error
      },
    })
    return { write: (chunk) => reader.write(chunk), count: () => stanzas }
  },

  /** As `@xmpp/connection` drives it. */
  ltx: async () => {
    const { Parser } = await import('@xmpp/xml')
    let stanzas = 0
    const parser = new Parser()
    parser.on('element', () => stanzas++)
    parser.on('error', (error) => {
      throw error
    })
    return { write: (chunk) => parser.write(chunk.toString('utf8')), count: () => stanzas }
  },

  saxes: async () => {
    const { SaxesParser } = await import('saxes')
    const decoder = new TextDecoder()
    const open = []
    let stanzas = 0
    const parser = new SaxesParser({ xmlns: true })
    parser.on('opentag', ({ attributes, local, uri }) => {
      const element = { local, uri, attributes, children: [] }
      if (open.length > 1) open.at(-1).children.push(element)
      open.push(element)
    })
    parser.on('text', (text) => {
      if (open.length > 1) open.at(-1).children.push(text)
    })
    parser.on('closetag', () => {
      open.pop()
      if (open.length === 1) stanzas++
    })
    parser.on('error', (error) => {
      throw error
    })
    return { write: (chunk) => parser.write(decoder.decode(chunk, { stream: true })), count: () => stanzas }
  },

  /** With the registry of every protocol that stanza knows, as its transports drive it. */
  stanza: async () => {
    const { JXT } = await import('stanza')
    const { default: protocol } = await import('stanza/protocol/index.js')
    const decoder = new TextDecoder()
    const registry = new JXT.Registry()
    registry.define(protocol.default ?? protocol)
    let stanzas = 0
    const parser = new JXT.StreamParser({
      acceptLanguages: ['en'],
      allowComments: false,
      lang: 'en',
      registry,
      wrappedStream: true,
    })
    parser.on('data', ({ event }) => {
      if (event === undefined) stanzas++
    })
    parser.on('error', (error) => {
      throw error
    })
    return {
      write: (chunk) =>
        new Promise((resolve) => parser.write(decoder.decode(chunk, { stream: true }), resolve)),
      count: () => stanzas,
    }
  },
}

const bytes = readFileSync(input.file)
const parser = await parsers[input.parser]()
const start = process.cpuUsage()
let coldMs = 0
for (let at = 0; at < bytes.length; at += chunkBytes) {
  const pending = parser.write(bytes.subarray(at, at + chunkBytes))
  if (pending !== undefined) await pending
  if (coldMs === 0 && at + chunkBytes >= coldBytes) coldMs = cpuMs(start)
}
finish({ coldMs, totalMs: cpuMs(start), stanzas: parser.count() })
