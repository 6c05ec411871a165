import { filter, firstValueFrom } from 'rxjs'
import { conversations, rich, richText, type Conversation } from '../../../src/index.js'
import type { ExampleId } from '../examples.js'
import type { Case, Scene } from '../scene.js'

/** Juliet may know that Romeo is there. */
const friends = `
<iq type='result' id='any'>
  <query xmlns='jabber:iq:roster'><item jid='juliette@capulet.com' subscription='both'/></query>
</iq>`

/** Juliet asks to be told when an answer is composed, as those do who know only the old form. */
const question = `
<message from='juliette@capulet.com/balcon' id='message22' type='chat'>
  <body>Romeo?</body>
  <x xmlns='jabber:x:event'><composing/></x>
</message>`

async function askedByJuliet({ client, says }: Scene): Promise<Conversation> {
  const romeo = client('romeo@montague.net', { answers: { 'S5.1': friends } })
  const chat = romeo.use(conversations).with('juliette@capulet.com')
  await romeo.connect()
  await romeo.fetchRoster()
  says(question)
  await firstValueFrom(chat.state$.pipe(filter(({ form }) => form === 'events')))
  return chat
}

/** Typing and rich text. */
export const richCases = {
  'S7.1': {
    does: async (scene) => {
      const chat = await askedByJuliet(scene)
      chat.send('Ma Juliette')
    },
  },
  'S7.2': {
    does: async (scene) => {
      const chat = await askedByJuliet(scene)
      chat.typing()
    },
  },
  'S7.3': {
    does: async (scene) => {
      const chat = await askedByJuliet(scene)
      chat.typing()
      chat.paused()
    },
  },
  'S9.1': {
    does: async ({ online }) => {
      const client = await online('tintin@jabber.org')
      const { send } = client.use(richText)
      send({
        to: 'toto@jabber.org',
        type: 'chat',
        rich: [rich('p', { style: 'font-weight:bold' }, 'Salut\u00a0!')],
      })
    },
  },
} satisfies Partial<Record<ExampleId, Case>>
