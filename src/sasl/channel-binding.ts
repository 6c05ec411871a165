import type { ChannelBindingType } from '../transport/transport.js'
import type { SaslOffer } from './downgrade-protection.js'
import type { Gs2Binding } from './gs2.js'
import type { ChannelBinding } from './mechanism.js'

/** Strongest first (RFC 9266, RFC 5929 §10.1). */
export const channelBindingTypes: readonly ChannelBindingType[] = [
  'tls-exporter',
  'tls-unique',
  'tls-server-end-point',
]

/** The channel as far as binding to it goes. */
export interface BindableChannel {
  /** TLS version as Node names it, `unknown` in browsers; `undefined` without TLS. */
  readonly tlsVersion: string | undefined
  readonly channelBinding: (type: ChannelBindingType) => Uint8Array | undefined
}

/**
 * How SCRAM is to treat this channel, with the reason in words. `stripped`: the server lists channel bindings but no
 * mechanism that uses them, which means that somebody removed those from its offer: do not authenticate.
 */
export type ChannelBindingChoice =
  | { readonly kind: 'usable'; readonly gs2: Gs2Binding; readonly reason: string }
  | { readonly kind: 'stripped'; readonly reason: string }

/**
 * Chooses what a -PLUS mechanism binds to, and what SCRAM says otherwise: `p` with the strongest type that the server
 * lists and this channel has; `y` when this channel could, but the server offers no -PLUS; else `n`. A server that
 * lists no types (XEP-0440) is known to understand `tls-unique` up to TLS 1.2, and nothing later.
 * @see RFC 5802 §6, XEP-0440 §3
 */
export function chooseChannelBinding(offer: SaslOffer, channel: BindableChannel): ChannelBindingChoice {
  const listed = offer.channelBindings
  const possible = channelBindingTypes.flatMap((type) => bindingOf(channel, type))
  if (possible.length === 0) return usable({ flag: 'n' }, 'this connection has nothing to bind to')
  if (!offer.mechanisms.some((name) => name.endsWith('-PLUS'))) {
    return listed === undefined || listed.length === 0
      ? usable({ flag: 'y' }, 'the server offers no channel binding')
      : { kind: 'stripped', reason: 'the server lists channel bindings, but no mechanism that uses one' }
  }
  const accepted = listed ?? (isBeforeTls13(channel.tlsVersion) ? ['tls-unique'] : [])
  const binding = possible.find(({ type }) => accepted.includes(type))
  if (binding !== undefined) return usable({ flag: 'p', binding }, `bound by ${binding.type}`)
  return usable(
    { flag: 'n' },
    listed === undefined
      ? 'the server does not say which channel bindings it understands'
      : 'the server understands no channel binding that this connection has',
  )
}

function bindingOf(channel: BindableChannel, type: ChannelBindingType): readonly ChannelBinding[] {
  const data = channel.tlsVersion === undefined ? undefined : channel.channelBinding(type)
  return data === undefined ? [] : [{ type, data }]
}

function isBeforeTls13(version: string | undefined): boolean {
  return version !== undefined && /^TLSv1(\.[0-2])?$/.test(version)
}

function usable(gs2: Gs2Binding, reason: string): ChannelBindingChoice {
  return { kind: 'usable', gs2, reason }
}
