import { filter, firstValueFrom } from 'rxjs'
import { expect } from 'vitest'
import { contacts, xml } from '../../../src/index.js'
import { streamErrorConditions } from '../../../src/errors.js'
import { textOf, type ExampleId } from '../examples.js'
import type { Case } from '../scene.js'

const asBefore = { isOld: true, mechanisms: ['jabber:iq:auth'] } as const
/** Before SASL there was no digest everywhere. */
const passwordAlone = textOf('S2.2').replace('<digest/>', '')

/** Connecting, one’s status, contacts and messages. */
export const basics = {
  'S1.1': async ({ online }) => {
    await online('toto@jabber.org/maison')
  },

  'S1.2': async ({ online }) => {
    const client = await online('toto@jabber.org/maison', { isClear: true, lang: 'fr' })
    expect(client.state).toMatchObject({ status: 'online', header: { version: '1.0', lang: 'en' } })
  },

  'S1.3': async ({ online }) => {
    const client = await online('toto@jabber.org/maison', {
      ...asBefore,
      answers: { 'S2.1': textOf('S2.2'), 'S2.3': textOf('S2.4') },
    })
    expect(client.state).toMatchObject({
      status: 'online',
      header: { from: 'jabber.org', id: '166C34A3F3E91', lang: 'en', version: undefined },
    })
  },

  'S1.4': async ({ online, says, ends }) => {
    for (const condition of streamErrorConditions) {
      const client = await online('toto@jabber.org/maison', { reconnect: 'never' })
      const failed = firstValueFrom(client.state$.pipe(filter((state) => 'error' in state)))
      says(`${textOf('S1.4')}<${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`)
      ends()
      expect(await failed).toMatchObject({ error: { name: 'StreamError', condition } })
    }
  },

  'S2.1': async ({ online }) => {
    await online('toto@jabber.org/maison', {
      ...asBefore,
      answers: { 'S2.1': textOf('S2.2'), 'S2.3': textOf('S2.4') },
    })
  },

  'S2.2': async ({ client }) => {
    const toto = client('toto@jabber.org/maison', {
      ...asBefore,
      answers: { 'S2.1': textOf('S2.2'), 'S2.3': textOf('S2.4') },
    })
    const phases: string[] = []
    toto.state$.subscribe((state) => {
      if (state.status === 'authenticating') phases.push(state.phase)
    })
    await toto.connect()
    // The digest is preferred, so that the password is not told.
    expect(phases).toContain('identifying')
    expect(toto.state).toMatchObject({ status: 'online', mechanism: 'jabber:iq:auth' })
  },

  'S2.3': async ({ online }) => {
    await online('toto@jabber.org/maison', {
      ...asBefore,
      answers: { 'S2.1': passwordAlone, 'S2.3': textOf('S2.4') },
    })
  },

  'S2.4': async ({ online }) => {
    const client = await online('toto@jabber.org/maison', {
      ...asBefore,
      answers: { 'S2.1': passwordAlone, 'S2.3': textOf('S2.4') },
    })
    expect(client.state).toMatchObject({ status: 'online', jid: 'toto@jabber.org/maison' })
  },

  'S2.5': async ({ online }) => {
    const refused = online('toto@jabber.org/maison', {
      ...asBefore,
      answers: { 'S2.1': passwordAlone, 'S2.3': textOf('S2.5') },
    })
    await expect(refused).rejects.toMatchObject({
      name: 'AuthenticationError',
      condition: 'not-authorized',
      mechanism: 'jabber:iq:auth',
      text: 'Unauthorized',
    })
  },

  'S3.1': async ({ online }) => {
    const client = await online('toto@jabber.org/maison')
    client.sendPresence({ show: 'dnd', status: 'Occupé', priority: 1 })
  },

  'S3.2': async ({ online }) => {
    await online('toto@jabber.org/maison', { presence: { priority: 1 } })
  },

  'S3.3': async ({ online }) => {
    const client = await online('toto@jabber.org/maison')
    client.sendPresence({ show: 'dnd', status: 'Occupé' })
  },

  'S3.4': async ({ online }) => {
    const client = await online('toto@jabber.org/maison')
    client.sendPresence({ show: 'dnd', status: 'Occupé', priority: 0 })
  },

  'S3.5': async ({ online }) => {
    const client = await online('toto@jabber.org/maison')
    await client.hide({ form: 'legacy' })
  },

  'S3.6': async ({ online }) => {
    const client = await online('toto@jabber.org/maison')
    client.sendPresence({ type: 'unavailable' })
  },

  'S4.1': async ({ client, says }) => {
    const dupont = client('dupont@im.apinc.org')
    const people = dupont.use(contacts)
    await dupont.connect()
    says(textOf('S4.1'))
    const toto = people.presenceOf('toto@jabber.org').pipe(filter(({ available }) => available))
    expect(await firstValueFrom(toto)).toMatchObject({
      show: 'away',
      status: 'Je suis de retour dans 1 minute\u00a0!',
      best: { priority: 5, from: { resource: 'ecole' } },
    })
  },

  'S5.1': async ({ online }) => {
    const client = await online('toto@jabber.org/ecole')
    await client.fetchRoster()
  },

  'S5.2': async ({ online }) => {
    const client = await online('toto@jabber.org/ecole', { answers: { 'S5.1': textOf('S5.2') } })
    const roster = await client.fetchRoster()
    expect([...roster.keys()]).toEqual(['tintin@jabber.org', 'dupont@im.apinc.org'])
    expect(roster.get('tintin@jabber.org')).toMatchObject({
      name: 'Tintin',
      subscription: 'both',
      groups: [],
    })
    expect(roster.get('dupont@im.apinc.org')).toMatchObject({ name: 'Dupont', groups: ['Amis'] })
  },

  'S6.1': async ({ online }) => {
    const client = await online('tintin@jabber.org/chateau')
    client.send({ to: 'toto@jabber.org', type: 'chat', body: 'Salut\u00a0!' })
  },

  'S6.2': async ({ online, says }) => {
    const client = await online('toto@jabber.org/maison')
    const arrived = firstValueFrom(client.message$)
    says(textOf('S6.2'))
    const message = await arrived
    expect(message).toMatchObject({ type: 'chat', body: 'Salut\u00a0!' })
    expect(message.from?.toString()).toBe('tintin@jabber.org/chateau')
  },

  'S7.1': async ({ online }) => {
    const client = await online('romeo@montague.net')
    const payload = xml('x', 'jabber:x:event', {}, xml('composing', 'jabber:x:event'))
    client.send({ to: 'juliette@capulet.com/balcon', payloads: [payload] })
  },

  'S7.2': async ({ online }) => {
    const client = await online('romeo@montague.net')
    const payload = xml(
      'x',
      'jabber:x:event',
      {},
      xml('composing', 'jabber:x:event'),
      xml('id', 'jabber:x:event', {}, 'message22'),
    )
    client.send({ to: 'juliette@capulet.com/balcon', payloads: [payload] })
  },

  'S7.3': async ({ online }) => {
    const client = await online('romeo@montague.net')
    const payload = xml('x', 'jabber:x:event', {}, xml('id', 'jabber:x:event', {}, 'message22'))
    client.send({ to: 'juliette@capulet.com/balcon', payloads: [payload] })
  },

  'S9.1': async ({ online }) => {
    const client = await online('tintin@jabber.org')
    const html = 'http://www.w3.org/1999/xhtml'
    const bold = xml('p', html, { style: 'font-weight:bold' }, 'Salut\u00a0!')
    const payload = xml('html', 'http://jabber.org/protocol/xhtml-im', {}, xml('body', html, {}, bold))
    client.send({ to: 'toto@jabber.org', type: 'chat', body: 'Salut\u00a0!', payloads: [payload] })
  },
} satisfies Partial<Record<ExampleId, Case>>
