import { describe, expect, it } from 'vitest'
import { stanzaErrorConditions } from '../../src/errors.js'
import { xml } from '../../src/index.js'
import { childOf, conditionOf, elementsOf } from './heard.js'
import { answersTo, online, rest } from './session.js'

const stanzas = 'urn:ietf:params:xml:ns:xmpp-stanzas'
const ping = "<ping xmlns='urn:xmpp:ping'/>"
const unknown = "<query xmlns='urn:example:unknown'/>"

describe('an IQ request that arrives (RFC 6120 §8.2.3, §8.4)', () => {
  it.each(['get', 'set'])(
    'of type %s in an unknown namespace is answered with service-unavailable (§8.4)',
    async (type) => {
      const { peer } = await online()
      const [answer, ...rest] = await answersTo(
        peer,
        `<iq type='${type}' id='q1' from='bob@example.test/home' to='alice@example.test/desk'>${unknown}</iq>`,
      )
      expect(rest).toEqual([])
      expect(answer).toMatchObject({
        name: 'iq',
        attributes: { type: 'error', id: 'q1', to: 'bob@example.test/home' },
      })
      expect(conditionOf(answer)).toBe('cancel service-unavailable')
    },
  )

  it('of a known namespace and an unknown name is answered with an error (§8.3.3.3)', async () => {
    const { peer } = await online()
    const [answer] = await answersTo(
      peer,
      "<iq type='get' id='q2' from='bob@example.test/home'><pong xmlns='urn:xmpp:ping'/></iq>",
    )
    expect(conditionOf(answer)).toMatch(
      /^(cancel|modify) (feature-not-implemented|service-unavailable|bad-request)$/,
    )
  })

  it.each([
    ['ordinary', 'q3'],
    ['of many characters', 'x'.repeat(500)],
    ['with characters that XML escapes', '&lt;&amp;&quot;&apos;&gt;'],
    ['beyond ASCII', 'čaj-🍵'],
    ['with spaces', ' a  b '],
    ['named like a property', '__proto__'],
  ])('has its id preserved: %s', async (_what, id) => {
    const { peer } = await online()
    const [answer] = await answersTo(peer, `<iq type='get' id='${id}' from='example.test'>${ping}</iq>`)
    const plain = id
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&quot;/g, '"')
      .replace(/&apos;/g, "'")
      .replace(/&amp;/g, '&')
    expect(answer?.attributes).toMatchObject({ type: 'result', id: plain, to: 'example.test' })
  })

  it('without from is answered to the account, that is without to or to the bare JID (§8.1.2.1)', async () => {
    const { peer } = await online()
    const [answer] = await answersTo(peer, `<iq type='get' id='q4'>${ping}</iq>`)
    expect(answer?.attributes).toMatchObject({ type: 'result', id: 'q4' })
    expect([undefined, 'alice@example.test']).toContain(answer?.attributes['to'])
  })

  it.each([
    ['an unknown type', `<iq type='subscribe' id='q5' from='alice@example.test/home'>${ping}</iq>`],
    ['a type in capitals', `<iq type='GET' id='q5' from='alice@example.test/home'>${ping}</iq>`],
    ['no type', `<iq id='q5' from='alice@example.test/home'>${ping}</iq>`],
    ['no child', "<iq type='get' id='q5' from='alice@example.test/home'/>"],
    ['two children', `<iq type='set' id='q5' from='alice@example.test/home'>${ping}${unknown}</iq>`],
  ])('with %s is answered with bad-request', async (_what, text) => {
    const { peer } = await online()
    const [answer] = await answersTo(peer, text)
    expect(answer?.attributes).toMatchObject({ type: 'error', id: 'q5', to: 'alice@example.test/home' })
    expect(conditionOf(answer)).toBe('modify bad-request')
  })

  it('is understood whatever the prefix of its payload (§8.4)', async () => {
    const { peer } = await online()
    const [answer] = await answersTo(
      peer,
      "<iq type='get' id='q6' from='example.test'><p:ping xmlns:p='urn:xmpp:ping'/></iq>",
    )
    expect(answer?.attributes).toMatchObject({ type: 'result', id: 'q6' })
  })

  it('is understood in spite of attributes and white space that nobody asked for (§8.4, §11.4)', async () => {
    const { peer } = await online()
    const [answer] = await answersTo(
      peer,
      "<iq type='get' id='q7' from='example.test' mood='x' xmlns:a='urn:a' a:b='c'>\n  <ping xmlns='urn:xmpp:ping' extra='1'/>\n</iq>",
    )
    expect(answer?.attributes).toMatchObject({ type: 'result', id: 'q7' })
  })

  it('is answered whatever its to says (§8.1.1.1)', async () => {
    const { peer } = await online()
    for (const to of ['alice@example.test', 'alice@example.test/desk', 'alice@example.test/other']) {
      const [answer] = await answersTo(
        peer,
        `<iq type='get' id='q8' from='example.test' to='${to}'>${ping}</iq>`,
      )
      expect(answer?.attributes).toMatchObject({ type: 'result', id: 'q8' })
    }
  })

  it('is answered once each, in order', async () => {
    const { peer } = await online()
    const ids = ['a', 'b', 'c']
    const given = await answersTo(
      peer,
      ids
        .map((id) => `<iq type='get' id='${id}' from='example.test'>${id === 'b' ? unknown : ping}</iq>`)
        .join(''),
    )
    expect(given.map(({ attributes }) => attributes['id'])).toEqual(ids)
  })

  it('is no request inside another stanza (§4.1)', async () => {
    const { peer } = await online()
    expect(
      await answersTo(
        peer,
        `<message from='bob@example.test'><x xmlns='urn:example:forward'><iq xmlns='jabber:client' type='get' id='q9'>${ping}</iq></x></message>`,
      ),
    ).toEqual([])
  })
})

describe('a stanza that is never answered (RFC 6120 §8.2.3, §8.3.1)', () => {
  const error = `<error type='cancel'><service-unavailable xmlns='${stanzas}'/></error>`
  it.each([
    ['a result that nobody asked for', "<iq type='result' id='n1' from='bob@example.test/home'/>"],
    [
      'a result with an unknown payload',
      `<iq type='result' id='n1' from='bob@example.test/home'>${unknown}</iq>`,
    ],
    [
      'a result with two payloads',
      `<iq type='result' id='n1' from='bob@example.test/home'>${unknown}${ping}</iq>`,
    ],
    ['a result without an id', "<iq type='result' from='bob@example.test/home'/>"],
    ['an error', `<iq type='error' id='n1' from='bob@example.test/home'>${unknown}${error}</iq>`],
    ['an error without <error/>', "<iq type='error' id='n1' from='bob@example.test/home'/>"],
    ['an error without an id', `<iq type='error' from='bob@example.test/home'>${error}</iq>`],
    [
      'a message of type error',
      `<message type='error' id='n1' from='bob@example.test/home'>${error}</message>`,
    ],
    [
      'a message of type error without <error/>',
      "<message type='error' id='n1' from='bob@example.test/home'><body>x</body></message>",
    ],
    [
      'a presence of type error',
      `<presence type='error' id='n1' from='bob@example.test/home'>${error}</presence>`,
    ],
    [
      'a presence of type error without <error/>',
      "<presence type='error' id='n1' from='bob@example.test/home'/>",
    ],
    ['a message', "<message id='n1' from='bob@example.test/home'><body>x</body></message>"],
    ['presence', "<presence id='n1' from='bob@example.test/home'/>"],
  ])('%s', async (_what, text) => {
    const { client, peer } = await online()
    expect(await answersTo(peer, text)).toEqual([])
    expect(client.state.status).toBe('online')
    expect(peer.closings).toBe(0)
  })
})

describe('a request that the client makes (RFC 6120 §8.2.3)', () => {
  const payload = xml('query', 'urn:example:thing')
  const asked = async (to?: string) => {
    const session = await online()
    const answer = session.client.request({ type: 'get', payload, ...(to === undefined ? {} : { to }) }).then(
      ({ payload }) => payload ?? 'nothing',
      (error: unknown) => error,
    )
    const request = await session.peer.next('iq').then(() => session.peer.elements.at(-1))
    if (request === undefined) throw new Error('no request')
    let settled = false
    void answer.then(() => (settled = true))
    return { ...session, answer, request, id: request.attributes['id'] ?? '', isSettled: () => settled }
  }
  const result = (attributes: string) =>
    `<iq type='result' ${attributes}><query xmlns='urn:example:thing'/></iq>`

  it('has an id of its own each time, a type, and exactly one child', async () => {
    const { client, peer } = await online()
    for (let turn = 0; turn < 20; turn += 1)
      client.request({ type: turn % 2 === 0 ? 'get' : 'set', payload }).catch(() => undefined)
    await rest()
    const requests = peer.elements.filter(({ name }) => name === 'iq').slice(1)
    expect(new Set(requests.map(({ attributes }) => attributes['id'])).size).toBe(20)
    expect(requests.map(({ attributes }) => attributes['type']).slice(0, 2)).toEqual(['get', 'set'])
    expect(requests.map((request) => elementsOf(request).length)).toEqual(requests.map(() => 1))
  })

  it('has no to where it is for the account itself, and the right one otherwise (§8.1.1.1)', async () => {
    expect((await asked()).request.attributes).not.toHaveProperty('to')
    expect((await asked('Bob@Example.Test/Home')).request.attributes['to']).toBe('bob@example.test/Home')
  })

  it('has no from, or its own full JID (§8.1.2.1)', async () => {
    const { request } = await asked('bob@example.test/home')
    expect([undefined, 'alice@example.test/desk']).toContain(request.attributes['from'])
  })

  it.each([
    ['without from', ''],
    ['from the bare JID', "from='alice@example.test'"],
  ])('for the account is answered by a result %s (§8.1.2.1)', async (_what, from) => {
    const { peer, answer, id } = await asked()
    peer.say(result(`id='${id}' ${from}`))
    expect(await answer).toMatchObject({ name: 'query', namespace: 'urn:example:thing' })
  })

  it('by its own address is answered by a result without from, too (§8.1.2.1)', async () => {
    const { peer, answer, id } = await asked('alice@example.test')
    peer.say(result(`id='${id}'`))
    expect(await answer).toMatchObject({ name: 'query' })
  })

  it('is answered by an error whose type is unknown all the same (§8.3.2)', async () => {
    const { peer, answer, id } = await asked('bob@example.test/home')
    peer.say(
      `<iq type='error' id='${id}' from='bob@example.test/home'><error type='whim'><conflict xmlns='${stanzas}'/></error></iq>`,
    )
    expect(await answer).toMatchObject({ code: 'stanza.conflict' })
  })

  it('may be answered by a result without a child', async () => {
    const { peer, answer, id } = await asked('bob@example.test/home')
    peer.say(`<iq type='result' id='${id}' from='bob@example.test/home'/>`)
    expect(await answer).toBe('nothing')
  })

  it.each([
    ['with another id', (id: string) => result(`id='${id}x' from='bob@example.test/home'`)],
    ['of another entity', (id: string) => result(`id='${id}' from='mallory@evil.test/home'`)],
    ['of the account, for it has no from (§8.1.2.1)', (id: string) => result(`id='${id}'`)],
    [
      'that is a request',
      (id: string) => `<iq type='get' id='${id}' from='bob@example.test/home'>${ping}</iq>`,
    ],
    [
      'that is another kind of stanza',
      (id: string) => `<message type='error' id='${id}' from='bob@example.test/home'/>`,
    ],
  ])('is not answered by a stanza %s', async (_what, text) => {
    const { peer, id, answer, isSettled } = await asked('bob@example.test/home')
    peer.say(text(id))
    await rest()
    expect(isSettled()).toBe(false)
    peer.say(result(`id='${id}' from='bob@example.test/home'`))
    expect(await answer).toMatchObject({ name: 'query' })
  })

  it.each(stanzaErrorConditions)('is answered by the error %s as a typed error (§8.3.3)', async (name) => {
    const { peer, answer, id } = await asked('bob@example.test/home')
    peer.say(
      `<iq type='error' id='${id}' from='bob@example.test/home'><query xmlns='urn:example:thing'/><error type='wait' by='proxy.example.test'><${name} xmlns='${stanzas}'/><text xmlns='${stanzas}' xml:lang='en'>Because.</text></error></iq>`,
    )
    expect(await answer).toMatchObject({
      code: `stanza.${name}`,
      type: 'wait',
      text: 'Because.',
      by: 'proxy.example.test',
    })
  })

  it.each([
    ['unknown', `<out-of-coffee xmlns='${stanzas}'/>`],
    ['missing', ''],
    ['of another namespace', "<conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"],
  ])(
    'is answered by an error whose condition is %s: undefined-condition (§8.3.2)',
    async (_what, content) => {
      const { peer, answer, id } = await asked('bob@example.test/home')
      peer.say(
        `<iq type='error' id='${id}' from='bob@example.test/home'><error type='modify'>${content}</error></iq>`,
      )
      expect(await answer).toMatchObject({ code: 'stanza.undefined-condition', type: 'modify' })
    },
  )

  it('is answered by an error without <error/> all the same (§8.3.1)', async () => {
    const { peer, answer, id } = await asked('bob@example.test/home')
    peer.say(`<iq type='error' id='${id}' from='bob@example.test/home'/>`)
    expect(await answer).toMatchObject({ code: 'stanza.undefined-condition' })
  })

  it('leaves a condition of the application aside and takes the rest of the error (§8.3.4)', async () => {
    const { peer, answer, id } = await asked('bob@example.test/home')
    peer.say(
      `<iq type='error' id='${id}' from='bob@example.test/home'><error type='cancel'><too-many xmlns='urn:example:app'/><not-allowed xmlns='${stanzas}'/></error></iq>`,
    )
    expect(await answer).toMatchObject({
      code: 'stanza.not-allowed',
      type: 'cancel',
      applicationCondition: 'too-many',
    })
  })

  it.each(['gone', 'redirect'])('is told the other address that %s names (§8.3.3)', async (name) => {
    const { peer, answer, id } = await asked('bob@example.test/home')
    peer.say(
      `<iq type='error' id='${id}' from='bob@example.test/home'><error type='cancel'><${name} xmlns='${stanzas}'>xmpp:bob@new.example.test</${name}></error></iq>`,
    )
    expect(await answer).toMatchObject({ code: `stanza.${name}`, alternative: 'xmpp:bob@new.example.test' })
  })
})

describe('an error that the client sends (RFC 6120 §8.3)', () => {
  it('is of the same kind, swaps the addresses, mirrors the id and says type and condition (§8.3.1, §8.3.2)', async () => {
    const { peer } = await online()
    const [answer] = await answersTo(
      peer,
      `<iq type='set' id='e1' from='bob@example.test/home' to='alice@example.test/desk'>${unknown}</iq>`,
    )
    expect(answer?.name).toBe('iq')
    expect(answer?.attributes).toMatchObject({ id: 'e1', type: 'error', to: 'bob@example.test/home' })
    expect([undefined, 'alice@example.test/desk']).toContain(answer?.attributes['from'])
    const error = answer === undefined ? undefined : childOf(answer, 'error')
    expect(error?.namespace).toBe('jabber:client')
    expect(error?.attributes['type']).toMatch(/^(auth|cancel|continue|modify|wait)$/)
    const texts = error === undefined ? [] : elementsOf(error).filter(({ name }) => name === 'text')
    for (const text of texts)
      expect(text).toMatchObject({ namespace: stanzas, attributes: { 'xml:lang': expect.any(String) } })
  })
})
