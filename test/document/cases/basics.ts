import { createHash } from 'node:crypto'
import { filter, firstValueFrom } from 'rxjs'
import { streamErrorConditions } from '../../../src/errors.js'
import { contacts, ns, type Crossing } from '../../../src/index.js'
import { textOf, type ExampleId } from '../examples.js'
import type { Case } from '../scene.js'

const identifies = { isOld: true, answers: { 'S2.1': textOf('S2.2'), 'S2.3': textOf('S2.4') } }
/** Not every server knew the digest. */
const withoutDigest = { ...identifies.answers, 'S2.1': textOf('S2.2').replace('<digest/>', '') }

/** Connecting, one’s status, contacts and messages. */
export const basics = {
  'S1.1': {
    does: async ({ online }) => {
      await online('toto@jabber.org/maison')
    },
  },
  'S1.2': {
    does: async ({ online }) => {
      const client = await online('toto@jabber.org/maison', { isClear: true, lang: 'fr' })
      return client.state
    },
    gives: { status: 'online', header: { from: 'example.test', id: 'scripted', version: '1.0', lang: 'en' } },
  },
  'S1.3': {
    does: async ({ online }) => {
      const client = await online('toto@jabber.org/maison', identifies)
      return client.state
    },
    gives: {
      status: 'online',
      header: { from: 'jabber.org', id: '166C34A3F3E91', lang: 'en', version: undefined },
    },
  },
  'S1.4': {
    does: async ({ online, says, ends }) => {
      const errors: unknown[] = []
      for (const condition of streamErrorConditions) {
        const client = await online('toto@jabber.org/maison', { reconnect: 'never' })
        const failed = firstValueFrom(client.state$.pipe(filter((state) => 'error' in state)))
        says(`${textOf('S1.4')}<${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`)
        ends()
        errors.push((await failed).error)
      }
      return errors
    },
    gives: streamErrorConditions.map((condition) => ({ name: 'StreamError', condition })),
  },

  'S2.1': {
    does: async ({ online }) => {
      await online('toto@jabber.org/maison', identifies)
    },
  },
  'S2.2': {
    does: async ({ online }) => {
      const credentials: (string | undefined)[] = []
      const wire = (crossing: Crossing) => {
        if (crossing.what !== 'element' || crossing.direction === 'in') return
        const query = crossing.element.child('query', ns.legacyAuth)
        credentials.push(...['password', 'digest'].map((name) => query?.child(name)?.text()))
      }
      await online('toto@jabber.org/maison', { ...identifies, wire })
      return credentials.filter((credential) => credential !== undefined)
    },
    // The digest, so that the password is not told: SHA-1 of the id of S1.3 and the password.
    gives: [createHash('sha1').update('166C34A3F3E91mot2passe').digest('hex')],
  },
  'S2.3': {
    does: async ({ online }) => {
      await online('toto@jabber.org/maison', { isOld: true, answers: withoutDigest })
    },
  },
  'S2.4': {
    does: async ({ online }) => {
      const client = await online('toto@jabber.org/maison', { isOld: true, answers: withoutDigest })
      return client.state
    },
    gives: { status: 'online', mechanism: 'jabber:iq:auth', jid: 'toto@jabber.org/maison' },
  },
  'S2.5': {
    does: async ({ online }) => {
      const answers = { ...withoutDigest, 'S2.3': textOf('S2.5') }
      return online('toto@jabber.org/maison', { isOld: true, answers }).catch((error: unknown) => error)
    },
    gives: {
      name: 'AuthenticationError',
      condition: 'not-authorized',
      mechanism: 'jabber:iq:auth',
      text: 'Unauthorized',
    },
  },

  'S3.1': {
    does: async ({ online }) => {
      const client = await online('toto@jabber.org/maison')
      client.sendPresence({ show: 'dnd', status: 'Occupé', priority: 1 })
    },
  },
  'S3.2': {
    does: async ({ online }) => {
      await online('toto@jabber.org/maison', { presence: { priority: 1 } })
    },
  },
  'S3.3': {
    does: async ({ online }) => {
      const client = await online('toto@jabber.org/maison')
      client.sendPresence({ show: 'dnd', status: 'Occupé' })
    },
  },
  'S3.4': {
    does: async ({ online }) => {
      const client = await online('toto@jabber.org/maison')
      client.sendPresence({ show: 'dnd', status: 'Occupé', priority: 0 })
    },
  },
  'S3.5': {
    does: async ({ online }) => {
      const client = await online('toto@jabber.org/maison')
      await client.hide({ form: 'legacy' })
    },
  },
  'S3.6': {
    does: async ({ online }) => {
      const client = await online('toto@jabber.org/maison')
      client.sendPresence({ type: 'unavailable' })
    },
  },

  'S4.1': {
    does: async ({ client, says }) => {
      const dupont = client('dupont@im.apinc.org')
      const people = dupont.use(contacts)
      await dupont.connect()
      says(textOf('S4.1'))
      const toto$ = people.presenceOf('toto@jabber.org')
      return firstValueFrom(toto$.pipe(filter(({ available }) => available)))
    },
    gives: {
      show: 'away',
      status: 'Je suis de retour dans 1 minute\u00a0!',
      best: { priority: 5, from: { local: 'toto', domain: 'jabber.org', resource: 'ecole' } },
    },
  },

  'S5.1': {
    does: async ({ online }) => {
      const client = await online('toto@jabber.org/ecole')
      await client.fetchRoster()
    },
  },
  'S5.2': {
    does: async ({ online }) => {
      const client = await online('toto@jabber.org/ecole', { answers: { 'S5.1': textOf('S5.2') } })
      return [...(await client.fetchRoster()).values()]
    },
    gives: [
      { jid: { local: 'tintin', domain: 'jabber.org' }, name: 'Tintin', subscription: 'both', groups: [] },
      { jid: { local: 'dupont', domain: 'im.apinc.org' }, name: 'Dupont', groups: ['Amis'] },
    ],
  },

  'S6.1': {
    does: async ({ online }) => {
      const client = await online('tintin@jabber.org/chateau')
      client.send({ to: 'toto@jabber.org', type: 'chat', body: 'Salut\u00a0!' })
    },
  },
  'S6.2': {
    does: async ({ online, says }) => {
      const client = await online('toto@jabber.org/maison')
      const arrived = firstValueFrom(client.message$)
      says(textOf('S6.2'))
      return arrived
    },
    gives: {
      type: 'chat',
      body: 'Salut\u00a0!',
      from: { local: 'tintin', domain: 'jabber.org', resource: 'chateau' },
    },
  },
} satisfies Partial<Record<ExampleId, Case>>
