import { toStreamManagementElement } from '../stanza/stream-management.js'
import * as ns from '../xml/namespaces.js'
import { Play, toWords } from './challenge-phases.js'
import { about, mustEnd, type Scene } from './challenge-scene.js'
import { Session } from './challenge-session.js'
import { absent, right, wrong } from './finding.js'

const features = { bind: true, streamManagement: true } as const
const notCounted = absent('it does not ask for stream management')

/** Online, with stream management where the client wants it. */
async function logInManaged(play: Play): Promise<Session> {
  await play.logIn(features)
  const session = new Session(play)
  await session.settle(() => session.wantsManagement)
  if (!session.wantsManagement) return session
  const resumption = { id: 'challenge', resume: true, max: undefined, location: undefined }
  play.peer.say(toStreamManagementElement({ kind: 'enabled', ...resumption }))
  await session.settle()
  return session
}

/** Both sides count stanzas, and a session may outlive its connection. */
export const managementScenes: readonly Scene[] = [
  about(
    'management.overcount',
    'ends the stream of a server that acknowledges more than it was sent',
    'XEP-0198 §6',
    'streamManagement.live',
    async (play) => {
      if (!(await logInManaged(play)).wantsManagement) return notCounted
      play.peer.say(toStreamManagementElement({ kind: 'a', h: 100_000 }))
      return mustEnd(play)
    },
  ),
  about(
    'management.refused',
    'binds anew where its session cannot be gone on with',
    'XEP-0198 §5',
    'session.active.binding',
    async (play) => {
      const { stage } = play
      if (!(await logInManaged(play)).wantsManagement) return notCounted
      play.peer.reset()
      const arrival = await stage.arrival()
      if (arrival === undefined) return absent('it does not come back in this time')
      const back = new Play(stage, arrival)
      await back.toLogin()
      await back.authenticate()
      await back.greet(features)
      const wish = await back.element('<resume/>')
      if (!wish.is('resume', ns.streamManagement)) return absent('it does not ask to go on')
      back.peer.say(toStreamManagementElement({ kind: 'failed', condition: 'item-not-found', h: undefined }))
      const heard = await back.next()
      const isBinding = heard?.kind === 'element' && heard.element.child('bind', ns.bind) !== undefined
      return isBinding ? right() : wrong(toWords(heard))
    },
  ),
]
