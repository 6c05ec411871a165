import type { Observable } from 'rxjs'
import type { SessionStanding } from '../router/stanza-bus.js'

/** A chart beside the session, as long as it runs. */
interface SessionHearer {
  getSnapshot(): { readonly status: string }
  send(event: { readonly type: 'session.live' | 'session.none' }): void
}

/** Tells a chart where the session stands; one that is suspended goes on. */
export function tellOfSession(session$: Observable<SessionStanding>, hearer: SessionHearer): void {
  session$.subscribe((standing) => {
    if (standing === 'suspended' || hearer.getSnapshot().status !== 'active') return
    hearer.send({ type: `session.${standing}` })
  })
}
