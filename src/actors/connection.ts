import { fromPromise } from 'xstate'
import type { TransportFacts } from '../../machines/connection.js'
import type { StreamFeatureFacts, StreamHeaderFacts } from '../../machines/stream-facts.js'
import { ProtocolError, StreamError, TransportError, type XmppError } from '../errors.js'
import { channelBindingTypes } from '../sasl/channel-binding.js'
import { XmlStream } from '../router/xml-stream.js'
import { parseLoginFeatures } from '../stanza/stream-features.js'
import type { Transport } from '../transport/transport.js'
import { xml, type XmlElement } from '../xml/element.js'
import { toExpandedName } from '../xml/expanded-name.js'
import * as ns from '../xml/namespaces.js'
import { toHeader } from './link.js'
import { prepareLogin } from './login-ahead.js'
import { meansOf, type SessionMeans } from './means.js'

/** The deeds of the connection chart. */
export const connectionActors = {
  discoverEndpoints: fromPromise<readonly string[], { readonly domain: string }>(
    ({ input, signal, system }) => meansOf(system).dialer.discover(input.domain, signal),
  ),

  openTransport: fromPromise<TransportFacts, { readonly endpoint: string; readonly domain: string }>(
    async ({ input, signal, system }) => {
      const { link, dialer, stream: options, watch } = meansOf(system)
      link.release()
      const transport = await dialer.dial(addressOf(input.endpoint, link.end), input.domain, signal)
      try {
        if (signal.aborted) throw new TransportError('aborted', 'no longer awaited')
        link.hold(new XmlStream(transport, options, watch))
      } catch (error) {
        transport.destroy()
        throw error
      }
      return toTransportFacts(transport)
    },
  ),

  openStream: fromPromise<StreamHeaderFacts>(async ({ signal, system }) => {
    const means = meansOf(system)
    return openStream(means, signal, await prepareLogin(means))
  }),

  receiveFeatures: fromPromise<StreamFeatureFacts>(({ signal, system }) =>
    receiveFeatures(meansOf(system), signal),
  ),

  requestTls: fromPromise<void>(async ({ signal, system }) => {
    const { stream } = meansOf(system).link
    stream.send(xml('starttls', ns.tls))
    const answer = await stream.next(signal)
    if (answer.is('proceed', ns.tls)) return
    if (answer.is('failure', ns.tls)) {
      throw new TransportError('tls-unavailable', `${stream.transport.address} refused STARTTLS`)
    }
    throw stream.abort(unexpected(answer, 'the answer to STARTTLS'))
  }),

  startTls: fromPromise<TransportFacts, { readonly domain: string }>(async ({ input, signal, system }) => {
    const { link, dialer } = meansOf(system)
    const { stream } = link
    await stream.secure(dialer.tlsOptions(input.domain), signal)
    return toTransportFacts(stream.transport)
  }),
}

/**
 * Sends our header and gives the peer's.
 * @param sayMore says what is to leave in the flight of the header
 */
export async function openStream(
  { link, identity }: SessionMeans,
  signal: AbortSignal,
  sayMore?: () => void,
): Promise<StreamHeaderFacts> {
  signal.throwIfAborted()
  const { stream } = link
  const opened = stream.open(toHeader(identity, stream.transport.tls !== null), signal)
  sayMore?.()
  const header = await opened
  link.lang = header.lang
  link.streamId = header.id
  return { to: header.to, from: header.from, id: header.id, version: header.version, lang: header.lang }
}

/** Where a server sends its clients may be a secret beyond what a chart is told. */
const addressOf = (endpoint: string, end: XmppError | undefined): string =>
  end instanceof StreamError && end.otherHost === endpoint ? (end.otherAddress ?? endpoint) : endpoint

/** Waits for `<stream:features/>`; anything else ends the stream. */
export async function receiveFeatures(
  { link }: SessionMeans,
  signal: AbortSignal,
): Promise<StreamFeatureFacts> {
  const { stream } = link
  const element = await stream.next(signal)
  if (!element.is('features', ns.streams)) throw stream.abort(unexpected(element, 'the stream features'))
  const features = parseLoginFeatures(element)
  return {
    starttls:
      features.starttls === undefined ? 'absent' : features.starttls.required ? 'required' : 'optional',
    mechanisms: features.mechanisms,
    channelBindings: features.channelBindings ?? null,
    bind: features.bind,
    session: features.session === undefined ? 'absent' : features.session.optional ? 'optional' : 'required',
    names: element.elements(undefined).map(toExpandedName),
  }
}

/** What does not belong where it came. Stanzas before authentication have a condition of their own (RFC 6120 §4.9.3.12). */
export function unexpected(element: XmlElement, awaited: string): ProtocolError {
  const condition = element.namespace === ns.client ? 'not-authorized' : 'bad-format'
  return new ProtocolError(condition, `<${element.name}/> came instead of ${awaited}`)
}

function toTransportFacts(transport: Transport): TransportFacts {
  return {
    framing: transport.framing,
    secure: transport.tls !== null,
    ...(transport.tls !== null && { tlsVersion: transport.tls.version }),
    // A copy, since what was filtered keeps room to grow.
    channelBindings: channelBindingTypes
      .filter((type) => transport.channelBinding(type) !== undefined)
      .slice(),
  }
}
