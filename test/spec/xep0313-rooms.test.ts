import { afterEach, describe, expect, it, vi } from 'vitest'
import { archive, muc, type FoundMessage } from '../../src/index.js'
import { online, rest } from './session.js'
import { failure, result, says, seen } from './room.js'
import { question, questionsIn } from './room-archive.js'

afterEach(() => void vi.useRealTimers())

const coven = 'coven@chat.shakespeare.lit'
const self =
  `<presence from='${coven}/thirdwitch' to='alice@example.test/desk'><x xmlns='http://jabber.org/protocol/muc#user'>` +
  "<item affiliation='none' role='participant'/><status code='110'/></x></presence>"
const subject = `<message from='${coven}' to='alice@example.test/desk' type='groupchat'><subject/></message>`

/** The example of §6.1.2, with the id of this query. */
const example = (
  query: string,
  from = coven,
) => `<message id='iasd207' from='${from}' to='hag66@shakespeare.lit/pda'>
  <result xmlns='urn:xmpp:mam:2' queryid='${query}' id='78527-06716-51603'>
    <forwarded xmlns='urn:xmpp:forward:0'>
      <delay xmlns='urn:xmpp:delay' stamp='2002-10-13T23:58:37Z'/>
      <message xmlns="jabber:client"
               from='coven@chat.shakespeare.lit/firstwitch'
               id='162BEBB1-F6DB-4D9A-9BD8-CFDCC801A0B2'
               type='groupchat'>
        <body>Thrice the brinded cat hath mew'd.</body>
        <x xmlns='http://jabber.org/protocol/muc#user'>
          <item affiliation='owner'
                jid='crone1@shakespeare.lit'
                role='participant' />
        </x>
      </message>
    </forwarded>
  </result>
</message>
<message id='iasd207' from='${from}' to='hag66@shakespeare.lit/pda'>
  <result xmlns='urn:xmpp:mam:2' queryid='${query}' id='34482-21985-73620'>
    <forwarded xmlns='urn:xmpp:forward:0'>
      <delay xmlns='urn:xmpp:delay' stamp='2002-10-13T23:58:43Z'/>
      <message xmlns="jabber:client"
               from='coven@chat.shakespeare.lit/secondwitch'
               id='90057840-30FD-4141-AA44-103EEDF218FC'
               type='groupchat'>
        <body>Thrice and once the hedge-pig whined.</body>
        <x xmlns='http://jabber.org/protocol/muc#user'>
          <item affiliation='admin'
                jid='wiccarocks@shakespeare.lit'
                role='participant' />
        </x>
      </message>
    </forwarded>
  </result>
</message>`

const fin = (says: string, ids = ['78527-06716-51603', '34482-21985-73620']) =>
  `<fin xmlns='urn:xmpp:mam:2' ${says}><set xmlns='http://jabber.org/protocol/rsm'>` +
  `<first index='0'>${ids[0]}</first><last>${ids.at(-1)}</last><count>16</count></set></fin>`

/** One who comes in, and knows the last message of an earlier run. */
async function entering(after = '28482-98726-73623') {
  const session = await online()
  const history = session.client.use(archive)
  const room = session.client.use(muc).room(coven)
  const heard = seen(room.message$)
  void room.join({ nickname: 'thirdwitch', after })
  await rest()
  // The archive of the account is none of this.
  await says(session.peer, failure(question(session.peer).id, 'service-unavailable', 'alice@example.test'))
  await says(session.peer, self + subject)
  return { ...session, history, room, heard }
}

describe('XEP-0313: the archive of a room', () => {
  it('is asked on the bare JID of the room (§3.3.2), for what follows the last message (§4.3.2)', async () => {
    const { peer } = await entering()
    expect(question(peer)).toMatchObject({ to: coven, type: 'set', page: { after: '28482-98726-73623' } })
  })

  it('sends messages from the occupant that has sent them, as in the example (§6.1.2)', async () => {
    const { heard, peer, room } = await entering()
    const { id, query } = question(peer)
    await says(peer, example(query) + result(id, fin("complete='true'"), coven))
    expect(heard.values).toMatchObject([
      {
        id: '78527-06716-51603',
        nickname: 'firstwitch',
        isOwn: false,
        moment: Date.UTC(2002, 9, 13, 23, 58, 37),
        body: "Thrice the brinded cat hath mew'd.",
      },
      {
        id: '34482-21985-73620',
        nickname: 'secondwitch',
        moment: Date.UTC(2002, 9, 13, 23, 58, 43),
        body: 'Thrice and once the hedge-pig whined.',
      },
    ])
    expect(room.state).toMatchObject({ status: 'joined', isCurrent: true, gap: undefined })
  })

  it.each(['', "complete='false'"])(
    'has more where it does not say that it is complete: %j (§4.3.2)',
    async (more) => {
      const { peer, room } = await entering()
      const { id, query } = question(peer)
      await says(peer, example(query) + result(id, fin(more), coven))
      expect(questionsIn(peer).length).toBeGreaterThan(2)
      expect(room.state).toMatchObject({ status: 'joined', isCurrent: false })
    },
  )

  it('needs to say neither where a page begins nor how much there is (§4.3.2)', async () => {
    const { heard, peer } = await entering()
    const { id, query } = question(peer)
    const bare =
      "<fin xmlns='urn:xmpp:mam:2' complete='true'><set xmlns='http://jabber.org/protocol/rsm'/></fin>"
    await says(peer, example(query) + result(id, bare, coven))
    expect(heard.values).toHaveLength(2)
  })

  it('says item-not-found where it no longer has the message to go on from (§4.3.2)', async () => {
    const { peer, room } = await entering()
    await says(peer, failure(question(peer).id, 'item-not-found', coven))
    expect(room.state).toMatchObject({ isCurrent: true, gap: { condition: 'item-not-found' } })
  })

  it.each(['macbeth@shakespeare.lit', `${coven}/firstwitch`, 'alice@example.test', 'chat.shakespeare.lit'])(
    'is not believed from %s, which was not asked (§8.2)',
    async (from) => {
      const { heard, peer } = await entering()
      const { id, query } = question(peer)
      await says(peer, example(query, from) + result(id, fin("complete='true'", []), coven))
      expect(heard.values).toEqual([])
    },
  )

  it('is not believed unasked, nor is the answer to another question (§8.2)', async () => {
    const { heard, history, peer } = await entering()
    const all = seen(history.message$)
    const { id, query } = question(peer)
    await says(peer, example('g27') + result(id, fin("complete='true'", []), coven) + example(query))
    expect([heard.values, all.values]).toEqual([[], []])
  })

  it('gives a message the id that the room gives, and nobody else (§3.4, XEP-0359 §7)', async () => {
    const { heard, peer } = await entering()
    const { id, query } = question(peer)
    await says(peer, example(query) + result(id, fin("complete='true'"), coven))
    const said = (text: string, ...by: readonly string[]) =>
      `<message from='${coven}/firstwitch' to='alice@example.test/desk' type='groupchat' id='${text}'><body>${text}</body>` +
      `${by.map((each) => `<stanza-id xmlns='urn:xmpp:sid:0' id='${text}' by='${each}'/>`).join('')}</message>`
    await says(
      peer,
      said('a', coven) +
        said('b', `${coven}/firstwitch`) +
        said('c', 'hag66@shakespeare.lit', coven) +
        said('d'),
    )
    expect(heard.values.slice(2).map(({ id: name }) => name)).toEqual(['a', undefined, 'c', undefined])
  })

  it('is paged back by who asks for it (§4.3)', async () => {
    const { history, peer } = await entering()
    const found: FoundMessage[] = []
    const paging = (async () => {
      const search = { archive: coven, newestFirst: true, pageSize: 2 }
      for await (const message of history.query(search)) found.push(message)
    })()
    await rest()
    expect(question(peer)).toMatchObject({ to: coven, page: { before: '', max: '2' } })
    const { id, query } = question(peer)
    await says(peer, example(query) + result(id, fin(''), coven))
    // With the oldest once more: two that are called alike may lie on two pages.
    expect(question(peer).page.before).toBe('34482-21985-73620')
    await says(peer, result(question(peer).id, fin("complete='true'", []), coven))
    await paging
    expect(found.map(({ message }) => message.from?.resource)).toEqual(['secondwitch', 'firstwitch'])
  })
})
