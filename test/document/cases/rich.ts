import { xml } from '../../../src/index.js'
import type { ExampleId } from '../examples.js'
import type { Case } from '../scene.js'

/** Typing and rich text. */
export const richCases = {
  'S7.1': {
    does: async ({ online }) => {
      const client = await online('romeo@montague.net')
      const payload = xml('x', 'jabber:x:event', {}, xml('composing', 'jabber:x:event'))
      client.send({ to: 'juliette@capulet.com/balcon', payloads: [payload] })
    },
  },
  'S7.2': {
    does: async ({ online }) => {
      const client = await online('romeo@montague.net')
      const [composing, id] = [
        xml('composing', 'jabber:x:event'),
        xml('id', 'jabber:x:event', {}, 'message22'),
      ]
      client.send({
        to: 'juliette@capulet.com/balcon',
        payloads: [xml('x', 'jabber:x:event', {}, composing, id)],
      })
    },
  },
  'S7.3': {
    does: async ({ online }) => {
      const client = await online('romeo@montague.net')
      const payload = xml('x', 'jabber:x:event', {}, xml('id', 'jabber:x:event', {}, 'message22'))
      client.send({ to: 'juliette@capulet.com/balcon', payloads: [payload] })
    },
  },
  'S9.1': {
    does: async ({ online }) => {
      const client = await online('tintin@jabber.org')
      const html = 'http://www.w3.org/1999/xhtml'
      const bold = xml('p', html, { style: 'font-weight:bold' }, 'Salut\u00a0!')
      const payload = xml('html', 'http://jabber.org/protocol/xhtml-im', {}, xml('body', html, {}, bold))
      client.send({ to: 'toto@jabber.org', type: 'chat', body: 'Salut\u00a0!', payloads: [payload] })
    },
  },
} satisfies Partial<Record<ExampleId, Case>>
