import { describe, expect, it } from 'vitest'
import { ns } from '../../src/index.js'
import { rememberedAnswerUnits } from '../../src/features/caps-cache.js'
import { rememberedStrangerLimit } from '../../src/features/contact-presence.js'
import { rememberedEntityLimit } from '../../src/features/entity-infos.js'
import { presence } from '../features/acquaintances.js'
import {
  answer,
  bob,
  carol,
  claim,
  comes,
  described,
  discover,
  info,
  inShort,
  remembering,
  verOf,
  verOfParts,
} from '../features/capabilities.js'

const genuine = [ns.discoInfo, ns.receipts]
const ver = verOf(...genuine)
const mallory = 'mallory@evil.test/x'

describe('A21: a hash that is not lived up to', () => {
  it.each([
    ['something else', info(ns.discoInfo)],
    ['nothing', ''],
    ['the same feature twice', info(...genuine, ns.receipts)],
    ['the same identity twice', described(genuine, `<identity category='client' type='pc'/>`)],
    [
      'features dressed as a form (XEP-0115 §8.3)',
      described(
        [ns.discoInfo],
        `<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>${ns.receipts}</value></field></x>`,
      ),
    ],
    [
      'a name that goes on as a feature',
      described([ns.receipts], '', `category='client' type='pc' name='&lt;${ns.discoInfo}'`),
    ],
  ])('is used for nobody but the one asked: %s', async (_, content) => {
    const { facts, memory } = remembering()
    const { disco, says, teach, question } = await discover({}, { memory })
    await says(comes(mallory, ver), comes(`${bob}/x`, ver))
    await teach(mallory, content)
    expect(disco.known(mallory)).toBeDefined()
    expect(disco.known(`${bob}/x`)).toBeUndefined()
    expect([...facts]).toEqual([])
    const told: Promise<boolean>[] = []
    const request = await question(() => told.push(disco.supports(bob, ns.receipts)))
    await says(answer(request, info(...genuine)))
    expect(await Promise.all(told)).toEqual([true])
  })

  it.each(['md5', 'sha3-256', 'constructor', '__proto__'])(
    'nor is one that cannot be checked, by %s (XEP-0115 §5.4 step 2)',
    async (hash) => {
      const { disco, says, teach } = await discover()
      await says(presence(mallory, '', claim(ver, hash)), presence(`${bob}/x`, '', claim(ver, hash)))
      await teach(mallory, info(...genuine))
      expect(disco.known(`${bob}/x`)).toBeUndefined()
    },
  )

  it('is not believed of who shows another by now', async () => {
    const { disco, says, question } = await discover()
    await says(comes(mallory, 'forged'))
    const told: Promise<unknown>[] = []
    const request = await question(() => told.push(disco.info(mallory)))
    await says(comes(mallory, 'another'), answer(request, info('a')))
    await Promise.all(told)
    expect(disco.known(mallory)).toBeUndefined()
  })

  it('holds up others once: whoever waited for it asks for themselves, all at a time', async () => {
    const { disco, says, peer } = await discover()
    await says(comes(mallory, ver), comes(`${bob}/x`, ver), comes(`${carol}/y`, ver))
    for (const jid of [mallory, `${bob}/x`, `${carol}/y`]) disco.info(jid).catch(() => undefined)
    const request = await peer.next('iq')
    expect(inShort(request)).toBe(`${mallory} urn:example:client#${ver}`)
    await says(answer(request, info('a lie')))
    const others = [await peer.next('iq'), await peer.next('iq')]
    expect(others.map(({ attributes }) => attributes['to'])).toEqual([`${bob}/x`, `${carol}/y`])
  })
})

describe('A21: what a hash does not cover', () => {
  const form = (fields: string, more = '') =>
    `<x xmlns='jabber:x:data' type='result'>${more}${fields}<field var='os'><value>Mac</value></field></x>`
  const formType = (attributes: string) =>
    `<field var='FORM_TYPE' ${attributes}><value>urn:xmpp:dataforms:softwareinfo</value></field>`
  const software = [...genuine.toSorted(), 'urn:xmpp:dataforms:softwareinfo', 'os', 'Mac']

  it.each([
    ['a form that says not what it is about', ver, form(`<field var='a'><value>FORGED</value></field>`), 0],
    ['a form that says it openly', ver, form(formType(`type='text-single' label='FORGED'`)), 0],
    [
      'what people read of a form',
      verOfParts('client/pc//', ...software),
      form(
        formType(`type='hidden' label='FORGED'`),
        '<title>FORGED</title><instructions>FORGED</instructions>',
      ),
      1,
    ],
    [
      'what else is in a form',
      verOfParts('client/pc//', ...software),
      form(
        formType(`type='hidden'`),
        `<reported><field var='FORGED'/></reported><item><field var='FORGED'/></item>`,
      ).replace("var='os'>", "var='os' type='list-single'><desc>FORGED</desc><FORGED xmlns='urn:example'/>"),
      1,
    ],
  ])('is shared with nobody, nor stored: %s (XEP-0115 §5.4)', async (_, shown, more, shared) => {
    const { facts, memory } = remembering()
    const { disco, says, teach } = await discover({}, { memory })
    await says(comes(mallory, shown), comes(`${bob}/x`, shown))
    await teach(mallory, described(genuine, more))
    expect(disco.known(mallory)?.forms).toHaveLength(1)
    const { forms = [], ...info } = disco.known(`${bob}/x`) ?? {}
    expect(info).toEqual({
      identities: [{ category: 'client', type: 'pc', name: undefined, lang: undefined }],
      features: new Set(genuine),
    })
    expect(forms.map(({ fields }) => fields.map(({ name, values }) => [name, ...values].join()))).toEqual(
      Array.from({ length: shared }, () => ['FORM_TYPE,urn:xmpp:dataforms:softwareinfo', 'os,Mac']),
    )
    expect(facts.size).toBe(1)
    expect(JSON.stringify([forms, ...facts])).not.toContain('FORGED')
  })

  it('is not believed of an earlier version either', async () => {
    const forged = `<query xmlns='${ns.discoInfo}'>${described(genuine, form(formType('')))}</query>`
    const { memory } = remembering(new Map([[`caps 0115 sha-1 ${ver}`, forged]]))
    const { disco, says } = await discover({}, { memory })
    await says(comes(`${bob}/x`, ver))
    expect(disco.known(`${bob}/x`)).toMatchObject({ features: new Set(genuine), forms: [] })
  })

  it('is the language, too, that a stanza was in', async () => {
    const shown = verOfParts('client/pc//Psi', ...genuine.toSorted())
    const content = described(genuine, '', `category='client' type='pc' name='Psi'`)
    const { disco, says, question } = await discover()
    await says(comes(mallory, shown), comes(`${bob}/x`, shown))
    const told: Promise<unknown>[] = []
    await says(answer(await question(() => told.push(disco.info(mallory))), content, ` xml:lang='forged'`))
    await Promise.all(told)
    expect(disco.known(mallory)?.identities).toMatchObject([{ name: 'Psi', lang: 'forged' }])
    expect(disco.known(`${bob}/x`)?.identities).toMatchObject([{ name: 'Psi', lang: undefined }])
  })
})

describe('A21: what is said to fill the memory', () => {
  it('an answer that is huge is given, and remembered neither here nor in the store', async () => {
    const { facts, memory } = remembering()
    const { disco, says, teach } = await discover({}, { memory })
    const huge = Array.from({ length: rememberedAnswerUnits / 8 }, (_, index) => `feature ${index}`)
    await says(comes(`${bob}/x`, verOf(...huge)))
    await teach(`${bob}/x`, info(...huge))
    await teach('example.test', info(...huge))
    expect([disco.known(`${bob}/x`), disco.known('example.test'), ...facts]).toEqual([undefined, undefined])
  })

  it('of entities only so many are remembered', async () => {
    const { disco, teach } = await discover()
    for (let index = 0; index <= rememberedEntityLimit; index += 1) await teach(`${index}.test`, info('a'))
    expect(disco.known('0.test')).toBeUndefined()
    expect(disco.known('1.test')).toBeDefined()
  })

  it('strangers who come and go push out no contact', async () => {
    const { disco, says, teach, question } = await discover()
    await says(comes(`${bob}/x`, ver))
    for (let index = 0; index <= rememberedStrangerLimit; index += 1) {
      await says(comes(`${index}@evil.test/x`, `${index}`))
    }
    await teach(`${bob}/x`, info(...genuine))
    expect(disco.known(bob)).toBeDefined()
    const forgotten = await question(() => void disco.info('0@evil.test/x').catch(() => undefined))
    expect(inShort(forgotten)).toBe('0@evil.test/x')
  })
})
