import { xml } from '../xml/element.js'
import * as ns from '../xml/namespaces.js'
import { NotReached, Play } from './challenge-phases.js'
import { about, clearAuth, hasAuth, mayGoNoFurther, mustEnd, type Scene } from './challenge-scene.js'
import { Stage, type Invitation } from './challenge-stage.js'
import { absent, right, wrong, type Judgement, type Subject } from './finding.js'

const section = 'RFC 6120 §4.9.3.19'
const inClear = { ways: ['starttls'] } as const

/** Sends the client somewhere else, in the words of its connection. */
function redirect({ peer, stage }: Play, { endpoint, host, port }: Invitation): void {
  if (stage.theatre.way === 'websocket') peer.say(xml('close', ns.framing, { 'see-other-uri': endpoint }))
  else peer.fail({ condition: 'see-other-host', otherHost: `${host}:${port}` })
}

/** Encrypted, and before a login: the earliest place where a redirect can be trusted. */
async function redirectFromLogin(play: Play, place: Invitation): Promise<void> {
  await play.toLogin()
  redirect(play, place)
}

/** Whoever follows is told apart from whoever does not, which is no client's duty. */
async function whereItGoes(stage: Stage, judge: (play: Play) => Promise<Judgement>): Promise<Judgement> {
  const arrival = await stage.arrival(stage.theatre.patienceMs)
  if (arrival === undefined) return right('it does not follow')
  return judge(new Play(stage, arrival))
}

const subjects: readonly Subject[] = [
  ['error.see-other-host', 'goes where it is sent to, once it is encrypted', `${section}, RFC 7395 §3.6.1`],
  ['redirect.to', 'asks the host that it was sent to for the domain of its account', section],
].map(([id = '', title = '', spec = '']) => ({ id, title, spec, state: 'session.judging' }))

/** From where the client has logged in, as a server that moves its users does it. */
const followed: Scene = {
  subjects,
  run: async (stage, note) => {
    const play = await Play.begin(stage)
    await play.toLogin()
    await play.authenticate()
    await play.toBinding()
    redirect(play, stage.place)
    await mustEnd(play)
    const arrival = await stage.arrival(stage.theatre.patienceMs)
    note('error.see-other-host', arrival === undefined ? absent('it does not follow') : right())
    if (arrival === undefined) return note('redirect.to', right('it does not follow'))
    const there = new Play(stage, arrival)
    await there.header()
    const to = there.headers[0]?.to
    note('redirect.to', to === stage.theatre.domain ? right() : wrong(to ?? 'no to'))
  },
}

/** The place that a redirect leads to shows a certificate for another name. */
const otherCertificate = about(
  'redirect.certificate',
  'believes no other certificate where it was sent to than where it came from',
  `${section}, §13.7.2`,
  'connection.securing',
  async (play) => {
    const other = await Stage.open({ ...play.stage.theatre, port: 0 }, 'otherName')
    try {
      await redirectFromLogin(play, other.place)
      return await whereItGoes(other, async (there) => {
        try {
          await there.toLogin()
        } catch (error) {
          if (error instanceof NotReached) return right(error.message)
          throw error
        }
        return mayGoNoFurther(there, (heard) => (hasAuth(heard) ? 'it logs in' : undefined))
      })
    } finally {
      await other.close()
    }
  },
)

/** More hops in a row than any farm of servers needs. */
const hopLimit = 10

const loop = about(
  'redirect.loop',
  'does not follow one redirect after the other for ever',
  `${section}, §3.3`,
  'session.judging',
  async (play) => {
    await redirectFromLogin(play, play.stage.place)
    for (let hops = 0; hops <= hopLimit; hops += 1) {
      const arrival = await play.stage.arrival(play.stage.theatre.patienceMs)
      if (arrival === undefined) return right(`${hops} followed`)
      await redirectFromLogin(new Play(play.stage, arrival), play.stage.place)
    }
    return wrong(`more than ${hopLimit} followed`)
  },
)

/** Where a client is sent that has not, and one that has encrypted its connection: to a server that does not encrypt. */
const toClear = (id: string, title: string, send: (play: Play) => Promise<void>): Scene =>
  about(
    id,
    title,
    `${section}, §13.8.3`,
    'session.judging',
    async (play) => {
      await send(play)
      return whereItGoes(play.stage, async (there) => {
        await there.greet({ mechanisms: ['PLAIN'] })
        return mayGoNoFurther(there, clearAuth)
      })
    },
    inClear,
  )

/** A server, or somebody in its place, sends the client somewhere else. */
export const redirectScenes: readonly Scene[] = [
  followed,
  otherCertificate,
  loop,
  toClear('redirect.weaker', 'sends no password in clear where it is sent to', (play) =>
    redirectFromLogin(play, play.stage.place),
  ),
  toClear('redirect.clear', 'sends no password in clear where somebody may have sent it', async (play) => {
    await play.header()
    redirect(play, play.stage.place)
  }),
]
