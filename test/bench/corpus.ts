/** A stream that was made, always the same one. */
export interface Corpus {
  readonly text: string
  readonly stanzas: number
}

/** Numbers that look like chance and come again for the same seed (mulberry32). */
function createChance(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
}

type Chance = (limit: number) => number

/**
 * What a client hears in a day, at least `bytes` long: rosters, presences with capabilities, chats with receipts and
 * markers, archive results, group chat, PubSub, in several languages. The stream stays open at the end.
 */
export function createCorpus(bytes: number): Corpus {
  const chance = createChance(20_240_229)
  const pieces = [
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='c2f1' from='example.test' version='1.0' xml:lang='en'>",
  ]
  let length = 0
  let stanzas = 0
  while (length < bytes) {
    const piece = stanza(chance)
    pieces.push(piece)
    length += Buffer.byteLength(piece)
    stanzas++
  }
  return { text: pieces.join(''), stanzas }
}

function stanza(chance: Chance): string {
  const drawn = chance(100)
  if (drawn < 35) return chat(chance)
  if (drawn < 60) return presence(chance)
  if (drawn < 75) return archived(chance)
  if (drawn < 88) return groupChat(chance)
  if (drawn < 97) return pubsub(chance)
  return roster(chance)
}

const texts = [
  'See you at the station at nine?',
  'Did you read the minutes of yesterday’s meeting? I left comments on page four, mostly small things.',
  'À bientôt, et merci pour le gâteau — c’était délicieux !',
  'Der Zug hat schon wieder fünf Minuten Verspätung.',
  'Встретимся у входа в семь вечера, хорошо?',
  '明日の会議は午後三時に変更になりました。',
  'مرحبا، كيف حالك اليوم؟',
  'a &lt;b&gt; c &amp;&amp; d: that is how the template looks &quot;today&quot;',
  'Happy birthday! 🎉🎂 Have a wonderful day 👋🏽',
  'ok',
  'The build is green again. It was the clock of the second machine, which ran four minutes ahead, so that the certificate was not valid yet; I have written it down in the notes for whoever meets it next.',
]

const names = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy']

const pick = (chance: Chance, list: readonly string[]): string => list[chance(list.length)] ?? ''
const person = (chance: Chance): string => `${pick(chance, names)}${chance(40)}@example.test`
const hex = (chance: Chance): string =>
  chance(2 ** 32)
    .toString(16)
    .padStart(8, '0')
const id = (chance: Chance): string => `${hex(chance)}-${hex(chance)}`
const stamp = (chance: Chance): string =>
  new Date(1_700_000_000_000 + chance(2 ** 31) * 10).toISOString().replace(/\.\d+/, '')

function chat(chance: Chance): string {
  const message = `<message from='${person(chance)}/phone.${hex(chance)}' to='me@example.test/desk' type='chat' id='${id(chance)}'>`
  const drawn = chance(10)
  if (drawn < 2) {
    return `${message}<received xmlns='urn:xmpp:receipts' id='${id(chance)}'/><store xmlns='urn:xmpp:hints'/></message>`
  }
  if (drawn < 3) {
    return `${message}<displayed xmlns='urn:xmpp:chat-markers:0' id='${id(chance)}'/></message>`
  }
  if (drawn < 4) return `${message}<composing xmlns='http://jabber.org/protocol/chatstates'/></message>`
  return `${message}<body>${pick(chance, texts)}</body><active xmlns='http://jabber.org/protocol/chatstates'/><request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/><origin-id xmlns='urn:xmpp:sid:0' id='${id(chance)}'/><stanza-id xmlns='urn:xmpp:sid:0' by='me@example.test' id='${id(chance)}'/></message>`
}

function presence(chance: Chance): string {
  const from = `${person(chance)}/tablet.${hex(chance)}`
  if (chance(6) === 0) return `<presence from='${from}' to='me@example.test' type='unavailable'/>`
  const show = chance(3) === 0 ? `<show>${pick(chance, ['away', 'dnd', 'xa'])}</show>` : ''
  const status = chance(3) === 0 ? `<status>${pick(chance, texts)}</status>` : ''
  return `<presence from='${from}' to='me@example.test/desk'>${show}${status}<priority>${chance(20)}</priority><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://client.example' ver='${hex(chance)}${hex(chance)}='/><x xmlns='vcard-temp:x:update'><photo>${hex(chance)}${hex(chance)}${hex(chance)}</photo></x></presence>`
}

function archived(chance: Chance): string {
  return `<message to='me@example.test/desk'><result xmlns='urn:xmpp:mam:2' queryid='q${chance(9)}' id='${id(chance)}'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='${stamp(chance)}'/><message xmlns='jabber:client' from='${person(chance)}/phone' to='me@example.test' type='chat' id='${id(chance)}'><body>${pick(chance, texts)}</body><origin-id xmlns='urn:xmpp:sid:0' id='${id(chance)}'/></message></forwarded></result></message>`
}

function groupChat(chance: Chance): string {
  const room = `room${chance(12)}@conference.example.test/${pick(chance, names)}`
  if (chance(4) === 0) {
    return `<presence from='${room}' to='me@example.test/desk'><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://client.example' ver='${hex(chance)}='/><x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='member' role='participant' jid='${person(chance)}/x'/><status code='110'/></x><occupant-id xmlns='urn:xmpp:occupant-id:0' id='${hex(chance)}${hex(chance)}'/></presence>`
  }
  return `<message from='${room}' to='me@example.test/desk' type='groupchat' id='${id(chance)}' xml:lang='${pick(chance, ['en', 'de', 'fr', 'ru', 'ja'])}'><body>${pick(chance, texts)}</body><stanza-id xmlns='urn:xmpp:sid:0' by='room@conference.example.test' id='${id(chance)}'/><occupant-id xmlns='urn:xmpp:occupant-id:0' id='${hex(chance)}${hex(chance)}'/></message>`
}

function pubsub(chance: Chance): string {
  const from = person(chance)
  if (chance(2) === 0) {
    return `<message from='${from}' to='me@example.test' type='headline' id='${id(chance)}'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='http://jabber.org/protocol/tune'><item id='current' publisher='${from}'><tune xmlns='http://jabber.org/protocol/tune'><artist>${pick(chance, names)} &amp; ${pick(chance, names)}</artist><title>${pick(chance, texts)}</title><length>${chance(400)}</length><rating>${chance(10)}</rating></tune></item></items></event></message>`
  }
  return `<message from='${from}' to='me@example.test' type='headline' id='${id(chance)}'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:microblog:0'><item id='${id(chance)}'><entry xmlns='http://www.w3.org/2005/Atom'><title type='text'>${pick(chance, texts)}</title><author><name>${pick(chance, names)}</name><uri>xmpp:${from}</uri></author><published>${stamp(chance)}</published><link rel='alternate' type='text/html' href='https://example.test/${hex(chance)}?a=1&amp;b=2'/></entry></item></items></event></message>`
}

function roster(chance: Chance): string {
  const items = Array.from({ length: 5 + chance(40) }, () => {
    const subscription = pick(chance, ['both', 'both', 'both', 'to', 'from', 'none'])
    const group =
      chance(2) === 0 ? `<group>${pick(chance, ['Friends', 'Work', 'Família', '家族'])}</group>` : ''
    const name = pick(chance, names)
    return group === ''
      ? `<item jid='${person(chance)}' name='${name}' subscription='${subscription}'/>`
      : `<item jid='${person(chance)}' name='${name}' subscription='${subscription}'>${group}</item>`
  })
  return `<iq type='result' to='me@example.test/desk' id='${id(chance)}'><query xmlns='jabber:iq:roster' ver='${chance(999)}'>${items.join('')}</query></iq>`
}
