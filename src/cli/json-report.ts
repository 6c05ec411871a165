import { serialize } from '../xml/serializer.js'
import * as ns from '../xml/namespaces.js'
import { conceal } from './conceal.js'
import type { CliEvent, Report } from './events.js'
import type { Host } from './host.js'
import type { Screen } from './screen.js'
import { toWords } from './stanza-words.js'
import { toHarmlessJson } from './text.js'

/** One JSON object a line on standard output, and nothing else there; warnings go beside it. */
export function createJsonReport(host: Host, screen: Screen): Report {
  return {
    event: (event) => {
      const record = { at: new Date().toISOString(), ...toRecord(event) }
      if (!host.stdout.destroyed) host.stdout.write(`${toHarmlessJson(record)}\n`)
    },
    introduce: () => {},
    title: () => {},
    note: () => {},
    warn: (what, advice) => screen.complainOf('!', what, advice),
  }
}

function toRecord(event: CliEvent): object {
  if (event.kind !== 'stanza') return event
  const { kind, account, direction, element } = event
  const { name, from, to, id, type, body } = toWords(element)
  return { kind, account, direction, stanza: name, from, to, id, type, body, xml: toXml(element) }
}

/** The element as it could stand on the stream, without credentials. */
export function toXml(element: Parameters<typeof conceal>[0]): string {
  return serialize(conceal(element), { namespace: ns.client })
}
