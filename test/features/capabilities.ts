import { createHash } from 'node:crypto'
import { discovery, ns, type FeatureMemory, type SelfDescription } from '../../src/index.js'
import type { FeatureHost } from '../../src/features/feature-host.js'
import type { Json } from '../../src/store/store.js'
import { childOf, elementsOf, type HeardElement } from '../spec/heard.js'
import { rest } from '../spec/session.js'
import { item, meet, presence } from './acquaintances.js'

export const bob = 'bob@example.test'
export const carol = 'carol@example.test'

/** An answer about capabilities; the verification string of each is that of a client of type `pc` with these features. */
export const info = (...features: readonly string[]) => described(features)
export const described = (features: readonly string[], more = '', identity = "category='client' type='pc'") =>
  `<identity ${identity}/>${features.map((name) => `<feature var='${name}'/>`).join('')}${more}`

/** The hash of these parts, by XEP-0115. */
export const verOfParts = (...parts: readonly string[]) =>
  createHash('sha1')
    .update(parts.map((part) => `${part}<`).join(''))
    .digest('base64')

/** The hash that these features have, by XEP-0115. */
export const verOf = (...features: readonly string[]) => verOfParts('client/pc//', ...features.toSorted())

export const claim = (ver: string, hash = 'sha-1', node = 'urn:example:client') =>
  `<c xmlns='${ns.caps}' hash='${hash}' node='${node}' ver='${ver}'/>`

/** Somebody comes online, and shows a hash. */
export const comes = (from: string, ver: string, more = '') => presence(from, '', claim(ver) + more)

/** The answer to a question about capabilities. */
export const answer = (request: HeardElement, content: string, attributes = '') =>
  `<iq type='result' id='${request.attributes['id']}' from='${request.attributes['to']}'${attributes}>` +
  `<query xmlns='${ns.discoInfo}'>${content}</query></iq>`

export const refuse = (request: HeardElement, condition: string, type = 'cancel') =>
  `<iq type='error' id='${request.attributes['id']}' from='${request.attributes['to']}'>` +
  `<error type='${type}'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`

/** Who asks as fast as this test is corked for a millisecond. */
const patienceTurns = 1_000

/** A client that discovers, with contacts, whose server is the test. */
export async function discover(
  options: Parameters<typeof meet>[0] = {},
  { memory, self = {} }: { readonly memory?: FeatureMemory; readonly self?: SelfDescription } = {},
) {
  const items = [bob, carol].map((jid) => item(jid, "subscription='both'")).join('')
  const session = await meet(options, { items })
  const disco = session.client.use((host: FeatureHost) =>
    discovery(memory === undefined ? host : { ...host, memory }, self),
  )
  const { peer } = session
  const says = async (...texts: readonly string[]) => {
    for (const text of texts) peer.say(text)
    await rest()
  }
  /** What is asked while this is done: to whom, and under which node. */
  const asked = async (act: () => unknown, patience = 0) => {
    const { length } = peer.elements
    act()
    await rest()
    for (let turns = 0; turns < patience && peer.elements.length === length; turns += 1) await rest()
    return peer.elements
      .slice(length)
      .filter(({ name, attributes }) => name === 'iq' && attributes['type'] === 'get')
  }
  /** The one question that this makes. */
  const question = async (act: () => unknown) => {
    const [request, ...more] = await asked(act, patienceTurns)
    if (request === undefined || more.length > 0) throw new Error(`${more.length + 1} questions were asked`)
    return request
  }
  /** Somebody is asked, and answers so. */
  const teach = async (jid: string, content: string) => {
    const told: Promise<unknown>[] = []
    await says(answer(await question(() => told.push(disco.info(jid))), content))
    await Promise.all(told)
  }
  return { ...session, disco, says, asked, question, teach }
}

export const inShort = (request: HeardElement) => {
  const node = elementsOf(request)[0]?.attributes['node']
  return node === undefined ? request.attributes['to'] : `${request.attributes['to']} ${node}`
}

/** What a client says it can do. */
export const featuresOf = (query: HeardElement | undefined) =>
  query === undefined
    ? []
    : elementsOf(query).flatMap(({ name, attributes }) => (name === 'feature' ? [attributes['var']] : []))

export const queryOf = (iq: HeardElement | undefined) => iq && childOf(iq, 'query')

/** A store in memory, as a feature sees it. */
export function remembering(facts = new Map<string, Json>()) {
  const memory: FeatureMemory = {
    keepFact: (key, value) => {
      if (value === null) facts.delete(key)
      else facts.set(key, value)
    },
    deliveryOf: () => undefined,
    mayHaveLeft: () => false,
    factsOf: (prefix, tell) => {
      for (const [key, value] of facts) if (key.startsWith(prefix)) tell(key.slice(prefix.length), value)
    },
  }
  return { facts, memory }
}
