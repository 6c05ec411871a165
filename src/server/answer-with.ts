import { toResultElement, type IqRequest } from '../stanza/iq.js'
import type { Envelope } from './envelope.js'
import type { Realm } from './realm.js'
import type { ServiceAnswer } from './services/service.js'

/** Sends what a service answers to a request; nothing that is known is service-unavailable. */
export function answerWith(
  realm: Pick<Realm, 'answer' | 'refuse'>,
  envelope: Envelope,
  iq: IqRequest,
  answer: ServiceAnswer | undefined,
): void {
  if (answer?.kind === 'later') {
    void answer.answer.then(
      (later) => answerWith(realm, envelope, iq, later),
      () => realm.refuse(envelope, 'internal-server-error'),
    )
  } else if (answer?.kind !== 'result') {
    realm.refuse(envelope, answer?.condition ?? 'service-unavailable', answer?.text, answer?.application)
  } else {
    realm.answer({ element: toResultElement(iq, answer.payload), from: envelope.to, to: envelope.from })
    answer.afterwards?.()
  }
}
