import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createStorage } from 'unstorage'
import fsDriver from 'unstorage/drivers/fs'
import { createClient, fromUnstorage } from 'xmpp-machines'

/**
 * As the README says: it comes back by itself, and every delivery says how far it has come. Failures are forgiven at once, not after
 * a minute, since fifty of them fall into minutes here: the peers do not count theirs.
 */
export function talk({ jid, password, resource, saved, url }, hear) {
  const client = createClient({
    jid: `${jid}/${resource}`,
    password,
    endpoint: url,
    mechanisms: ['PLAIN'],
    timeouts: { stableMs: 1 },
    ...(saved === undefined ? {} : { store: storeIn(saved) }),
  })
  const isNew = saved === undefined ? () => true : openDiary(saved)
  let isOnline = false
  client.state$.subscribe(({ status }) => {
    if (status === 'online' && !isOnline) hear.online()
    isOnline = status === 'online'
  })
  client.message$.subscribe(({ body, type }) => {
    if (body !== undefined && type !== 'error' && isNew(body)) hear.arrived(body)
  })
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

const storeIn = (folder) =>
  fromUnstorage(createStorage({ driver: fsDriver({ base: join(folder, 'store') }) }))

/** What an app has shown it knows again: a message that it had shown and not yet stored comes once more. */
function openDiary(folder) {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'shown')
  const shown = new Set(existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [])
  return (body) => {
    if (shown.has(body)) return false
    shown.add(body)
    appendFileSync(file, `${body}\n`)
    return true
  }
}
