import { accounts, clientInformation, discovery } from '../../../src/index.js'
import { textOf, type ExampleId } from '../examples.js'
import type { Case, Scene } from '../scene.js'

const richText = 'http://jabber.org/protocol/xhtml-im'

const cannot =
  "<iq type='result' id='any' from='tintin@jabber.fr/lune'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>"

const done = textOf('S11.3')

const fill = () => ({ email: 'login@mailserver.org' })

/** Somebody who has an account, or wants one. */
const accountOf = ({ client }: Scene, answers: { readonly 'S11.1'?: string; readonly 'S13.1'?: string }) => {
  const one = client('Login@server.org', { password: 'MotDePasse', answers })
  return { client: one, account: one.use(accounts) }
}

/** The account itself, and what others can do and run. */
export const accountsAndMore = {
  'S10.1': {
    does: async ({ client }) => {
      const toto = client('toto@jabber.org/ecole', { answers: { 'S10.1': cannot } })
      const disco = toto.use(discovery)
      await toto.connect()
      return disco.supports('tintin@jabber.fr/lune', richText)
    },
    gives: false,
  },
  'S10.2': {
    does: async ({ client }) => {
      const tintin = client('tintin@jabber.fr/lune', { answers: { 'S10.1': textOf('S10.2') } })
      const disco = tintin.use(discovery)
      await tintin.connect()
      return disco.supports('toto@jabber.org/ecole', richText)
    },
    gives: true,
  },

  'S11.1': {
    does: async (scene) => {
      const { account } = accountOf(scene, { 'S11.1': done })
      return account.register({ fill: () => ({ email: 'login@mailserver.org' }) })
    },
    gives: { outcome: 'registered' },
  },
  'S11.2': {
    does: async (scene) => {
      const { account } = accountOf(scene, { 'S11.1': textOf('S11.2') })
      // Asked again with what was wrong, an app may give up.
      return account.register({ fill: (_form, refusal) => (refusal === undefined ? fill() : undefined) })
    },
    gives: { outcome: 'conflict', error: { code: 'registration.conflict', text: 'Username Not Available' } },
  },
  'S11.3': {
    does: async (scene) => {
      const { account, client } = accountOf(scene, { 'S11.1': textOf('S11.3') })
      await account.register({ fill })
      return client.state
    },
    gives: { status: 'online' },
  },

  'S12.1': {
    does: async (scene) => {
      const { account, client } = accountOf(scene, { 'S13.1': done })
      await client.connect()
      await account.remove()
      return client.state
    },
    gives: { status: 'removed' },
  },

  'S13.1': {
    does: async (scene) => {
      const { account, client } = accountOf(scene, { 'S13.1': done })
      await client.connect()
      await account.changePassword('NouveauMotDePasse')
    },
  },

  'S18.1': {
    does: async ({ client }) => {
      const tintin = client('tintin@im.apinc.org/lune', { answers: { 'S18.1': textOf('S18.2') } })
      const about = tintin.use(clientInformation)
      await tintin.connect()
      await about.version('toto@jabber.org/ecole')
    },
  },
  'S18.2': {
    does: async ({ client }) => {
      const tintin = client('tintin@im.apinc.org/lune', { answers: { 'S18.1': textOf('S18.2') } })
      const about = tintin.use(clientInformation)
      await tintin.connect()
      return about.version('toto@jabber.org/ecole')
    },
    gives: { name: 'Psi', version: '0.10-CVS (Jul 27 2005)', os: 'Debian GNU/Linux (testing/unstable)' },
  },
} satisfies Partial<Record<ExampleId, Case>>
