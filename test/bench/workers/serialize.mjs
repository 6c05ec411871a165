// Writes chat messages as UTF-8 bytes: from trees that exist, and from nothing.
import { cpuMs, finish, input } from './parent.mjs'

/** As a socket is written to: the bytes go where there is room for them already. Gives their number. */
const room = Buffer.allocUnsafe(65_536)
const toBytes = (text) => room.write(text, 0, 'utf8')

/**
 * A writer by name: `make` gives the library's own form of a message, `write` its bytes in `room`; where that form is no tree, `toTree` and
 * `writeTree` are the same for one.
 */
const writers = {
  ours: async () => {
    const { ns } = await import('xmpp-machines')
    const { serialize } = await import('../../../dist/src/xml/serializer.js')
    const { MessageForms } = await import('../../../dist/src/stanza/plain-message.js')
    const scope = { namespace: ns.client, prefixes: new Map([[ns.streams, 'stream']]) }
    const spell = (element) => serialize(element, scope)
    const forms = new MessageForms()
    return {
      make: ({ body, id, to }) => forms.toPlain({ to, type: 'chat', body }, id),
      write: (message) => toBytes(message.toText(spell)),
      toTree: (message) => message.toElement(),
      writeTree: (element) => toBytes(spell(element)),
    }
  },
  ltx: async () => {
    const { default: xml } = await import('@xmpp/xml')
    return {
      make: ({ body, id, to }) => xml('message', { to, id, type: 'chat' }, xml('body', {}, body)),
      write: (element) => toBytes(element.toString()),
    }
  },
  stanza: async () => {
    const { JXT } = await import('stanza')
    const { default: protocol } = await import('stanza/protocol/index.js')
    const registry = new JXT.Registry()
    registry.define(protocol.default ?? protocol)
    return {
      make: ({ body, id, to }) => ({ to, id, type: 'chat', body }),
      write: (message) => toBytes(registry.export('message', message).toString()),
    }
  },
  strophe: async () => {
    const { $msg, Strophe } = await import('strophe.js')
    return {
      make: ({ body, id, to }) => $msg({ to, id, type: 'chat' }).c('body').t(body).tree(),
      write: (element) => toBytes(Strophe.serialize(element)),
    }
  },
}

const same = (message) => message

/** Mostly plain; one in ten has to be escaped, one in five has letters that ASCII has not. */
function toBody(index) {
  if (index % 10 === 0) return `5 < 7 & "so on", number ${index}`
  return index % 5 === 1
    ? `à bientôt à la gare à ${index} h, é?`
    : `See you at the station at ${index}, right?`
}

const { make, write, toTree = same, writeTree = write } = await writers[input.writer]()
const distinct = 2000
const messages = Array.from({ length: distinct }, (_, index) => ({
  to: `friend${index % 50}@example.test`,
  id: `m${index}-8f3c2a`,
  body: toBody(index),
}))

const { warmMs, measureMs } = input
const trees = messages.map((message) => toTree(make(message)))
let bytes = 0
const writeAll = () => {
  for (const tree of trees) bytes += writeTree(tree)
}
const makeAll = () => {
  for (const message of messages) bytes += write(make(message))
}

/** All of them again and again for so many milliseconds of CPU; gives the microseconds for one message. */
function costFor(ms, all) {
  const start = process.cpuUsage()
  let rounds = 0
  let spentMs = 0
  while (spentMs < ms) {
    all()
    rounds++
    spentMs = cpuMs(start)
  }
  return (spentMs * 1000) / (rounds * distinct)
}

/** Behind what engines spend to compile what has become hot: as long for a fast writer as for a slow one. */
function measure(all) {
  costFor(warmMs, all)
  return costFor(measureMs, all)
}

const written = measure(writeAll)
const made = measure(makeAll)
finish({ written, made, bytes })
