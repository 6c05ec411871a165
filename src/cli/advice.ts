import type { XmppError } from '../errors.js'

/** What to do, where the command line has other words for it than the library, or goes about it differently. */
const words: Readonly<Record<string, string>> = {
  'authentication.credentials-missing': 'Set the variable XMPP_PASSWORD, or use --password-file.',
  'authentication.no-mechanism':
    'Client and server share no allowed mechanism: look at the reasons, and at --mechanism if you gave it.',
  'authentication.temporary-auth-failure':
    'The server cannot check passwords just now: try again in a while.',
  'stanza.item-not-found': 'Check the address: the server knows nobody of that name.',
  'stanza.remote-server-not-found': 'Check the domain of the address: the server does not find it.',
  'stanza.service-unavailable': 'Check the address: nobody there takes it, or not while they are away.',
  'stream.conflict': 'Another client took this resource: use another --resource, or leave it out.',
  'stream.system-shutdown': 'The server is restarting: try again in a while.',
  'timeout.client': 'See what it says with --verbose, or give it longer with --start.',
  'transport.certificate-untrusted':
    'If the server is yours, name the authority of its certificate with --ca FILE; else do not connect.',
  'transport.closed': 'The other side hung up: check that an XMPP server for this domain listens there.',
  'transport.failed': 'Look at the cause (--verbose), then try again.',
  'transport.not-connected': 'Connect first: /connect in a console, or try again once online.',
  'transport.reset': 'The connection was cut: try again, and check what stands between here and there.',
  'transport.tls-unavailable':
    'Use a port with STARTTLS or direct TLS; see also --dangerously-allow-plaintext.',
  'transport.unknown-host': 'Check the domain of --jid, or say where the server is with --endpoint.',
}

const slowAdvice =
  'The other side is slow or silent: check that the endpoint is an XMPP server, or raise --timeout.'

/** What the person at the terminal should do about it, one sentence. */
export function toAdvice(error: XmppError): string {
  return words[error.code] ?? (error.code.startsWith('timeout.') ? slowAdvice : error.advice)
}
