import { describe, expect, it } from 'vitest'
import { muc } from '../../src/index.js'
import { online, rest } from '../spec/session.js'

const tea = 'tea@conference.example.test'
const says = (nickname: string, codes: readonly number[], attributes = '', item = '') =>
  `<presence from='${tea}/${nickname}' ${attributes}><x xmlns='http://jabber.org/protocol/muc#user'>` +
  `<item affiliation='none' role='participant' ${item}/>` +
  `${codes.map((code) => `<status code='${code}'/>`).join('')}</x></presence>`
const gone = "type='unavailable'"

/** In, as `bob`. */
async function inside() {
  const session = await online()
  const { client, peer } = session
  const room = client.use(muc).room(tea)
  const entrance = room.join({ nickname: 'bob' })
  await peer.next('presence')
  peer.say(says('alice', []) + says('bob', [110]))
  await entrance
  return { ...session, room }
}

describe('another nickname', () => {
  it('is one’s own once the room tells of one under it, among who is there too', async () => {
    const { peer, room } = await inside()
    const renamed = room.changeNickname('Bobby')
    await peer.next('presence')
    peer.say(says('bob', [303, 110], gone, "nick='Bobby'"))
    await rest()
    expect(room.state).toMatchObject({ status: 'joined', nickname: 'bob' })
    // Not every room says again who that is.
    peer.say(says('Bobby', []))
    await renamed
    expect(room.state).toMatchObject({ nickname: 'Bobby' })
    expect([...room.occupants].map(([name, { isSelf }]) => [name, isSelf])).toEqual([
      ['alice', false],
      ['Bobby', true],
    ])
  })

  it('of somebody else is not one’s own', async () => {
    const { peer, room } = await inside()
    peer.say(says('alice', [303], gone, "nick='Alicia'") + says('Alicia', []))
    await rest()
    expect(room.state).toMatchObject({ nickname: 'bob' })
    expect(room.occupants.get('Alicia')).toMatchObject({ isSelf: false })
  })
})

describe('a client that disconnects', () => {
  it('wants to be in again with the next session, though the room still says that it is out', async () => {
    const { client, peer, room } = await inside()
    const end = client.disconnect()
    peer.say(says('bob', [110], gone))
    await rest()
    peer.say('</stream:stream>')
    await end
    expect(room.state).toEqual({ status: 'waiting', nickname: 'bob' })
  })
})

describe('a room that is new', () => {
  it('has no past to wait for, though its subject came while it was opened', async () => {
    const { client, peer } = await online()
    const room = client.use(muc).room(tea)
    const entrance = room.join({ nickname: 'bob' })
    await peer.next('presence')
    peer.say(says('bob', [110, 201]) + `<message from='${tea}' type='groupchat'><subject/></message>`)
    const { attributes } = await peer.next('iq')
    peer.say(`<iq type='result' from='${tea}' id='${attributes['id']}'/>`)
    await entrance
    expect(room.state).toMatchObject({ status: 'joined', isNew: true, isCurrent: true })
  })
})
