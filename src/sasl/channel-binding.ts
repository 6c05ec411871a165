import type { ChannelBindingType } from '../transport/transport.js'

/** Strongest first (RFC 9266, RFC 5929 §10.1). */
export const channelBindingTypes: readonly ChannelBindingType[] = [
  'tls-exporter',
  'tls-unique',
  'tls-server-end-point',
]
