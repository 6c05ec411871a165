import { filter, firstValueFrom } from 'rxjs'
import { contacts, type ContactsFeature } from '../../../src/index.js'
import { textOf, type ExampleId } from '../examples.js'
import type { Case, Scene, SceneOptions } from '../scene.js'

const wish = "Je voudrais t'ajouter à ma liste de contacts."

/** Somebody with a contact list, online. */
async function withContacts(
  { client }: Scene,
  jid: string,
  answers: SceneOptions['answers'] = {},
): Promise<ContactsFeature> {
  const one = client(jid, { answers })
  const people = one.use(contacts)
  await one.connect()
  await one.fetchRoster()
  return people
}

const youAskFirst: Case = {
  does: async (scene) => {
    const people = await withContacts(scene, 'toto@im.apinc.org', {
      'S16.2': [
        "<presence type='subscribed' from='tintin@jabber.org'/>",
        toPush('tintin@jabber.org', 'to'),
        "<presence type='subscribe' from='tintin@jabber.org'/>",
      ].join(''),
      'S16.3': toPush('tintin@jabber.org', 'both'),
    })
    const handshake = people.befriend('tintin@jabber.org', { message: wish })
    return handshake.settled
  },
  gives: { outcome: 'both' },
}

const theyAskFirst: Case = {
  does: async (scene) => {
    const people = await withContacts(scene, 'tintin@jabber.org', {
      'S16.6': toPush('toto@im.apinc.org', 'from'),
      'S16.5': `<presence type='subscribed' from='toto@im.apinc.org'/>${toPush('toto@im.apinc.org', 'both')}`,
    })
    const request = firstValueFrom(people.subscriptionRequest$)
    scene.says("<presence type='subscribe' from='toto@im.apinc.org'/>")
    const handshake = people.accept(await request)
    return handshake.settled
  },
  gives: { outcome: 'both' },
}

/** The server tells of a subscription that has changed. */
const toPush = (jid: string, subscription: string) =>
  `<iq type='set' id='push'><query xmlns='jabber:iq:roster'><item jid='${jid}' subscription='${subscription}'/></query></iq>`

/** Authorisations, the contact list, and both handshakes. */
export const contactsCases = {
  'S14.1': {
    does: async (scene) => {
      const people = await withContacts(scene, 'tintin@jabber.org')
      await people.subscribe('toto@im.apinc.org', { message: wish })
    },
  },
  'S14.2': {
    does: async (scene) => {
      const people = await withContacts(scene, 'toto@im.apinc.org')
      const request = firstValueFrom(people.subscriptionRequest$)
      scene.says(textOf('S14.2'))
      return request
    },
    gives: { from: { local: 'tintin', domain: 'jabber.org' }, message: wish },
  },
  'S14.3': {
    does: async (scene) => {
      const people = await withContacts(scene, 'toto@im.apinc.org')
      const request = firstValueFrom(people.subscriptionRequest$)
      scene.says(textOf('S14.2'))
      await people.approve((await request).from)
    },
  },
  'S14.4': {
    does: async (scene) => {
      const people = await withContacts(scene, 'toto@im.apinc.org')
      const request = firstValueFrom(people.subscriptionRequest$)
      scene.says(textOf('S14.2'))
      await people.refuse(await request)
    },
  },

  'S15.1': {
    does: async (scene) => {
      const people = await withContacts(scene, 'toto@im.apinc.org')
      await people.add('tintin@jabber.org')
    },
  },
  'S15.2': {
    does: async (scene) => {
      const people = await withContacts(scene, 'toto@im.apinc.org')
      await people.add('tintin@jabber.org', { name: 'tintin', groups: ['Amis'] })
    },
  },
  'S15.3': {
    does: async (scene) => {
      const people = await withContacts(scene, 'toto@im.apinc.org/ecole', { 'S15.1': textOf('S15.3') })
      return people.add('tintin@jabber.org').then(() => 'confirmed')
    },
    gives: 'confirmed',
  },
  'S15.4': {
    does: async (scene) => {
      const people = await withContacts(scene, 'toto@im.apinc.org')
      await people.remove('tintin@jabber.org')
    },
  },

  'S16.1': youAskFirst,
  'S16.2': youAskFirst,
  'S16.3': youAskFirst,
  'S16.4': {
    does: async (scene) => {
      const people = await withContacts(scene, 'dupont@im.apinc.org')
      const request = firstValueFrom(people.subscriptionRequest$)
      scene.says("<presence type='subscribe' from='tintin@jabber.org'/>")
      people.accept(await request)
      await firstValueFrom(people.roster$.pipe(filter((roster) => roster.has('tintin@jabber.org'))))
    },
  },
  'S16.5': theyAskFirst,
  'S16.6': theyAskFirst,
} satisfies Partial<Record<ExampleId, Case>>
