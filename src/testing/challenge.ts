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
  /** How many clients run at once. Default 1. */
  readonly atOnce?: number | undefined
  /** Ends it at once; what was found by then is kept. */
  readonly signal?: AbortSignal | undefined
  /** Told before each run of the client. */
  readonly progress?: (done: number, total: number, title: string) => void
}

/**
 * Plays a server that takes a client through a login and a session, and then through each fault at each step; every run is
 * a client anew, on a port of its own.
 * @returns the findings, always in the same order; rejects with what `invite` rejects with
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
  const theatre = await openTheatre(options)
  const scenes = [...sessionScenes, ...managementScenes, ...loginScenes, ...faultScenes, ...redirectScenes]
  const findings: (readonly Finding[])[] = scenes.map(() => [])
  const waiting = [...scenes.entries()]
  const { signal } = options
  // One that hears for all: scenes may be many at once.
  const stages = new Set<Stage>()
  const stop = () => stages.forEach((stage) => void stage.close())
  signal?.addEventListener('abort', stop)
  let done = 0
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (signal?.aborted === true) return
      const [index, scene] = next
      options.progress?.(done, scenes.length, scene.subjects[0]?.title ?? '')
      findings[index] = await play(scene, theatre, stages, options)
      done += 1
    }
  }
  try {
    await Promise.all(Array.from({ length: options.atOnce ?? 1 }, work))
  } finally {
    signal?.removeEventListener('abort', stop)
  }
  return findings.flat()
}

async function play(
  scene: Scene,
  theatre: Theatre,
  stages: Set<Stage>,
  { invite, signal }: ChallengeOptions,
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
  stages.add(stage)
  let leave = async () => {}
  try {
    leave = await invite(stage.place)
    if (signal?.aborted === true) void stage.close()
    // What a client does as the stage closes says nothing of it.
    await scene.run(stage, (id, judgement) => signal?.aborted !== true && notes.set(id, judgement))
    return finish('it came to nothing')
  } catch (error) {
    if (!(error instanceof NotReached)) throw error
    return finish(signal?.aborted === true ? 'it was interrupted' : error.message)
  } finally {
    stages.delete(stage)
    await leave()
    await stage.close()
  }
}
