import { createInbound, type Inbound, type StreamHeader } from '../../src/router/inbound.js'
import { channelBindingTypes } from '../../src/sasl/channel-binding.js'
import { createMechanism } from '../../src/sasl/mechanisms.js'
import type { SaslStep } from '../../src/sasl/mechanism.js'
import { parseBindResult, toBindElement } from '../../src/stanza/bind.js'
import { toIqElement } from '../../src/stanza/iq.js'
import type { Jid } from '../../src/stanza/jid.js'
import { parseSaslElement, toSaslElement } from '../../src/stanza/sasl.js'
import { parseStreamError } from '../../src/stanza/stream-error.js'
import { parseStreamFeatures, type StreamFeatures } from '../../src/stanza/stream-features.js'
import type { Transport } from '../../src/transport/transport.js'
import { XmlElement, xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'
import { serialize } from '../../src/xml/serializer.js'

type Item = XmlElement | { readonly header: StreamHeader } | 'stream closed' | 'disconnected'

/** The client's end of a conversation, one step at a time: nothing is answered by itself but the end. */
export class Wire {
  readonly transport: Transport
  /** The server's last one. */
  header: StreamHeader = {}
  readonly #inbound: Inbound
  readonly #items: Item[] = []
  #waiting: ((item: Item) => void) | undefined

  constructor(transport: Transport) {
    this.transport = transport
    const take = (item: Item) => {
      const waiting = this.#waiting
      this.#waiting = undefined
      if (waiting === undefined) this.#items.push(item)
      else waiting(item)
    }
    this.#inbound = createInbound(transport, {
      opened: (header) => take({ header }),
      element: (element) => {
        if (element.is('success', ns.sasl)) this.#inbound.restart()
        take(element)
      },
      closed: () => {
        this.close()
        take('stream closed')
      },
      failed: (error) => {
        throw error
      },
    })
    transport.start({
      data: (chunk) => this.#inbound.write(chunk),
      closed: () => take('disconnected'),
    })
  }

  /** Everything that has come and was not taken yet. */
  get waiting(): readonly Item[] {
    return this.#items
  }

  write(text: string): void {
    this.transport.write(text)
  }

  send(element: XmlElement): void {
    this.transport.write(
      this.transport.framing === 'frames'
        ? serialize(element)
        : serialize(element, { namespace: ns.client, prefixes: new Map([[ns.streams, 'stream']]) }),
    )
  }

  /** Ends the stream in order; done by itself when the server ends it. */
  close(): void {
    if (this.transport.framing === 'frames') this.send(xml('close', ns.framing))
    else this.write('</stream:stream>')
    this.transport.close()
  }

  take(): Promise<Item> {
    const item = this.#items.shift()
    return item === undefined ? new Promise((resolve) => (this.#waiting = resolve)) : Promise.resolve(item)
  }

  /** The next element; anything else fails the test. */
  async element(name?: string): Promise<XmlElement> {
    const item = await this.take()
    if (!(item instanceof XmlElement)) throw new Error(`wanted <${name ?? '…'}/>, got ${show(item)}`)
    if (name !== undefined && item.name !== name) throw new Error(`wanted <${name}/>, got ${serialize(item)}`)
    return item
  }

  /** The condition of the stream error that comes next, whatever comes before it, and then the end. */
  async streamError(): Promise<string> {
    for (;;) {
      const item = await this.take()
      if (item === 'disconnected' || item === 'stream closed') throw new Error(`no stream error, but ${item}`)
      if (item instanceof XmlElement && item.is('error', ns.streams)) {
        if ((await this.take()) !== 'stream closed')
          throw new Error('the stream was not closed after its error')
        return parseStreamError(item).condition
      }
    }
  }

  /** Opens the stream, the first time or again, and gives the features. */
  async open(
    to = 'localhost',
    { from, lang }: { readonly from?: string; readonly lang?: string } = {},
  ): Promise<StreamFeatures> {
    if (this.transport.framing === 'frames')
      this.send(xml('open', ns.framing, { to, from, version: '1.0', 'xml:lang': lang }))
    else {
      const optional = `${from === undefined ? '' : ` from='${from}'`}${lang === undefined ? '' : ` xml:lang='${lang}'`}`
      this.write(
        `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='${to}' version='1.0'${optional}>`,
      )
    }
    const opened = await this.take()
    if (opened instanceof XmlElement || typeof opened === 'string')
      throw new Error(`no header, but ${show(opened)}`)
    this.header = opened.header
    return parseStreamFeatures(await this.element('features'))
  }

  async startTls(ca: string | undefined, domain = 'localhost'): Promise<void> {
    this.send(xml('starttls', ns.tls))
    await this.element('proceed')
    this.#inbound.restart()
    const options = { domain, ...(ca === undefined ? {} : { ca }) }
    await this.transport.startTls(options, new AbortController().signal)
  }

  /** Runs one SASL exchange; gives the condition of a failure. */
  async authenticate(login: Login, features: StreamFeatures): Promise<string | undefined> {
    const mechanism = createMechanism(login.mechanism, {
      username: login.username,
      password: () => login.password ?? 'secret',
      authzid: login.authzid,
      ...this.#gs2(login.mechanism, features),
    })
    let step: SaslStep = await mechanism.start()
    this.send(toSaslElement({ kind: 'auth', mechanism: mechanism.name, data: step.response }))
    for (;;) {
      const answer = parseSaslElement(await this.element())
      if (answer.kind === 'failure') return answer.condition
      if (answer.kind === 'success') {
        await step.finish(answer.data)
        return undefined
      }
      if (answer.kind !== 'challenge') throw new Error(`an unexpected ${answer.kind}`)
      step = await step.next(answer.data)
      this.send(toSaslElement({ kind: 'response', data: step.response ?? new Uint8Array() }))
    }
  }

  async bind(resource?: string): Promise<Jid> {
    this.send(toIqElement({ type: 'set', id: 'bind', payload: toBindElement(resource) }))
    const jid = parseBindResult(await this.element('iq'))
    if (jid === undefined) throw new Error('no resource was bound')
    return jid
  }

  /** Sends a request and gives its answer, which must come next. */
  async request(type: 'get' | 'set', payload: XmlElement, to?: string): Promise<XmlElement> {
    this.send(xml('iq', ns.client, { type, id: 'request', to }, payload))
    const answer = await this.element('iq')
    if (answer.attribute('id') !== 'request') throw new Error(`wanted an answer, got ${serialize(answer)}`)
    return answer
  }

  /** What has come, in short, once the server has taken everything that was sent before. */
  async heard(): Promise<readonly string[]> {
    const id = crypto.randomUUID()
    this.send(xml('iq', ns.client, { type: 'get', id, to: 'localhost' }, xml('ping', ns.ping)))
    const heard: string[] = []
    for (;;) {
      const element = await this.element()
      if (element.attribute('id') === id) return heard
      heard.push(inShort(element))
    }
  }

  #gs2(mechanism: string, features: StreamFeatures) {
    if (!mechanism.endsWith('-PLUS')) return { gs2: { flag: 'n' } as const }
    const type = channelBindingTypes.find((known) => features.channelBindings?.includes(known))
    const data = type === undefined ? undefined : this.transport.channelBinding(type)
    if (type === undefined || data === undefined) throw new Error('nothing to bind to')
    return { gs2: { flag: 'p', binding: { type, data } } as const }
  }
}

export interface Login {
  readonly mechanism: string
  readonly username: string
  /** Default `secret`. */
  readonly password?: string
  readonly authzid?: string
}

/** From a secure transport to a bound session. */
export async function logIn(transport: Transport, username: string, resource?: string): Promise<Wire> {
  const wire = new Wire(transport)
  const features = await wire.open()
  const failure = await wire.authenticate({ mechanism: 'SCRAM-SHA-256', username }, features)
  if (failure !== undefined) throw new Error(`no login: ${failure}`)
  await wire.open()
  await wire.bind(resource)
  return wire
}

/** `presence unavailable from alice@localhost/desk`, `message chat "Hello" from …`, `push bob@localhost both`, `iq result`. */
export function inShort(element: XmlElement): string {
  const type = element.attribute('type')
  const from = element.attribute('from')
  const item = element.child('query', ns.roster)?.child('item')
  const error = element.child('error')?.elements()[0]?.name
  const body = element.child('body')?.text()
  const words = [
    element.name === 'iq' && type === 'set' && item !== undefined ? 'push' : element.name,
    element.name === 'iq' && type === 'set' ? undefined : type,
    item && `${item.attribute('jid')} ${item.attribute('subscription')}`,
    item?.attribute('ask') && `ask`,
    item?.attribute('approved') && `approved`,
    error,
    body && JSON.stringify(body),
    from && `from ${from}`,
  ]
  return words.filter((word) => word !== undefined && word !== '').join(' ')
}

function show(item: Item): string {
  return item instanceof XmlElement ? serialize(item) : JSON.stringify(item)
}
