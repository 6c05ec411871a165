import type { ClientOptions } from '../client-options.js'
import { Jid, tryParseJid } from '../stanza/jid.js'
import type { MessageInput, MessageType } from '../stanza/message.js'
import { commonOptions } from './command.js'
import type { Host } from './host.js'
import { findNearest } from '../nearest.js'
import type { GivenOptions, OptionTable } from './options.js'
import { findPassword, readAuthority } from './password.js'
import { recordOption } from './recording-file.js'
import { UsageError } from './usage-error.js'

/** What any login can be told. */
export const loginOptions = {
  jid: { value: 'JID', help: 'Who you are, e.g. alice@example.org; a resource may follow after /' },
  'password-file': { value: 'FILE', help: 'The first line of FILE is the password; - reads standard input' },
  password: { value: 'TEXT', help: 'The password itself; others on this machine can see it' },
  anonymous: { help: 'Log in without an account: --jid is only a domain then' },
  endpoint: {
    value: 'URL',
    multiple: true,
    help: 'xmpp://host:port, xmpps://…, wss://…; default: discovered',
  },
  ca: { value: 'FILE', help: 'Trust the authority in this PEM file instead of the system’s' },
  resource: { value: 'NAME', help: 'Ask for this resource' },
  mechanism: { value: 'NAME', multiple: true, help: 'Use only these SASL mechanisms, e.g. SCRAM-SHA-256' },
  timeout: { value: 'SECONDS', help: 'How long to wait for each answer of the server; default 10 to 30' },
  'no-roster': { help: 'Do not fetch the contact list' },
  'no-presence': { help: 'Do not say that you are available' },
  'dangerously-allow-plaintext': {
    help: 'Go on without encryption: everybody on the way reads everything',
  },
} as const satisfies OptionTable

/** The options of `connect`. */
export const connectOptions = {
  ...loginOptions,
  to: { value: 'JID', help: 'Whom to write to; without --body, each line typed is a message' },
  body: { value: 'TEXT', help: 'The message' },
  subject: { value: 'TEXT', help: 'Its subject' },
  type: { value: 'TYPE', help: 'chat (default), normal, headline or groupchat' },
  once: { help: 'Leave as soon as it is sent and the server has answered' },
  wait: { value: 'SECONDS', help: 'Leave after so long online; else stay until Ctrl-C' },
  inspect: {
    value: 'URL',
    isOptional: true,
    help: 'Show it live on a page, or on that of `inspect` at URL',
  },
  'allow-commands': { help: 'Let that page send in your name, connect and disconnect' },
  ...recordOption,
  ...commonOptions,
} as const satisfies OptionTable

/** The options of `connect`, as given. */
export type ConnectOptions = GivenOptions<keyof typeof connectOptions>

/** The options of a login, as given. */
export type LoginOptions = GivenOptions<keyof typeof loginOptions>

/** The client that is meant, checked. @throws UsageError */
export async function toClientOptions(host: Host, options: LoginOptions): Promise<ClientOptions> {
  const isAnonymous = options.has('anonymous')
  const jid = toAccount(options, isAnonymous)
  const [ca, timeoutMs] = [options.text('ca'), options.milliseconds('timeout')]
  const endpoints = options.list('endpoint')
  return {
    jid: jid.toString(),
    anonymous: isAnonymous,
    endpoint: endpoints.length === 0 ? undefined : endpoints,
    tls: ca === undefined ? undefined : { ca: await readAuthority(ca) },
    mechanisms: options.has('mechanism')
      ? options.list('mechanism').map((name) => name.toUpperCase())
      : undefined,
    roster: !options.has('no-roster'),
    presence: options.has('no-presence') ? false : undefined,
    timeouts: timeoutMs === undefined ? undefined : toTimeouts(timeoutMs),
    dangerouslyAllowPlaintext: options.has('dangerously-allow-plaintext'),
    password: isAnonymous
      ? undefined
      : await findPassword(
          host,
          { password: options.text('password'), file: options.text('password-file') },
          jid.bare.toString(),
        ),
  }
}

/** The message to send, if `--to` is given, with or without text. @throws UsageError */
export function toMessage(options: ConnectOptions): MessageInput | undefined {
  const to = options.text('to')
  if (to === undefined) {
    if (!options.has('body') && !options.has('subject')) return undefined
    throw new UsageError('A message needs an addressee.', 'Write --to JID too.')
  }
  return {
    to: toJidOf('to', to),
    type: toType(options.text('type') ?? 'chat'),
    body: options.text('body'),
    subject: options.text('subject'),
  }
}

function toAccount(options: LoginOptions, isAnonymous: boolean): Jid {
  const text = options.text('jid')
  if (text === undefined) {
    throw new UsageError('Nobody is named to log in as.', 'Write --jid alice@example.org.')
  }
  const resource = options.text('resource')
  const jid = toJidOf('jid', resource === undefined ? text : `${text.split('/', 1)[0]}/${resource}`)
  if (!isAnonymous && jid.local === undefined) {
    throw new UsageError(
      `--jid names no account: ${text}.`,
      `Write user@${jid.domain}, or add --anonymous to log in without an account.`,
    )
  }
  if (isAnonymous && (options.has('password') || options.has('password-file'))) {
    throw new UsageError('An anonymous session takes no password.', 'Leave out --password or --anonymous.')
  }
  return jid
}

/** The address that an option, or a word typed, is. @throws UsageError */
export function toJidOf(name: string, text: string): Jid {
  const jid = tryParseJid(text)
  if (jid instanceof Jid) return jid
  throw new UsageError(
    `--${name} is no address: the ${jid.part} of ${JSON.stringify(text)} ${jid.reason}.`,
    'An address looks like alice@example.org or alice@example.org/phone.',
  )
}

const types: ReadonlySet<string> = new Set(['chat', 'normal', 'headline', 'groupchat'])

function toType(text: string): MessageType {
  if (isType(text)) return text
  const nearest = findNearest(text, types)
  throw new UsageError(
    `There is no type of message ${JSON.stringify(text)}.`,
    nearest === undefined ? `Write one of ${[...types].join(', ')}.` : `Did you mean ${nearest}?`,
  )
}

const isType = (text: string): text is Exclude<MessageType, 'error'> => types.has(text)

const toTimeouts = (timeoutMs: number): NonNullable<ClientOptions['timeouts']> => ({
  discoveryMs: timeoutMs,
  dialMs: timeoutMs,
  headerMs: timeoutMs,
  featuresMs: timeoutMs,
  proceedMs: timeoutMs,
  tlsMs: timeoutMs,
  saslMs: timeoutMs,
  bindMs: timeoutMs,
  probeMs: timeoutMs,
})
