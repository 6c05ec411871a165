import type { Transport } from '../transport/transport.js'
import * as ns from '../xml/namespaces.js'
import { xml } from '../xml/element.js'
import { endOf, judgeEnd, type Probe } from './conformance-probe.js'
import type { Visit } from './conformance-visit.js'
import { absent, right, unseen, wrong } from './finding.js'

/** Says something in place of the first stanza, and looks how the stream ends. */
const afterHeader = async (visit: Visit, text: string) => {
  const { stream } = await visit.open()
  stream.transport.write(text)
  return endOf(stream, visit.signal)
}

/** Says something, and gives all that comes until the other side ends the connection, as text. */
function talk(transport: Transport, text: string, patienceMs: number): Promise<string> {
  return new Promise((resolve) => {
    let heard = ''
    const end = () => {
      clearTimeout(timer)
      transport.destroy()
      resolve(heard)
    }
    const timer = setTimeout(end, patienceMs)
    transport.start({
      data: (chunk) => {
        heard += typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)
      },
      closed: end,
    })
    transport.write(text)
  })
}

const isBytes = async (visit: Visit) => (await visit.connect()).transport.framing === 'bytes'

/** The stream and its encryption, before anybody logs in. */
export const streamProbes: readonly Probe[] = [
  {
    id: 'header.from',
    title: 'names the domain in its stream header',
    spec: 'RFC 6120 §4.7.1',
    state: 'connection.opening',
    run: async (visit) => {
      const { header } = await visit.open()
      return header.from === visit.domain ? right() : wrong(`from is ${header.from ?? 'left out'}`)
    },
  },
  {
    id: 'header.id',
    title: 'gives each stream an id of its own',
    spec: 'RFC 6120 §4.7.3',
    state: 'connection.opening',
    run: async (visit) => {
      const [one, other] = [await visit.open(), await visit.open()]
      if (one.header.id === undefined) return wrong('there is none')
      return one.header.id === other.header.id ? wrong('the same again') : right()
    },
  },
  {
    id: 'header.lang',
    title: 'says which language it speaks',
    spec: 'RFC 6120 §4.7.4',
    state: 'connection.opening',
    run: async (visit) => {
      const { lang } = (await visit.open()).header
      return lang === undefined ? wrong('no xml:lang') : right(lang)
    },
  },
  {
    id: 'header.version',
    title: 'speaks XMPP 1.0',
    spec: 'RFC 6120 §4.7.5',
    state: 'connection.opening',
    run: async (visit) => {
      const { version } = (await visit.open()).header
      return version === '1.0' ? right() : wrong(`version ${version ?? 'left out'}`)
    },
  },
  {
    id: 'header.host-unknown',
    title: 'refuses a domain that it does not serve',
    spec: 'RFC 6120 §4.9.3.6',
    state: 'connection.opening',
    run: async (visit) => {
      const stream = await visit.connect()
      await stream.open({ to: 'nowhere.invalid', version: '1.0' }, visit.signal).catch(() => undefined)
      return judgeEnd(await endOf(stream, visit.signal), 'host-unknown')
    },
  },
  {
    id: 'header.invalid-namespace',
    title: 'refuses a stream in a wrong namespace',
    spec: 'RFC 6120 §4.9.3.10',
    state: 'connection.opening',
    run: async (visit) => {
      const transport = await visit.dial()
      if (transport.framing === 'frames') return unseen('frames carry no stream tag')
      const header = `<?xml version='1.0'?><stream:stream to='${visit.domain}' version='1.0' xmlns='jabber:client' xmlns:stream='urn:example:wrong'>`
      const heard = await talk(transport, header, visit.patienceMs)
      const condition = /<(?:\w+:)?error[^>]*>\s*<([\w-]+)/.exec(heard)?.[1]
      if (condition === undefined) return wrong('no stream error comes')
      return ['invalid-namespace', 'bad-format'].includes(condition) ? right(condition) : wrong(condition)
    },
  },
  {
    id: 'features.sent',
    title: 'announces its features',
    spec: 'RFC 6120 §4.3.2',
    state: 'connection.awaitingFeatures',
    run: async (visit) => {
      const { features } = await visit.open()
      const isOffer = features.starttls !== undefined || features.mechanisms.length > 0
      return isOffer ? right() : wrong('neither encryption nor authentication is offered')
    },
  },
  {
    id: 'starttls.offered',
    title: 'offers STARTTLS',
    spec: 'RFC 6120 §5.3.1',
    state: 'connection.negotiating',
    run: async (visit) => {
      const { features, stream } = await visit.open()
      if (stream.transport.tls !== null) return unseen('the connection is encrypted from its start')
      return features.starttls === undefined ? absent() : right()
    },
  },
  {
    id: 'starttls.required',
    title: 'demands encryption before authentication',
    spec: 'RFC 6120 §5.3.1, §13.8',
    state: 'connection.negotiating',
    run: async (visit) => {
      const { features, stream } = await visit.open()
      if (stream.transport.tls !== null) return unseen('the connection is encrypted from its start')
      if (features.mechanisms.includes('PLAIN')) return wrong('it takes passwords in clear')
      if (features.mechanisms.length > 0) return absent('others than PLAIN are offered in clear')
      // What is sent is no credential of anybody.
      stream.send(xml('auth', ns.sasl, { mechanism: 'PLAIN' }, 'AG5vYm9keQBub3RoaW5n'))
      const answer = await stream.next(visit.signal).catch(() => undefined)
      return answer?.is('success', ns.sasl) === true || answer?.is('challenge', ns.sasl) === true
        ? wrong('it goes on')
        : right(answer?.elements(undefined, ns.sasl)[0]?.name ?? stream.end?.code)
    },
  },
  {
    id: 'starttls.restart',
    title: 'begins anew after the TLS handshake, with another id and no STARTTLS',
    spec: 'RFC 6120 §5.4.3.3',
    state: 'connection.securing',
    run: async (visit) => {
      if (!(await isBytes(visit))) return unseen('a WebSocket has no STARTTLS')
      const { features, header, stream } = await visit.openSecure()
      if (stream.transport.tls === null) return absent()
      if (features.starttls !== undefined) return wrong('STARTTLS is offered again')
      return header.id === undefined ? wrong('no id') : right(stream.transport.tls.version)
    },
  },
  {
    id: 'starttls.certificate',
    title: 'has a certificate for the domain',
    spec: 'RFC 6120 §13.7.2',
    state: 'connection.securing',
    run: async (visit) => {
      try {
        const { stream } = await visit.openSecure()
        return stream.transport.tls === null ? absent('no encryption') : right()
      } catch (error) {
        if (error instanceof Error && 'code' in error && String(error.code).startsWith('transport.cert')) {
          return wrong(error.message)
        }
        throw error
      }
    },
  },
  {
    id: 'stream.stanza-before-auth',
    title: 'takes no stanza before authentication',
    spec: 'RFC 6120 §4.9.3.12',
    state: 'authentication.initiating',
    run: async (visit) => {
      const { stream } = await visit.openSecure()
      stream.send(
        xml('message', ns.client, { to: visit.options.account.jid }, xml('body', ns.client, {}, 'x')),
      )
      return judgeEnd(await endOf(stream, visit.signal), 'not-authorized')
    },
  },
  {
    id: 'xml.not-well-formed',
    title: 'ends the stream over XML that is not well-formed',
    spec: 'RFC 6120 §4.9.3.13',
    state: 'connection.awaitingFeatures',
    run: async (visit) =>
      judgeEnd(await afterHeader(visit, '<a></b>'), 'not-well-formed', 'bad-format', 'invalid-xml'),
  },
  {
    id: 'xml.unbound-prefix',
    title: 'ends the stream over a prefix that is bound to nothing',
    spec: 'RFC 6120 §4.9.3.2, §11.1',
    state: 'connection.awaitingFeatures',
    run: async (visit) =>
      judgeEnd(await afterHeader(visit, '<nobody:a/>'), 'bad-namespace-prefix', 'not-well-formed'),
  },
  ...[
    ['comment', 'a comment', '<!-- nothing -->'],
    ['instruction', 'a processing instruction', '<?nothing here?>'],
    ['dtd', 'a document type', '<!DOCTYPE a [<!ENTITY b "c">]>'],
  ].map(([name = '', what = '', text = '']): Probe => ({
    id: `xml.${name}`,
    title: `ends the stream over ${what}`,
    spec: 'RFC 6120 §4.9.3.18, §11.1',
    state: 'connection.awaitingFeatures',
    run: async (visit) =>
      judgeEnd(await afterHeader(visit, text), 'restricted-xml', 'not-well-formed', 'bad-format'),
  })),
]
