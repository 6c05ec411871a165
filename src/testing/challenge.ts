import { setMaxListeners } from 'node:events'
import { faultScenes } from './challenge-faults.js'
import { loginScenes } from './challenge-login.js'
import { NotReached } from './challenge-phases.js'
import { managementScenes } from './challenge-management.js'
import { redirectScenes } from './challenge-redirect.js'
import type { Scene } from './challenge-scene.js'
import { sessionScenes } from './challenge-session.js'
import { openTheatre, Stage, type Invitation, type Theatre, type TheatreOptions } from './challenge-stage.js'
import { unseen, type Finding, type Judgement } from './finding.js'

/** How clients are had to come, and how many at once. */
export interface ChallengeOptions extends TheatreOptions {
  /** Has a client come to that place, and ends it again; where a person does that, at least says where to. */
  readonly invite: (place: Invitation) => Promise<() => Promise<void>>
  /** How many clients run at once, at least 1. Default 1. */
  readonly atOnce?: number | undefined
  /** Ends it at once; what was found by then is kept. */
  readonly signal?: AbortSignal | undefined
  /** Told before each run of the client. */
  readonly progress?: ((done: number, total: number, title: string) => void) | undefined
}

/**
 * Plays a server that takes a client through a login and a session, and then through each fault at each step; every run is
 * a client anew, on a port of its own.
 * @returns the findings, always in the same order; rejects with what `invite` rejects with, once all clients are gone, and with
 *   RangeError for a domain that is none, and for times and numbers that cannot be
 * @example
 * const findings = await challengeClient({
 *   invite: async ({ ca, endpoint, jid, password }) => {
 *     const client = createClient({ jid, password, endpoint, tls: { ca } })
 *     client.connect().catch(() => {})
 *     return () => client.close()
 *   },
 * })
 * findings.filter(({ verdict }) => verdict === 'wrong')
 */
export async function challengeClient(options: ChallengeOptions): Promise<readonly Finding[]> {
  const { atOnce = 1, signal } = options
  if (!Number.isSafeInteger(atOnce) || atOnce < 1)
    throw new RangeError(`atOnce must be a whole number from 1, not ${atOnce}`)
  const theatre = await openTheatre(options)
  const over = new AbortController()
  setMaxListeners(0, over.signal)
  const end = () => over.abort()
  signal?.addEventListener('abort', end)
  if (signal?.aborted === true) end()
  const scenes = [...sessionScenes, ...managementScenes, ...loginScenes, ...faultScenes, ...redirectScenes]
  const findings: (readonly Finding[])[] = scenes.map(() => [])
  const waiting = [...scenes.entries()]
  let done = 0
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (over.signal.aborted) return
      const [index, scene] = next
      options.progress?.(done, scenes.length, scene.subjects[0]?.title ?? '')
      findings[index] = await play(scene, theatre, options.invite, over.signal)
      done += 1
    }
  }
  // Where one cannot go on, none does: nobody is left behind.
  const works = Array.from({ length: atOnce }, work)
  for (const one of works) one.catch(end)
  await Promise.allSettled(works)
  signal?.removeEventListener('abort', end)
  await Promise.all(works)
  return findings.flat()
}

async function play(
  scene: Scene,
  theatre: Theatre,
  invite: ChallengeOptions['invite'],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const begin = performance.now()
  const notes = new Map<string, Judgement>()
  const finish = (reason: string) =>
    scene.subjects.map((subject) => ({
      ...subject,
      ...(notes.get(subject.id) ?? unseen(reason)),
      durationMs: Math.round(performance.now() - begin),
    }))
  if (scene.ways?.includes(theatre.way) === false) return finish('the connection is encrypted from its start')
  const stage = await Stage.open(theatre, scene.shown ?? 'own')
  const stop = () => void stage.close()
  signal.addEventListener('abort', stop)
  let leave = async () => {}
  try {
    leave = await bring(invite, stage, signal)
    if (signal.aborted) stop()
    // What a client does as the stage closes says nothing of it.
    await scene.run(stage, (id, judgement) => !signal.aborted && notes.set(id, judgement))
    return finish('it came to nothing')
  } catch (error) {
    if (!(error instanceof NotReached)) throw error
    return finish(signal.aborted ? 'it was interrupted' : error.message)
  } finally {
    signal.removeEventListener('abort', stop)
    try {
      await leave()
    } finally {
      await stage.close()
    }
  }
}

/** Has a client come, and gives what ends it; where all is over before it has come, it is ended as it comes. */
async function bring(
  invite: ChallengeOptions['invite'],
  { place }: Stage,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const coming = invite(place)
  let end = () => {}
  const ended = new Promise<undefined>((resolve) => (end = () => resolve(undefined)))
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  const leave = await Promise.race([coming, ended])
  signal.removeEventListener('abort', end)
  if (leave !== undefined) return leave
  coming.then((late) => late()).catch(() => undefined)
  return async () => {}
}
