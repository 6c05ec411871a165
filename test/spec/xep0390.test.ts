import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { toHashInput } from '../../src/stanza/capability-hash.js'
import { findCapsClaim, toHashNode, toHashSetElement } from '../../src/stanza/caps.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import { bombusMod, tkabber } from './xep0390-examples.js'

const sha256 = (text = '') => createHash('sha256').update(text, 'utf8').digest('base64')
const inputOf = (text: string, lang?: string) => toHashInput(readFrame(text), lang)
const query = (content: string) => `<query xmlns='http://jabber.org/protocol/disco#info'>${content}</query>`
const x = (fields: string) => query(`<x xmlns='jabber:x:data' type='result'>${fields}</x>`)
const about = `<field var='FORM_TYPE' type='hidden'><value>a</value></field>`

describe('XEP-0390 §3: the hash', () => {
  it('is that of the simple example (§3.5.1)', () => {
    expect(inputOf(bombusMod)).toMatch(
      /urn:xmpp:time\x1F\x1Cclient\x1Fmobile\x1F\x1FBombusMod\x1F\x1E\x1C\x1C$/,
    )
    expect(sha256(inputOf(bombusMod))).toBe('kzBZbkqJ3ADrj7v08reD1qcWUwNGHaidNUgD7nHpiw8=')
  })

  it('is that of the complex example (§3.5.2)', () => {
    expect(inputOf(tkabber)).toMatch(
      /client\x1Fpc\x1Fen\x1FTkabber\x1F\x1Eclient\x1Fpc\x1Fru\x1FТкаббер\x1F\x1E\x1CFORM_TYPE\x1Furn:xmpp:dataforms:softwareinfo\x1F\x1Eos\x1FWindows\x1F\x1Eos_version\x1FXP\x1F\x1Esoftware\x1FTkabber\x1F\x1Esoftware_version\x1F0\.11\.1-svn-20111216-mod \(Tcl\/Tk 8\.6b2\)\x1F\x1E\x1D\x1C$/,
    )
    expect(sha256(inputOf(tkabber))).toBe('u79ZroNJbdSWhdSp311mddz44oHHPsEBntQ5b1jqBSY=')
  })

  it('has the language that is implied (§3.1)', () => {
    const identity = `<identity category='client' type='pc'/>`
    expect(inputOf(query(identity), 'en')).toBe('\x1Cclient\x1Fpc\x1Fen\x1F\x1F\x1E\x1C\x1C')
    const own = `<identity category='client' type='pc' xml:lang=''/>`
    expect(inputOf(query(own), 'en')).toBe('\x1Cclient\x1Fpc\x1F\x1F\x1F\x1E\x1C\x1C')
  })

  it.each([
    ['anything else is in it (step 1)', query('<other/>')],
    ['a form reports many (step 2)', x(`${about}<reported><field var='a'/></reported>`)],
    ['a form has rows (step 2)', x(`${about}<item><field var='a'/></item>`)],
    ['a form says not what it is about (step 3)', x(`<field var='a'><value>b</value></field>`)],
    ['a form says it openly (step 3)', x(`<field var='FORM_TYPE'><value>a</value></field>`)],
    ['a form says it twice (step 3)', x(about + about)],
  ])('does not exist where %s', (_, text) => {
    expect(inputOf(text)).toBeUndefined()
  })
})

describe('XEP-0390 §4.3: what presence says', () => {
  const set = (...hashes: readonly string[]) =>
    readFrame(
      `<c xmlns='urn:xmpp:caps'>${hashes
        .map((algo) => `<hash xmlns='urn:xmpp:hashes:2' algo='${algo}'>${algo}=</hash>`)
        .join('')}</c>`,
    )

  it('is the first hash that can be checked, before that of XEP-0115', () => {
    const old = readFrame(`<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='v'/>`)
    expect(findCapsClaim([old, set('sha3-256', 'sha-256', 'sha-512')])).toEqual({
      xep: '0390',
      hash: 'sha-256',
      value: 'sha-256=',
      node: 'urn:xmpp:caps#sha-256.sha-256=',
    })
    expect(findCapsClaim([toHashSetElement('v')])).toMatchObject({ node: toHashNode('sha-256', 'v') })
  })

  it('is nothing where no hash can be checked, or only one that is broken (XEP-0300 §4)', () => {
    expect(findCapsClaim([set('sha3-256', 'md5', 'sha-1')])).toBeUndefined()
  })
})
