import { parseInvitation } from '../../stanza/invitation.js'
import { tryParseJid, Jid } from '../../stanza/jid.js'
import type { PresenceInput, Show } from '../../stanza/presence.js'
import type { SubscriptionRequest } from '../../features/subscriptions.js'
import { toJidOf } from '../connect-options.js'
import { styled } from '../text.js'
import { UsageError } from '../usage-error.js'
import { toHelp, type TypedCommand } from './typed-command.js'
import type { SessionDesk } from './session-desk.js'
import { toSharedCommands } from './shared-commands.js'

/** What somebody can type who lets the engine log in. */
export function toSessionCommands(desk: SessionDesk): readonly TypedCommand[] {
  const { account, client, context, finder, information, people } = desk
  const { report } = context
  const commands: readonly TypedCommand[] = [
    {
      name: 'help',
      usage: '',
      help: 'This list; whatever else you type is XML, and is sent once its element is closed',
      run: () => toHelp(commands).forEach((line) => report.note(...line)),
    },
    {
      name: 'roster',
      usage: '',
      help: 'Fetch the contact list',
      run: async () => {
        for (const { groups, jid, name, subscription } of (await client.fetchRoster()).values()) {
          report.note(
            '  ',
            jid.toString(),
            styled('dim', `  ${[name, subscription, ...groups].filter(Boolean).join(' · ')}`),
          )
        }
      },
    },
    {
      name: 'befriend',
      usage: 'JID [MESSAGE]',
      help: 'Ask somebody to be a contact, both ways',
      run: ([jid, ...message]) => {
        const befriending = people.befriend(readJid('befriend', jid), {
          message: message.length === 0 ? undefined : message.join(' '),
        })
        const tell = async () => {
          const { outcome } = await befriending.settled
          // Whoever leaves takes nothing back: the server keeps what was asked.
          if (client.state.status !== 'closed')
            report.note(styled('green', '●'), ` ${befriending.jid}: ${outcome}`)
        }
        void tell()
      },
    },
    {
      name: 'accept',
      usage: '[JID]',
      help: 'Grant what somebody asks, and ask back',
      run: ([jid]) => {
        people.accept(findRequest(desk, 'accept', jid))
      },
    },
    {
      name: 'refuse',
      usage: '[JID]',
      help: 'Refuse it, or take back what was granted',
      run: ([jid]) =>
        people.refuse(jid === undefined ? findRequest(desk, 'refuse', jid) : readJid('refuse', jid)),
    },
    {
      name: 'presence',
      usage: '[SHOW] [STATUS]',
      help: 'Say whether you are there: away, chat, dnd, xa, available, unavailable, invisible',
      run: async ([first, ...rest]) => {
        if (first === 'invisible') return client.hide()
        client.sendPresence(toPresence(first, rest))
      },
    },
    {
      name: 'message',
      usage: 'JID TEXT',
      help: 'Send a message',
      run: async ([jid, ...words], text) => {
        const to = readJid('message', jid)
        if (words.length === 0) throw new UsageError('There is no text to send.', 'Write /message JID TEXT.')
        const body = text.slice(text.indexOf(jid ?? '') + (jid ?? '').length).trim()
        const settled = await client.send({ to, type: 'chat', body }).settled
        if (settled.status === 'failed') throw settled.reason
      },
    },
    {
      name: 'disco',
      usage: 'JID',
      help: 'Ask what somebody or something is and can do',
      run: async ([jid]) => {
        const { features, identities } = await finder.info(readJid('disco', jid), { fresh: true })
        for (const { category, name, type } of identities)
          report.note('  ', `${category}/${type} ${name ?? ''}`)
        for (const feature of features) report.note('  ', styled('dim', feature))
      },
    },
    {
      name: 'version',
      usage: 'JID',
      help: 'Ask what software somebody runs',
      run: async ([jid]) => {
        const { name, os, version } = await information.version(readJid('version', jid))
        report.note('  ', [name, version, os].filter(Boolean).join(' · '))
      },
    },
    {
      name: 'register',
      usage: '[INVITATION]',
      help: 'Make the account that --jid names, and log in to it; see --offline',
      run: async ([invitation]) => {
        if (!['offline', 'halted', 'removed'].includes(client.state.status)) {
          throw new UsageError('An account is made before one connects.', 'Type /disconnect first.')
        }
        const token =
          invitation === undefined ? undefined : (parseInvitation(invitation)?.token ?? invitation)
        const { signal } = context.host.interruption
        const result = await account.register({ signal, ...(token !== undefined && { invitation: token }) })
        if (result.outcome !== 'registered') throw result.error
      },
    },
    {
      name: 'invite',
      usage: '',
      help: 'Have the server make an invitation for somebody',
      run: async () => {
        const { uri, url } = await account.invite()
        report.note('  ', styled('cyan', uri), url === undefined ? '' : `  ${url}`)
      },
    },
    {
      name: 'unregister',
      usage: '',
      help: 'Remove your account from the server',
      run: () => account.remove(),
    },
    {
      name: 'raw',
      usage: 'on|off',
      help: 'Show every byte that crosses, or each stanza in words',
      run: ([word]) => {
        if (word !== 'on' && word !== 'off')
          throw new UsageError('That is neither on nor off.', 'Write /raw on or /raw off.')
        desk.isRaw = word === 'on'
      },
    },
    {
      name: 'connect',
      usage: '',
      help: 'Log in',
      run: () => client.connect({ signal: context.host.interruption.signal }),
    },
    { name: 'disconnect', usage: '', help: 'Leave in order, and stay here', run: () => client.disconnect() },
    ...toSharedCommands(desk),
  ]
  return commands
}

const shows: ReadonlySet<string> = new Set(['away', 'chat', 'dnd', 'xa'])
const isShow = (word: string): word is Show => shows.has(word)

function toPresence(first: string | undefined, rest: readonly string[]): PresenceInput {
  const isWord = first === 'available' || first === 'unavailable'
  const show = first !== undefined && isShow(first) ? first : undefined
  const words = show === undefined && !isWord && first !== undefined ? [first, ...rest] : rest
  return {
    type: first === 'unavailable' ? 'unavailable' : undefined,
    show,
    status: words.length === 0 ? undefined : words.join(' '),
  }
}

function readJid(command: string, text: string | undefined): Jid {
  if (text !== undefined && tryParseJid(text) instanceof Jid) return toJidOf('jid', text)
  throw new UsageError(
    text === undefined ? 'Nobody is named.' : `That is no address: ${text}.`,
    `Write /${command} tintin@example.org.`,
  )
}

function findRequest(desk: SessionDesk, command: string, text: string | undefined): SubscriptionRequest {
  const waiting = desk.requests()
  const [only] = waiting.size === 1 ? waiting.values() : []
  const request = text === undefined ? only : waiting.get(readJid(command, text).bare.toString())
  if (request !== undefined) return request
  const names = [...waiting.keys()].join(', ')
  throw new UsageError(
    text === undefined && waiting.size > 1 ? 'Several have asked.' : 'Nobody like that has asked.',
    waiting.size === 0 ? 'Wait until somebody does.' : `Write /${command} and one of ${names}.`,
  )
}
