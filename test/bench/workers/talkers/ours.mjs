import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createStorage } from 'unstorage'
import fsDriver from 'unstorage/drivers/fs'
import { archive, createClient, fromUnstorage, sessionIn } from 'xmpp-machines'
import { createRecorder, toRecordingText } from 'xmpp-machines/inspector'

/**
 * As the README says: it comes back by itself, every delivery says how far it has come, and what was missed comes out of the
 * archive before what is said now. Failures are forgiven at once, not after a minute, since fifty of them fall into minutes
 * here: the peers do not count theirs.
 */
export function talk({ jid, password, recording, resource, saved, url }, hear) {
  const client = createClient({
    jid: `${jid}/${resource}`,
    password,
    endpoint: url,
    mechanisms: ['PLAIN'],
    timeouts: { stableMs: 1 },
    ...(saved === undefined ? {} : { store: storeIn(saved) }),
    ...(recording === undefined ? {} : tapsInto(recording, jid)),
  })
  const diary = saved === undefined ? undefined : openDiary(saved)
  for (const body of diary?.shown ?? []) hear.recalled(body)
  const history = client.use((host) => archive(host, { after: diary?.last }))
  let isOnline = false
  client.state$.subscribe(({ status }) => {
    if (status === 'online' && !isOnline) hear.online()
    isOnline = status === 'online'
  })
  history.message$.subscribe(({ id, message: { body, from, type } }) => {
    if (body === undefined || type === 'error' || from?.bare.toString() === jid) return
    if (diary === undefined || diary.isNew(body, id)) hear.arrived(body)
  })
  countRepeats(client, hear.recognized)
  void client.connect()
  return {
    /** Whoever may be killed has taken a message once it is stored. */
    send: (to, body) => {
      const { status$ } = client.send({ to, type: 'chat', body })
      status$.subscribe(({ status }) => {
        if (status === 'acknowledged') hear.confirmed(body)
        else if (status === 'failed') hear.failed(body)
      })
      if (saved === undefined) return undefined
      return new Promise((resolve) => {
        status$.subscribe(({ status }) => status !== 'queued' && resolve())
      })
    },
  }
}

function tapsInto(file, name) {
  const recorder = createRecorder({ name, showBodies: true })
  recorder.subscribe((lines) => appendFileSync(file, toRecordingText(lines)))
  return recorder.taps
}

const storeIn = (folder) =>
  sessionIn(fromUnstorage(createStorage({ driver: fsDriver({ base: join(folder, 'store') }) })))

/** What an app has shown it knows again, with what the archive calls it: one that it had not yet stored comes once more. */
function openDiary(folder) {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'shown')
  const pages = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
  const entries = pages.map((page) => page.split(' '))
  const shown = new Set(entries.map(([body]) => body))
  return {
    /** By the processes before this one. */
    shown: [...shown],
    last: entries.map(([, id]) => id).findLast(Boolean),
    isNew: (body, id = '') => {
      if (shown.has(body)) return false
      shown.add(body)
      appendFileSync(file, `${body} ${id}\n`)
      return true
    },
  }
}

/** What comes again as it came from the server, for the bench alone. */
function countRepeats(client, recognized) {
  const came = new Set()
  client.stanza$.subscribe((stanza) => {
    const body = stanza.name === 'message' ? stanza.child('body')?.text() : undefined
    if (body === undefined || stanza.attribute('type') === 'error') return
    if (came.has(body)) recognized(body)
    came.add(body)
  })
}
