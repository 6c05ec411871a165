import { describe, expect, it } from 'vitest'
import {
  clientInformation,
  ns,
  type ClientInformation,
  type ClientInformationFeature,
} from '../../src/index.js'
import { childOf, conditionOf, elementsOf, textOf, type HeardElement } from '../spec/heard.js'
import { answersTo, online } from '../spec/session.js'
import { code } from './acquaintances.js'

const bob = 'bob@example.test/x'

async function informed(information: ClientInformation = {}) {
  const session = await online()
  const about = session.client.use((host) => clientInformation(host, information))
  const ask = async (element: string, type = 'get', from = 'alice@example.test/phone') => {
    const [iq] = await answersTo(session.peer, `<iq type='${type}' id='a1' from='${from}'>${element}</iq>`)
    return iq
  }
  return { ...session, about, ask }
}

const version = `<query xmlns='${ns.version}'/>`
const time = `<time xmlns='${ns.time}'/>`
const last = `<query xmlns='${ns.lastActivity}'/>`
const payloadOf = (iq: HeardElement | undefined) => iq && elementsOf(iq)[0]
const nobody = 'cancel service-unavailable'

describe('what is told of oneself', () => {
  it('is the software, and no operating system unless the app says it (XEP-0092 §5)', async () => {
    const software = { name: 'Psi', version: '0.10-CVS (Jul 27 2005)' }
    const { ask } = await informed({ software })
    const told = payloadOf(await ask(version))
    expect(told && elementsOf(told).map((child) => [child.name, textOf(child)])).toEqual(
      Object.entries(software),
    )

    const withOs = await informed({ software: { ...software, os: 'Debian GNU/Linux' } })
    const more = payloadOf(await withOs.ask(version))
    expect(more && textOf(childOf(more, 'os'))).toBe('Debian GNU/Linux')
  })

  it('is the local time, with its offset, unless the app keeps it back (XEP-0202)', async () => {
    const { ask } = await informed()
    const told = payloadOf(await ask(time))
    expect(told && textOf(childOf(told, 'tzo'))).toMatch(/^[+-]\d\d:\d\d$/)
    expect(told && textOf(childOf(told, 'utc'))).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)

    const silent = await informed({ time: false })
    expect(conditionOf(await silent.ask(time))).toBe(nobody)
  })

  it('is how long nobody has used the app, by the app’s word (XEP-0012 §4)', async () => {
    let idle: number | undefined = 123_900
    const { ask } = await informed({ idleMs: () => idle })
    expect(payloadOf(await ask(last))?.attributes['seconds']).toBe('123')
    idle = -5
    expect(payloadOf(await ask(last))?.attributes['seconds']).toBe('0')
    idle = undefined
    expect(conditionOf(await ask(last))).toBe(nobody)
  })

  it('is nothing but the time by default', async () => {
    const { ask } = await informed()
    expect([conditionOf(await ask(version)), conditionOf(await ask(last))]).toEqual([nobody, nobody])
  })

  it('is not set by others', async () => {
    const { ask } = await informed({ software: { name: 'a', version: '1' } })
    expect(conditionOf(await ask(version, 'set'))).toBe('modify bad-request')
  })

  it('cannot be what XML cannot carry', async () => {
    const { client } = await online()
    const software = { name: '\u0000', version: '1' }
    expect(() => client.use((host) => clientInformation(host, { software }))).toThrow(RangeError)
  })
})

describe('what others tell', () => {
  type Question = keyof ClientInformationFeature
  const results: readonly [Question, string, unknown][] = [
    [
      'version',
      `<query xmlns='jabber:iq:version'><name>Exodus</name><version>0.7.0.4</version><os>Windows-XP 5.01.2600</os></query>`,
      { name: 'Exodus', version: '0.7.0.4', os: 'Windows-XP 5.01.2600' },
    ],
    [
      'time',
      `<time xmlns='urn:xmpp:time'><tzo>-06:00</tzo><utc>2006-12-19T17:58:35Z</utc></time>`,
      { moment: Date.UTC(2006, 11, 19, 17, 58, 35), offsetMinutes: -360 },
    ],
    [
      'lastActivity',
      `<query xmlns='jabber:iq:last' seconds='903'>Heading Home</query>`,
      { seconds: 903, status: 'Heading Home' },
    ],
    ['ping', '', expect.any(Number)],
  ]

  it.each(results)('is read: %s', async (question, content, expected) => {
    const { about, peer } = await informed()
    const told = about[question](bob)
    const request = await peer.next('iq')
    expect(request.attributes).toMatchObject({ type: 'get', to: bob })
    expect(elementsOf(request)[0]?.children).toEqual([])
    peer.say(`<iq type='result' id='${request.attributes['id']}' from='${bob}'>${content}</iq>`)
    expect(await told).toEqual(expected)
  })

  it.each(['version', 'time', 'lastActivity'] as const)(
    'is an error where it says nothing: %s',
    async (question) => {
      const { about, peer } = await informed()
      const outcome = code(about[question](bob))
      const { attributes } = await peer.next('iq')
      peer.say(
        `<iq type='result' id='${attributes['id']}' from='${bob}'><query xmlns='${ns.lastActivity}'/></iq>`,
      )
      expect(await outcome).toBe('protocol.bad-format')
    },
  )
})
