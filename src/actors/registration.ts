import { fromPromise } from 'xstate'
import {
  registrationMachine,
  type RegistrationAnswer,
  type RegistrationReason,
  type RegistrationRefusal,
} from '../../machines/registration.js'
import { ProtocolError, type StanzaError } from '../errors.js'
import { takePassword } from '../sasl/credentials.js'
import type { DataField } from '../stanza/data-form.js'
import type { IqError, IqResult } from '../stanza/iq.js'
import { toInvitationElement } from '../stanza/invitation.js'
import { isWebUrl } from '../stanza/out-of-band.js'
import {
  parseRegistration,
  toRegistrationElement,
  toRegistrationRequest,
  toValues,
  type RegistrationAnswers,
  type RegistrationForm,
  type RegistrationQuery,
} from '../stanza/registration.js'
import type { XmlElement } from '../xml/element.js'
import { unexpected } from './connection.js'
import { meansOf, type SessionMeans } from './means.js'
import { askOnStream } from './stream-request.js'

/** What the app brings along, none of which the chart may hold. */
export interface RegistrationWish {
  /** Answers what the server asks; `undefined` gives up. */
  readonly fill?:
    | ((
        form: RegistrationForm,
        refusal: RegistrationRefusal | undefined,
      ) => RegistrationAnswers | undefined | Promise<RegistrationAnswers | undefined>)
    | undefined
  /** The token of an invitation: a secret. */
  readonly invitation?: string | undefined
}

const done = { kind: 'done' } as const satisfies RegistrationAnswer
const refuse = (refusal: RegistrationRefusal): RegistrationAnswer => ({ kind: 'refused', refusal })

/** The registration chart with every deed in place, for one account; the form and what is answered stay in here. */
export function provideRegistration({ fill, invitation = '' }: RegistrationWish) {
  let query: RegistrationQuery | undefined
  let answers: RegistrationAnswers = {}
  return registrationMachine.provide({
    actors: {
      presentInvitation: fromPromise(async ({ signal, system }) => {
        const answer = await ask(meansOf(system), 'set', toInvitationElement(invitation), signal)
        if (answer.type === 'result') return done
        const { text, type } = answer.error
        return type === 'wait' ? refuse(toRefusal(answer.error)) : refuse({ reason: 'invitation', text })
      }),

      requestForm: fromPromise(async ({ signal, system }) => {
        const means = meansOf(system)
        const answer = await ask(means, 'get', toRegistrationRequest(), signal)
        if (answer.type === 'error') return refuse(toRefusal(answer.error))
        query = answer.payload === undefined ? undefined : parseRegistration(answer.payload)
        if (query === undefined || query.isRegistered) {
          throw means.link.stream.abort(new ProtocolError('bad-format', 'the server asks for no account'))
        }
        if (query.fields.length > 0) return done
        const { instructions: text, url } = query
        return url === undefined
          ? refuse({ reason: 'unsupported', text })
          : refuse({ reason: 'redirected', text, url })
      }),

      fillForm: fromPromise(async ({ input: { refusal }, signal, system }) => {
        if (query === undefined) throw new TypeError('the app is asked before the server')
        const { instructions, url } = query
        const fields = query.fields.filter(isForApp)
        const isAsked = fill !== undefined && (fields.length > 0 || refusal !== undefined)
        const asked = () => fill?.({ instructions, url, fields }, refusal)
        const given = isAsked ? await unlessEnded(meansOf(system), signal, asked) : {}
        if (given === undefined) return refuse({ reason: 'withdrawn' })
        answers = given
        const missing = fields.filter(
          (field) => field.isRequired && !toValues(field, given).some((value) => value !== ''),
        )
        return missing.length === 0
          ? done
          : refuse({ reason: 'incomplete', fields: missing.map(({ name = '' }) => name) })
      }),

      submitForm: fromPromise(async ({ signal, system }) => {
        const means = meansOf(system)
        const { credentials, link } = means
        const { username = '' } = credentials
        const password = await takePassword(credentials.password ?? (() => undefined), 'jabber:iq:register')
        signal.throwIfAborted()
        const asked = query ?? { fields: [], isDataForm: false }
        const payload = toRegistrationElement(asked, { ...answers, username, password })
        const answer = await ask(means, 'set', payload, signal)
        if (answer.type === 'error') {
          // A picture to read is another each time.
          query = (answer.payload && parseNextForm(answer.payload)) ?? query
          return refuse(toRefusal(answer.error))
        }
        const name = answer.payload?.child('username')?.text() ?? ''
        if (name !== '' && name !== username) {
          throw link.stream.abort(
            new ProtocolError('bad-format', 'the server made an account for somebody else'),
          )
        }
        return done
      }),
    },
  })
}

function parseNextForm(payload: XmlElement): RegistrationQuery | undefined {
  const next = parseRegistration(payload)
  return next?.isDataForm === true ? next : undefined
}

const isForApp = ({ name, type }: DataField) =>
  name !== undefined && name !== 'username' && name !== 'password' && type !== 'hidden' && type !== 'fixed'

/** The answer of the server itself: nobody else may speak on this stream. */
async function ask(
  means: SessionMeans,
  type: 'get' | 'set',
  payload: XmlElement,
  signal: AbortSignal,
): Promise<IqResult | IqError> {
  const { domain } = means.identity
  const answer = await askOnStream(means, { type, to: { domain }, payload }, signal)
  if (answer.from === undefined || answer.from.toString() === domain) return answer
  throw means.link.stream.abort(new ProtocolError('invalid-from', 'somebody else answers for the server'))
}

/** What the app says, unless the connection ends before. */
async function unlessEnded<T>(
  { link }: SessionMeans,
  signal: AbortSignal,
  say: () => T | Promise<T>,
): Promise<T> {
  const { stream } = link
  const said = new AbortController()
  const ended = stream.next(AbortSignal.any([signal, said.signal])).then((element) => {
    throw stream.abort(unexpected(element, 'silence while the app answers'))
  })
  ended.catch(() => undefined)
  try {
    return await Promise.race([Promise.resolve().then(say), ended])
  } finally {
    said.abort()
  }
}

const reasons: Readonly<Partial<Record<StanzaError['condition'], RegistrationReason>>> = {
  'bad-request': 'not-acceptable',
  conflict: 'conflict',
  'feature-not-implemented': 'unsupported',
  forbidden: 'not-allowed',
  'jid-malformed': 'not-acceptable',
  'not-acceptable': 'not-acceptable',
  'not-allowed': 'not-allowed',
  'not-authorized': 'not-allowed',
  'policy-violation': 'not-acceptable',
  redirect: 'redirected',
  'resource-constraint': 'later',
  'service-unavailable': 'unsupported',
}

function toRefusal({ alternative, condition, text, type }: StanzaError): RegistrationRefusal {
  const reason = type === 'wait' ? 'later' : (reasons[condition] ?? 'refused')
  if (reason !== 'redirected') return { reason, text }
  const isWeb = alternative !== undefined && isWebUrl(alternative)
  return isWeb ? { reason, text, url: alternative } : { reason: 'refused', text }
}
