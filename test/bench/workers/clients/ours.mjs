import { firstValueFrom, skip } from 'rxjs'
import { contacts, conversations, createClient } from 'xmpp-machines'

/** Logs in; resolves when online, with what was said and asked for on the way behind it. */
export async function login({
  allowPlaintext,
  jid,
  mechanism,
  password,
  recording,
  resource,
  streamManagement,
  url,
  withContacts,
  withConversations,
}) {
  const client = createClient({
    jid: `${jid}/${resource}`,
    password,
    endpoint: url,
    reconnect: 'never',
    ...(allowPlaintext === true ? { dangerouslyAllowPlaintext: true } : {}),
    ...(streamManagement === undefined ? {} : { streamManagement }),
    ...(mechanism === undefined ? {} : { mechanisms: [mechanism] }),
    ...(await tapsOf(recording)),
  })
  const people = withContacts === true ? client.use(contacts) : undefined
  const chats = withConversations === true ? client.use(conversations) : undefined
  await client.connect()
  return {
    send: (to, body) => client.send({ to, type: 'chat', body }),
    onBody: (take) => client.message$.subscribe(({ body }) => take(body)),
    chat: (to) => {
      const chat = chats.with(to)
      return {
        typing: () => chat.typing(),
        send: (body) => chat.send(body),
        onBody: (take) => client.message$.subscribe(({ body }) => body !== undefined && take()),
      }
    },
    roster: async () => {
      const emitted = firstValueFrom(people.roster$.pipe(skip(1)))
      await client.fetchRoster()
      return (await emitted).size
    },
    onPresence: (take) => people.presence$.pipe(skip(1)).subscribe(take),
    close: () => client.close(),
  }
}

/** `watched`: somebody listens, as a file or a page does. Who records nothing does not load what does. */
async function tapsOf(recording) {
  if (recording !== 'ours' && recording !== 'watched') return {}
  const { createRecorder, toRecordingText } = await import('xmpp-machines/inspector')
  const recorder = createRecorder({ name: 'ours' })
  if (recording === 'watched') recorder.subscribe((lines) => void toRecordingText(lines))
  return recorder.taps
}
