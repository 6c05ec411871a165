import { describe, expect, it } from 'vitest'
import { ns } from '../../src/index.js'
import {
  avatarInfoLimit,
  parseAvatarData,
  parseAvatarMetadata,
  toAvatarData,
  toAvatarMetadata,
} from '../../src/stanza/avatar.js'
import { findPubsubEvent, toItemsRequest, toPublishRequest } from '../../src/stanza/pubsub.js'
import { findPhotoHash, toPhotoHashElement } from '../../src/stanza/vcard-photo.js'
import { readFrame } from '../../src/xml/frame-reader.js'

const id = '111f4b3c50d7b0df729d299bc6f8e9ef9066971f'
const infos = [{ id, bytes: 12_345, type: 'image/png', width: 64, height: 64, url: undefined }]
const info = `<info bytes='12345' id='${id}' height='64' type='image/png' width='64'/>`
const metadata = (content: string) =>
  readFrame(`<metadata xmlns='${ns.avatarMetadata}'>${content}</metadata>`)

describe('XEP-0084', () => {
  it('reads metadata, and writes it (§3.2)', () => {
    expect(parseAvatarMetadata(metadata(info))).toEqual(infos)
    expect(parseAvatarMetadata(toAvatarMetadata(infos))).toEqual(infos)
  })

  it('takes empty metadata for no avatar (§3.5)', () => {
    expect(parseAvatarMetadata(metadata(''))).toEqual([])
    expect(toAvatarMetadata([]).children).toEqual([])
  })

  it.each([
    ['without an id', `<info bytes='1' type='image/png'/>`],
    ['with an id that is no hash', `<info bytes='1' id='../../etc/passwd' type='image/png'/>`],
    ['without a size', `<info id='${id}' type='image/png'/>`],
    ['with a size that is none', `<info bytes='-1' id='${id}' type='image/png'/>`],
    ['without a type', `<info bytes='1' id='${id}'/>`],
  ])('leaves out an entry %s (§4.2.1)', (_, content) => {
    expect(parseAvatarMetadata(metadata(content + info))).toEqual(infos)
  })

  it('reads no more entries than anybody needs', () => {
    expect(parseAvatarMetadata(metadata(info.repeat(100)))).toHaveLength(avatarInfoLimit)
  })

  it('reads data with line feeds, and writes none (§4.1)', () => {
    const data = readFrame(`<data xmlns='${ns.avatarData}'>\n R0lG\nODlh\n</data>`)
    const image = parseAvatarData(data)
    expect(image).toEqual({ type: 'image/gif', bytes: new TextEncoder().encode('GIF89a') })
    expect(toAvatarData({ bytes: new TextEncoder().encode('GIF89a') }).text()).toBe('R0lGODlh')
  })

  it('asks for one item by its id (§3.4)', () => {
    expect(toItemsRequest(ns.avatarData, { id })).toEqual(
      readFrame(
        `<pubsub xmlns='${ns.pubsub}'><items node='urn:xmpp:avatar:data'><item id='${id}'/></items></pubsub>`,
      ),
    )
  })

  it('publishes an item on a node that everybody may read (§3.1, XEP-0060 §7.1.5)', () => {
    const payload = toAvatarMetadata(infos)
    const request = toPublishRequest(ns.avatarMetadata, { id, payload }, { access_model: 'open' })
    expect(request).toEqual(
      readFrame(
        `<pubsub xmlns='${ns.pubsub}'><publish node='urn:xmpp:avatar:metadata'><item id='${id}'>` +
          `<metadata xmlns='urn:xmpp:avatar:metadata'><info id='${id}' bytes='12345' type='image/png' width='64' height='64'/></metadata>` +
          `</item></publish><publish-options><x xmlns='jabber:x:data' type='submit'>` +
          `<field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/pubsub#publish-options</value></field>` +
          `<field var='pubsub#access_model'><value>open</value></field></x></publish-options></pubsub>`,
      ),
    )
  })

  it('hears events (§3.3)', () => {
    const event = readFrame(
      `<event xmlns='${ns.pubsubEvent}'><items node='urn:xmpp:avatar:metadata'><item id='${id}'><metadata xmlns='urn:xmpp:avatar:metadata'>${info}</metadata></item><retract id='old'/></items></event>`,
    )
    expect(findPubsubEvent([event])).toMatchObject({
      node: ns.avatarMetadata,
      items: [{ id, payload: { name: 'metadata' } }],
      retracted: ['old'],
    })
  })
})

describe('XEP-0153 §4.1', () => {
  const x = (content: string) => findPhotoHash([readFrame(`<x xmlns='vcard-temp:x:update'>${content}</x>`)])
  const hash = '01b87fcd030b72895ff8e88db57ec525450f000d'

  it('knows a hash, in either case, no photo, and who is not ready', () => {
    expect(x(`<photo>${hash.toUpperCase()}</photo>`)).toBe(hash)
    expect([x('<photo/>'), x(''), x('<photo>no hash</photo>')]).toEqual(['none', 'unready', 'unready'])
    expect(findPhotoHash([])).toBeUndefined()
    for (const word of [hash, 'none', 'unready']) expect(findPhotoHash([toPhotoHashElement(word)])).toBe(word)
  })
})
