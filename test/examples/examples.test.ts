import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { start } from '../cli/program.js'
import { buildPrograms, type Programs } from '../support/build-programs.js'

/** What each says, line by line. */
const sayings: Readonly<Record<string, readonly RegExp[]>> = {
  accept: [
    /^tata@localhost asks: We met at the station$/,
    /^you are friends: both$/,
    /^they say: both$/,
    /^in your list: Tata, both$/,
  ],
  'accept-all-bot': [/^befriended: both$/, /^You said: Hello, bot!$/],
  avatars: [/^they show 42 bytes of image\/gif, known as [0-9a-f]{40}$/, /^they show nothing any more$/],
  befriend: [
    /^waiting$/,
    /^listing$/,
    /^you see them: asking, they see you: closed$/,
    /^you see them: awaited, they see you: closed$/,
    /^you see them: awaited, they see you: granted$/,
    /^ended: both$/,
    /^both: tata@localhost is there, with 1 device$/,
  ],
  block: [/^blocked: tata@localhost$/, /^they hear: service-unavailable$/, /^you hear: And now\?$/],
  bookmarks: [/^the phone is in Tea$/, /^the desk is in 0 rooms$/],
  'change-password': [
    /^changed$/,
    /^back again$/,
    /^mot2passe: Check user name and password\.$/,
    /^nouveau mot2passe: lets you in$/,
  ],
  'chat-room': [
    /^Toto: owner$/,
    /^Tata: none$/,
    /^Toto says: Is there tea\?$/,
    /^Tata says: Yes, Toto, at five!$/,
    /^yours is received$/,
    /^Tata has left: Put the kettle on$/,
    /^you are outside$/,
  ],
  'client-information': [
    /^their app: My app 1\.0, on an operating system of their own$/,
    /^their time: \d\d:\d\d:\d\d, UTC[+-]\d+ min$/,
    /^nobody has touched it for 90 s$/,
    /^their answer took \d+ ms$/,
    /^the server: xmpp-machines embedded, up for \d+ s$/,
    /^they have left \d+ s ago: Gone fishing$/,
  ],
  devices: [
    /^laptop: sent on the phone: Shall we meet\?$/,
    /^laptop: received on the phone: Yes, at eight!$/,
  ],
  discover: [
    /^the server: server\/im xmpp-machines$/,
    /^it archives messages: true$/,
    /^one of their devices: tata@localhost\/\S+$/,
    /^their app: client\/phone My app$/,
    /^it gives receipts: true$/,
    /^it takes calls: false$/,
  ],
  'echo-bot': [/^You said: one$/, /^You said: two$/, /^You said: three$/],
  errors: [
    /^a wrong password: authentication\.not-authorized$/,
    /^ {2}the server refused SCRAM/,
    /^ {2}→ Check user name and password\.$/,
    /ask for the password again/,
    /^a port where nothing listens: transport\.refused$/,
    /ECONNREFUSED/,
    /^ {2}→ Nothing listens there/,
    /no connection: refused/,
    /^a request that nobody understands: stanza\.service-unavailable$/,
    /^ {2}the other side answered with service-unavailable$/,
    /^ {2}→ Do not send it again as it is\.$/,
    /refused: service-unavailable, cancel/,
  ],
  'first-message': [/^online as toto@localhost\/\S+$/, /^sent: written$/, /^received: Hello, me!$/],
  history: [
    /^seen: one$/,
    /^missed: two$/,
    /^missed: three$/,
    /^earlier: three$/,
    /^earlier: two$/,
    /^earlier: one$/,
  ],
  invite: [
    /^to be handed over: xmpp:localhost\?register;preauth=[\w-]+$/,
    /^tata: registered$/,
    /^tutu: invitation$/,
  ],
  'legacy-login': [
    /^requestingFields: jabber:iq:auth$/,
    /^identifying: jabber:iq:auth$/,
    /^online as toto@localhost\/maison, on a stream of version none$/,
    /^not jabber:iq:auth: a SASL mechanism is chosen$/,
  ],
  inspect: [/^watch: http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/, /^online; Enter ends it$/],
  phases: [
    /^offline: /,
    ...[
      'dialing',
      'opening',
      'awaitingFeatures',
      'requestingTls',
      'securing',
      'opening',
      'awaitingFeatures',
    ].map((phase) => new RegExp(`^connecting: ${phase}, xmpp:`)),
    ...['initiating', 'responding', 'verifying'].map(
      (phase) => new RegExp(`^authenticating: ${phase}, SCRAM-SHA-512-PLUS, tls-exporter`),
    ),
    ...['reopening', 'awaitingFeatures', 'requesting'].map((phase) => new RegExp(`^binding: ${phase}$`)),
    /^online: toto@localhost\/\S+, encrypted$/,
    /^closing: /,
    /^closed: /,
  ],
  'presence-board': [
    /^nobody$/,
    /^anna: chat, 1×$/,
    /^anna: here, At work, 2×$/,
    /^anna: here, At work, 2× · ben: away, In a tunnel, 1×$/,
    /^anna: here, At work, 2× · ben: here, Out of it, 1×$/,
    /^anna: chat, 1× · ben: here, Out of it, 1×$/,
    /^anna: gone · ben: here, Out of it, 1×$/,
    /^anna: gone · ben: gone$/,
    /^nobody$/,
  ],
  quiet: [/^they say: I am off$/, /^you look again$/, /^they are out for lunch$/],
  receipts: [/^tata@localhost has it: received$/],
  reconnect: [
    /^online$/,
    /^somebody pulled the cable: again in \d+ ms, because the connection was cut$/,
    /^online again$/,
  ],
  register: [
    /^Where can we write to you\?: email$/,
    /^toto: conflict\. Choose another name\.$/,
    /^Where can we write to you\?: email$/,
    /^this is no e-mail address: email$/,
    /^tata is online$/,
  ],
  'remove-account': [/^the account is removed$/, /^it needs credentials: Check user name and password\.$/],
  request: [/^pong after \d+ ms$/, /^the server is xmpp-machines$/, /^given up: transport\.aborted$/],
  'rich-text': [
    /^plain: Salut toi !$/,
    /^strong: toi$/,
    /^what is left of a script and an image: a cat$/,
    /^styled: strong$/,
  ],
  vcard: [
    /^Tata Dupont, Conductor at Night trains$/,
    /^call \+33-1-23-45-67-89 \(work, voice\)$/,
    /^a link: https: trains\.example$/,
  ],
  restart: [/^a session begins$/, /^the session goes on$/, /^heard: Are you there\?$/],
  typing: [/^toto: active$/, /^tata: composing$/, /^tata: paused$/, /^tata: active$/, /^tata: gone$/],
}

/** What other examples import. */
const imported = ['accounts.ts', 'sign-in-screen.ts']
const names = Object.keys(sayings)
let programs: Programs
beforeAll(async () => {
  programs = await buildPrograms(names.map((name) => `examples/${name}.ts`))
})
afterAll(() => programs.remove())

it('knows every example', async () => {
  const found = await readdir(new URL('../../examples/', import.meta.url))
  const programs = found.filter((file) => !imported.includes(file) && !file.endsWith('.test.ts'))
  expect(programs.toSorted()).toEqual(names.map((name) => `${name}.ts`).toSorted())
})

it.each(names)('%s says what it promises, and ends by itself', async (name) => {
  const { code, stderr, stdout } = await start(programs.file(`examples/${name}.ts`), []).ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lines = stdout.trimEnd().split('\n')
  const expected = sayings[name] ?? []
  expect(lines).toEqual(expected.map((line) => expect.stringMatching(line)))
})
