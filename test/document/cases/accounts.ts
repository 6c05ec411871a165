import { expect } from 'vitest'
import { accounts, clientInformation, discovery } from '../../../src/index.js'
import { textOf, type ExampleId } from '../examples.js'
import type { Case } from '../scene.js'

const done = textOf('S11.3')
const richText = 'http://jabber.org/protocol/xhtml-im'
const login = { password: 'MotDePasse' } as const

/** The account itself, and what others can do and run. */
export const accountsAndMore = {
  'S10.1': async ({ client }) => {
    const answer = "<iq type='result' id='any' from='tintin@jabber.fr/lune'><query xmlns='"
    const toto = client('toto@jabber.org/ecole', {
      answers: { 'S10.1': `${answer}http://jabber.org/protocol/disco#info'/></iq>` },
    })
    const disco = toto.use(discovery)
    await toto.connect()
    expect(await disco.supports('tintin@jabber.fr/lune', richText)).toBe(false)
  },

  'S10.2': async ({ client }) => {
    const tintin = client('tintin@jabber.fr/lune', { answers: { 'S10.1': textOf('S10.2') } })
    const disco = tintin.use(discovery)
    await tintin.connect()
    expect(await disco.supports('toto@jabber.org/ecole', richText)).toBe(true)
  },

  'S11.1': async ({ client }) => {
    const newcomer = client('Login@server.org', { ...login, answers: { 'S11.1': done } })
    const account = newcomer.use(accounts)
    await account.register({ fill: () => ({ email: 'login@mailserver.org' }) })
  },

  'S11.2': async ({ client }) => {
    const newcomer = client('Login@server.org', { ...login, answers: { 'S11.1': textOf('S11.2') } })
    const account = newcomer.use(accounts)
    // Asked a second time, an app may give up.
    const answers = [{ email: 'login@mailserver.org' }, undefined]
    const result = await account.register({ fill: () => answers.shift() })
    expect(result).toMatchObject({ outcome: 'conflict', error: { code: 'registration.conflict' } })
  },

  'S11.3': async ({ client }) => {
    const newcomer = client('Login@server.org', { ...login, answers: { 'S11.1': textOf('S11.3') } })
    const account = newcomer.use(accounts)
    const result = await account.register({ fill: () => ({ email: 'login@mailserver.org' }) })
    expect(result).toEqual({ outcome: 'registered' })
    expect(newcomer.state.status).toBe('online')
  },

  'S12.1': async ({ client }) => {
    const leaver = client('Login@server.org', { ...login, answers: { 'S12.1': done } })
    const account = leaver.use(accounts)
    await leaver.connect()
    await account.remove()
    expect(leaver.state).toEqual({ status: 'removed' })
  },

  'S13.1': async ({ client }) => {
    const owner = client('Login@server.org', { ...login, answers: { 'S13.1': done } })
    const account = owner.use(accounts)
    await owner.connect()
    await account.changePassword('NouveauMotDePasse')
  },

  'S18.1': async ({ client }) => {
    const tintin = client('tintin@im.apinc.org/lune', { answers: { 'S18.1': textOf('S18.2') } })
    const about = tintin.use(clientInformation)
    await tintin.connect()
    await about.version('toto@jabber.org/ecole')
  },

  'S18.2': async ({ client }) => {
    const tintin = client('tintin@im.apinc.org/lune', { answers: { 'S18.1': textOf('S18.2') } })
    const about = tintin.use(clientInformation)
    await tintin.connect()
    expect(await about.version('toto@jabber.org/ecole')).toEqual({
      name: 'Psi',
      version: '0.10-CVS (Jul 27 2005)',
      os: 'Debian GNU/Linux (testing/unstable)',
    })
  },
} satisfies Partial<Record<ExampleId, Case>>
