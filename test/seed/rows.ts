import type { Deviation } from '../conversations/server-under-test.js'

/** A test that proves a row, by its title; what comes after `%s` is free. */
export interface Proof {
  /** Where it is. */
  readonly file: string
  readonly test: string
  /** What a server that deviates so does not offer, to which the test then holds it. */
  readonly unless?: Deviation
}

/** One system that the founding document describes. */
export interface SeedRow {
  readonly id: string
  readonly title: string
  readonly what: string
  /** Which charts drive it, by the names of their drawings; none where nothing is ever waited for but an answer. */
  readonly charts: readonly string[]
  /** Programs of `examples/` that show it. */
  readonly examples: readonly string[]
  /** Each has to pass on every server. */
  readonly proofs: readonly Proof[]
}

const inFile =
  (file: string) =>
  (test: string, unless?: Deviation): Proof => ({
    file: `test/conversations/${file}.ts`,
    test,
    ...(unless && { unless }),
  })
const accounts = inFile('accounts')
const byConsole = inFile('console')
const contacts = inFile('contacts')
const conversations = inFile('conversations')
const discovery = inFile('discovery')
const presence = inFile('contact-presence')
const profiles = inFile('profiles')
const typing = inFile('typing')

/** What is missing where a server deviates so. */
export const lacks: Readonly<Partial<Record<Deviation, string>>> = {
  'hides nobody': 'invisibility (XEP-0186)',
  'makes no invitations': 'invitations (XEP-0401, XEP-0445)',
  'takes no approval in advance': 'approval in advance (RFC 6121 §3.4)',
}

/** Every system of the document, in its order. */
export const rows: readonly SeedRow[] = [
  {
    id: 'S1',
    title: 'Stream opening',
    what: 'Both sides open a stream of XML that lasts as long as the session. The app sees every attribute of the server’s header, and each defined stream error as a typed error whose condition decides what is next: to try again, to go elsewhere, or to give up.',
    charts: ['connection', 'session'],
    examples: ['phases', 'errors', 'reconnect'],
    proofs: [
      conversations('goes online through every phase and off again'),
      conversations('logs in with %s'),
      conversations('does not fight over a resource'),
      conversations('is not fooled by a certificate for somebody else'),
    ],
  },
  {
    id: 'S2',
    title: 'Legacy identification (XEP-0078)',
    what: 'What was before SASL: the server says which fields it takes, the client gives a digest of the stream’s id and the password, or the password itself, and a resource. Used only where there is no SASL or the app names it; the password itself only over TLS. Errors that are nothing but a number are understood (XEP-0086).',
    charts: ['authentication'],
    examples: ['legacy-login'],
    proofs: [
      accounts('logs in where the app asks for it, and does what others do'),
      accounts('refuses a wrong password as other ways do'),
      accounts('is not used where there is SASL'),
    ],
  },
  {
    id: 'S3',
    title: 'One’s own status',
    what: 'How available one is, in which words and languages, and with which priority; to everybody or to one alone. It is said again in the next session. Invisible by XEP-0186 where the server has it, or in the document’s form where the app asks for that.',
    charts: ['presence'],
    examples: ['presence-board', 'sign-in-screen'],
    proofs: [
      presence('has a status in each language, a show and a priority'),
      presence('is shown to a stranger who is told of it, until that is taken back'),
      presence('is said again in the next session'),
      presence('stays withdrawn until it is said again'),
      presence(
        'is hidden by hide() until sendPresence(), where the server does that, else hide() says that it does not',
        'hides nobody',
      ),
    ],
  },
  {
    id: 'S4',
    title: 'The status of contacts',
    what: 'Who is there, by contact and by resource, the best resource first. What is observed emits only what has changed, and everybody is gone when the session is.',
    charts: ['presence', 'session'],
    examples: ['presence-board'],
    proofs: [
      presence('is that of the best of several resources'),
      presence('ends for a stranger who was told of it when the session does'),
      conversations('knows its contacts, and sees them come and go'),
    ],
  },
  {
    id: 'S5',
    title: 'The contact list',
    what: 'Fetched when a session begins, by version where the server has that, and kept current by pushes, which count only from one’s own account.',
    charts: ['roster'],
    examples: ['presence-board'],
    proofs: [
      conversations('knows its contacts, and sees them come and go'),
      conversations('hears of a change to its own contact list'),
      contacts('learns what another device has changed meanwhile'),
    ],
  },
  {
    id: 'S6',
    title: 'Messages',
    what: 'Of all five types, with bodies and subjects in each language and a thread. An error is tied to the message that caused it.',
    charts: ['stream-management'],
    examples: ['first-message', 'echo-bot', 'receipts'],
    proofs: [
      conversations('carries a message from one to the other, text and languages unchanged'),
      conversations('carries messages of type %s'),
      conversations('ties an error to the message that caused it'),
      conversations('bounces a groupchat message that is sent to a person'),
    ],
  },
  {
    id: 'S7',
    title: 'Typing, the old form (XEP-0022)',
    what: 'Message events, for contacts that know only those: a message asks to be told, composing is raised by the id of that message, and taken back. One conversation serves both forms, and learns from what the contact sends which it is.',
    charts: ['conversation'],
    examples: ['typing'],
    proofs: [typing('is told in the older words to who knows only those (XEP-0022)')],
  },
  {
    id: 'S8',
    title: 'Conversation states (XEP-0085)',
    what: 'Active, composing, paused, inactive, gone: a chart for each conversation, with the time-outs of the specification. They are sent only to those who support them, as discovery or their own messages have shown.',
    charts: ['conversation'],
    examples: ['typing'],
    proofs: [
      typing('is seen by who has shown to understand it, and so is all that follows'),
      typing('is over when who types has left'),
      typing('needs no message first where discovery has said that it is understood (XEP-0085 §4)'),
    ],
  },
  {
    id: 'S9',
    title: 'Rich text (XEP-0071)',
    what: 'Markup beside the plain body, which is always there; left out for a contact whose client is known not to understand it, or has answered it without any. What comes is sanitised to the profile of the specification, so that no script, handler or tracking image survives. Signs in a plain body are read too (XEP-0393, which has replaced it).',
    charts: [],
    examples: ['rich-text'],
    proofs: [
      typing('arrives beside the plain text'),
      typing('goes no more to who answers it without any, until they write some'),
      typing('is what the signs of a body mean, unless its sender says no (XEP-0393)'),
    ],
  },
  {
    id: 'S10',
    title: 'Service discovery (XEP-0030)',
    what: 'What others are and can do: asked once, and not at all where somebody has shown the same verified hash in presence (XEP-0115, XEP-0390). Whether a contact supports something is one call, and one’s own features are told by what the app uses. Long lists come page by page (XEP-0059).',
    charts: [],
    examples: ['discover'],
    proofs: [
      discovery('tells what a friend’s client can do, and asks one of several that show the same'),
      discovery('hears of what a friend’s client can do from now on'),
      discovery('tells what a server and an account are, and what belongs to them'),
      discovery('tells everything that belongs to an account, however it is divided'),
    ],
  },
  {
    id: 'S11',
    title: 'Making an account (XEP-0077)',
    what: 'On the connection that logs in to it afterwards, over TLS. The client asks first what the server wants to know, as XEP-0077 §3.1 has it, where the document’s client guesses; the answer is fields or a form, and the app is asked; a refusal says why in its type. Who is invited shows that first (XEP-0445), and who has an account may invite (XEP-0401).',
    charts: ['registration', 'session'],
    examples: ['register', 'invite'],
    proofs: [
      accounts('makes one, and logs in to it on the same connection'),
      accounts('says that a name is taken'),
      accounts(
        'makes one for who is invited, once, where the server makes invitations',
        'makes no invitations',
      ),
    ],
  },
  {
    id: 'S12',
    title: 'Closing an account',
    what: 'While online. The session ends as removed, and does not come back by itself to what is no more.',
    charts: ['session'],
    examples: ['remove-account'],
    proofs: [accounts('removes the account, and does not come back to it')],
  },
  {
    id: 'S13',
    title: 'Changing the password',
    what: 'While online. The next login uses the new one, also where the app still gives the old one.',
    charts: ['session'],
    examples: ['change-password'],
    proofs: [
      accounts('changes the password, which the next login uses, and others need'),
      accounts('uses the new password where the app gives the old one still'),
    ],
  },
  {
    id: 'S14',
    title: 'Authorisations',
    what: 'Who may see whose status: each contact stands in one of the nine states of RFC 6121, and every step there is drawn. Requests come one by one, to be accepted or refused.',
    charts: ['subscription'],
    examples: ['accept', 'accept-all-bot'],
    proofs: [
      contacts('lets somebody see one’s presence, and takes it back'),
      contacts('tells who asked of a refusal'),
      contacts('takes a request back'),
      contacts('ends a friendship, and keeps the contact in the list'),
      contacts(
        'lets somebody in before they ask, where the server takes approvals in advance',
        'takes no approval in advance',
      ),
    ],
  },
  {
    id: 'S15',
    title: 'Keeping the contact list',
    what: 'Adding, changing and removing contacts, with names and groups. Each returns when the server has confirmed it, and the list shows what the server has pushed, not what was wished.',
    charts: ['roster'],
    examples: ['befriend'],
    proofs: [
      contacts('returns from each edit when the list shows it, with several groups'),
      contacts('learns what another device has changed meanwhile'),
    ],
  },
  {
    id: 'S16',
    title: 'The mutual handshakes',
    what: 'You ask first, or they do: either is one call, whose chart shows each step, which survives a reconnect half-way, and which ends in both, refused, withdrawn, expired or failed.',
    charts: ['befriending', 'subscription'],
    examples: ['befriend', 'accept'],
    proofs: [
      contacts('makes friends when one asks and the other accepts, each in one call'),
      contacts('makes friends without a request to anybody when both wish it'),
      contacts('tells who asked of a refusal'),
      contacts('goes on after a reconnect half-way, on either side'),
    ],
  },
  {
    id: 'S17',
    title: 'vCards (XEP-0054)',
    what: 'What people say of themselves, in typed fields, the photo as bytes with their type; got and published, in the form of today too (XEP-0292). Avatars (XEP-0084, XEP-0153) are believed only with the hash that was shown; with a store contacts look as they did when last seen, from the start.',
    charts: ['photo-hash'],
    examples: ['vcard', 'avatars'],
    proofs: [
      profiles('are what their owners say, to everybody'),
      profiles('lose nothing that another app has put there when one word of them is changed'),
      profiles('are none for those who have none, and for those who are nobody'),
      profiles('are there in the form of today, too'),
      profiles('are told to friends who look'),
      profiles('are seen by friends as they change, and gone when they are'),
      profiles('are there at once for the next process, as they were last seen'),
      profiles('are told of in presence, to those who know cards alone'),
    ],
  },
  {
    id: 'S18',
    title: 'Client information (XEP-0092)',
    what: 'What software others run: name, version, operating system. One’s own answer is the app’s choice, and given to those who may know that one is there.',
    charts: [],
    examples: ['client-information'],
    proofs: [
      discovery('of a friend is what the friend’s app tells'),
      discovery('of a server is its software, time, uptime and answer'),
    ],
  },
  {
    id: 'S19',
    title: 'Trying it by hand',
    what: 'The document has its readers type XML into telnet. The console does that on the real engine: XML or commands, every byte both ways, and where every chart stands; by hand from the first tag on, or in a session. [A walkthrough](../console.md) types the whole document.',
    charts: ['session'],
    examples: ['inspect'],
    proofs: [
      byConsole('opens a stream by hand, encrypts it, identifies and speaks'),
      byConsole('shows every byte and every chart of a session, and carries what is typed in it'),
    ],
  },
]
