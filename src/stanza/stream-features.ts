import { xml, type XmlElement } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'

/** What of the offers of a server the next steps are chosen by. @see RFC 6120 §4.3.2 */
export interface LoginFeatures {
  readonly starttls: { readonly required: boolean } | undefined
  /** SASL mechanisms by name, in the server's order, each once. */
  readonly mechanisms: readonly string[]
  /** Channel-binding types the server accepts; `undefined` where it does not say. @see XEP-0440 */
  readonly channelBindings: readonly string[] | undefined
  readonly bind: boolean
  /** The session of RFC 3921; where it is optional it need not be asked for. */
  readonly session: { readonly optional: boolean } | undefined
}

/** What a server offers at one moment of a stream. @see RFC 6120 §4.3.2 */
export interface StreamFeatures extends LoginFeatures {
  readonly streamManagement: boolean
  readonly rosterVersioning: boolean
  readonly subscriptionPreApproval: boolean
  readonly clientState: boolean
  readonly registration: boolean
  /** Authentication by IQ, from before SASL. @see XEP-0078 */
  readonly legacyAuthentication: boolean
  /** Every other feature, in order. */
  readonly others: readonly XmlElement[]
}

/** What a stream offers that offers nothing. */
export const noStreamFeatures: StreamFeatures = {
  starttls: undefined,
  mechanisms: [],
  channelBindings: undefined,
  bind: false,
  session: undefined,
  streamManagement: false,
  rosterVersioning: false,
  subscriptionPreApproval: false,
  clientState: false,
  registration: false,
  legacyAuthentication: false,
  others: [],
}

/** The other features that are either there or not, with the elements they are. */
const flags = {
  streamManagement: ['sm', ns.streamManagement],
  rosterVersioning: ['ver', ns.rosterVersioning],
  subscriptionPreApproval: ['sub', ns.subscriptionPreApproval],
  clientState: ['csi', ns.clientState],
  registration: ['register', ns.registerFeature],
  legacyAuthentication: ['auth', ns.legacyAuthFeature],
} as const

/** Reads of `<stream:features/>` what a login needs; a feature counts only as a direct child of it. */
export function parseLoginFeatures(element: XmlElement): LoginFeatures {
  const starttls = element.child('starttls', ns.tls)
  const session = element.child('session', ns.session)
  const channelBinding = element.child('sasl-channel-binding', ns.channelBinding)
  return {
    starttls: starttls === undefined ? undefined : { required: starttls.child('required') !== undefined },
    mechanisms: readMechanisms(element),
    channelBindings: channelBinding === undefined ? undefined : readChannelBindings(channelBinding),
    bind: element.child('bind', ns.bind) !== undefined,
    session: session === undefined ? undefined : { optional: session.child('optional') !== undefined },
  }
}

/** Reads `<stream:features/>`, all of it. */
export function parseStreamFeatures(element: XmlElement): StreamFeatures {
  const has = (flag: keyof typeof flags) => {
    const [name, namespace] = flags[flag]
    return element.child(name, namespace) !== undefined
  }
  return {
    ...parseLoginFeatures(element),
    streamManagement: has('streamManagement'),
    rosterVersioning: has('rosterVersioning'),
    subscriptionPreApproval: has('subscriptionPreApproval'),
    clientState: has('clientState'),
    registration: has('registration'),
    legacyAuthentication: has('legacyAuthentication'),
    others: element.elements().filter((child) => !isKnown(child)),
  }
}

function readMechanisms(element: XmlElement): readonly string[] {
  const offered = element.child('mechanisms', ns.sasl)?.elements('mechanism') ?? []
  const names = offered.map((mechanism) => mechanism.text().trim())
  return [...new Set(names.filter((name) => name !== ''))]
}

function readChannelBindings(element: XmlElement): readonly string[] {
  const types = element.elements('channel-binding').map((binding) => binding.attribute('type'))
  return types.filter((type) => type !== undefined)
}

function isKnown(element: XmlElement): boolean {
  return (
    element.is('starttls', ns.tls) ||
    element.is('mechanisms', ns.sasl) ||
    element.is('sasl-channel-binding', ns.channelBinding) ||
    element.is('session', ns.session) ||
    element.is('bind', ns.bind) ||
    Object.values(flags).some(([name, namespace]) => element.is(name, namespace))
  )
}

/** Writes `<stream:features/>`; what is left out is not offered. */
export function toStreamFeaturesElement(offered: Partial<StreamFeatures>): XmlElement {
  const features = { ...noStreamFeatures, ...offered }
  const { starttls, mechanisms, channelBindings, session, others } = features
  const flag = (key: keyof typeof flags) => {
    const [name, namespace] = flags[key]
    return features[key] ? xml(name, namespace) : undefined
  }
  return xml(
    'features',
    ns.streams,
    {},
    starttls && xml('starttls', ns.tls, {}, starttls.required ? xml('required', ns.tls) : undefined),
    mechanisms.length === 0
      ? undefined
      : xml('mechanisms', ns.sasl, {}, ...mechanisms.map((name) => xml('mechanism', ns.sasl, {}, name))),
    channelBindings &&
      xml(
        'sasl-channel-binding',
        ns.channelBinding,
        {},
        ...channelBindings.map((type) => xml('channel-binding', ns.channelBinding, { type })),
      ),
    session && xml('session', ns.session, {}, session.optional ? xml('optional', ns.session) : undefined),
    features.bind ? xml('bind', ns.bind) : undefined,
    flag('streamManagement'),
    flag('rosterVersioning'),
    flag('subscriptionPreApproval'),
    flag('clientState'),
    flag('registration'),
    flag('legacyAuthentication'),
    ...others,
  )
}
