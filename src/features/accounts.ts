import type { Actor } from 'xstate'
import type {
  RegistrationFacts,
  RegistrationInput,
  registrationMachine,
  RegistrationOutput,
  RegistrationReason,
  RegistrationRefusal,
} from '../../machines/registration.js'
import { AuthenticationError, ProtocolError, StanzaError, TransportError, XmppError } from '../errors.js'
import type { RequestOptions } from '../router/requests.js'
import { parseIssuedInvitation, toInvitationCommand, type IssuedInvitation } from '../stanza/invitation.js'
import { parseJid } from '../stanza/jid.js'
import {
  toPasswordChangeElement,
  type RegistrationAnswers,
  type RegistrationForm,
} from '../stanza/registration.js'
import { removeAccount } from './account-removal.js'
import type { FeatureHost } from './feature-host.js'
import { RegistrationError } from './registration-error.js'
import { UnconfirmedError } from './unconfirmed-error.js'

/** How an account is asked for. */
export interface RegisterOptions {
  /**
   * Answers what the server asks beside name and password, which are the client’s; takes as long as a person takes.
   * `undefined` gives up. `refusal`: what was wrong with the last answer, on the same connection, five times at most. Default:
   * nothing is answered, so that it ends as `incomplete` where the server asks more.
   */
  readonly fill?:
    | ((
        form: RegistrationForm,
        refusal: RegistrationRefusal | undefined,
      ) => RegistrationAnswers | undefined | Promise<RegistrationAnswers | undefined>)
    | undefined
  /** The token of an invitation, shown to servers that take them and to nobody else (XEP-0445): see `parseInvitation`. */
  readonly invitation?: string | undefined
  /** Gives up, with `transport.aborted`; what was filled in may have made the account all the same. */
  readonly signal?: AbortSignal | undefined
}

/** What came of it. */
export type RegistrationResult =
  | { readonly outcome: 'registered' }
  /** There is no account; `error` says more, and `error.fields` what is missing. */
  | { readonly outcome: Exclude<RegistrationReason, 'redirected'>; readonly error: RegistrationError }
  /** Accounts are made on the web. */
  | { readonly outcome: 'redirected'; readonly url: string; readonly error: RegistrationError }

/** The account itself, from its beginning to its end. */
export interface AccountsFeature {
  /**
   * Makes the account that the client is for, and logs in to it on the same connection: resolves when online, or with why
   * there is no account. Never without encryption, unless the client is allowed that. Rejects as `connect` does when the
   * connection or the login fails, with TypeError unless the client is offline, halted or removed. Where the answer to what was
   * filled in is lost the account may be there: `connect()` logs in to it, and so does another `register()` of this client where
   * the server says that the name is taken. In another process that is a `conflict`.
   * @see XEP-0077 §3.1
   */
  register(options?: RegisterOptions): Promise<RegistrationResult>
  /**
   * Changes the password while online; the next login uses the new one, keys derived from the last are forgotten. Rejects with
   * `StanzaError` where the server refuses, with `TransportError` where it was not asked, with `UnconfirmedError` where its answer
   * is lost: then the new one is tried by the `connect()` after a login that was refused. @see XEP-0077 §3.3
   */
  changePassword(password: string, options?: RequestOptions): Promise<void>
  /**
   * Removes the account while online: resolves when it is gone, and the session with it (`removed`). Rejects with `StanzaError`
   * where the server refuses, and stays online; with `TransportError` where it was not asked; with `UnconfirmedError` where its
   * answer is lost. @see XEP-0077 §3.2
   */
  remove(): Promise<void>
  /**
   * Has the server make an invitation for somebody, while online. Rejects with `StanzaError` where the server makes none, or none
   * for this account. @see XEP-0401 §3.1
   */
  invite(options?: RequestOptions): Promise<IssuedInvitation>
}

/** What the feature is made of. */
export interface AccountsHost extends Pick<FeatureHost, 'account' | 'bus'> {
  readonly startRegistration: (
    wish: Pick<RegisterOptions, 'fill' | 'invitation'>,
    input: Omit<RegistrationInput, 'timeouts'>,
  ) => Actor<typeof registrationMachine>
}

/** @see accounts */
export function createAccounts({ account, bus, startRegistration }: AccountsHost): AccountsFeature {
  const nameOf = () => {
    if (account.username === undefined) throw new TypeError('an anonymous session has no account')
    return account.username
  }
  /** The server was asked for the account, and what came of it is not known. */
  let mayBeThere = false
  return {
    register: async ({ fill, invitation, signal } = {}) => {
      nameOf()
      let doubt: RegistrationError | undefined
      const make = async (facts: RegistrationFacts, stopped: AbortSignal) => {
        const asked = { isInvited: invitation !== undefined, mayAskAgain: fill !== undefined, mayBeThere }
        const actor = startRegistration({ fill, invitation }, { ...facts, ...asked })
        const output = await ended(actor, stopped).finally(() => {
          mayBeThere ||= actor.getSnapshot().context.isAsked
        })
        if (output.outcome === 'failed') throw output.error
        if (output.outcome === 'registered') return
        const error = new RegistrationError(output.refusal)
        if (output.outcome === 'refused') throw error
        doubt = error
      }
      try {
        await account.register(make, { signal })
        mayBeThere = false
        return { outcome: 'registered' }
      } catch (error) {
        const refused = isWrongPassword(error) ? doubt : error
        if (!(refused instanceof RegistrationError)) throw error
        mayBeThere = false
        return toResult(refused)
      }
    },

    changePassword: async (password, options) => {
      if (password === '') throw new RangeError('an account needs a password: it is empty')
      const payload = toPasswordChangeElement(nameOf(), password)
      account.expectPassword(password)
      let isAsked = false
      try {
        await bus.request({ type: 'set', payload }, { ...options, sent: () => (isAsked = true) })
      } catch (error) {
        const isUnknown = isAsked && error instanceof XmppError && !(error instanceof StanzaError)
        if (isUnknown) throw new UnconfirmedError('password-change', error)
        account.expectPassword(undefined)
        throw error
      }
      account.takePassword(password)
    },

    remove: () => removeAccount(account.session),

    invite: async (options) => {
      nameOf()
      const to = bus.account && parseJid(parseJid(bus.account.bare).domain)
      const { payload } = await bus.request({ type: 'set', to, payload: toInvitationCommand() }, options)
      const issued = payload && parseIssuedInvitation(payload)
      if (issued === undefined) throw new ProtocolError('bad-format', 'the server gives no invitation')
      return issued
    },
  }
}

/** The account is somebody else's. */
const isWrongPassword = (error: unknown) =>
  error instanceof AuthenticationError && error.condition === 'not-authorized'

function toResult(error: RegistrationError): RegistrationResult {
  const { reason, url } = error
  if (reason !== 'redirected') return { outcome: reason, error }
  return url === undefined ? { outcome: 'refused', error } : { outcome: reason, url, error }
}

/** How a registration ends; it ends with the attempt that it belongs to. */
function ended(actor: Actor<typeof registrationMachine>, signal: AbortSignal): Promise<RegistrationOutput> {
  return new Promise((resolve, reject) => {
    const stop = () => actor.stop()
    signal.addEventListener('abort', stop, { once: true })
    const look = () => {
      const { status, output } = actor.getSnapshot()
      if (status === 'active') return
      signal.removeEventListener('abort', stop)
      if (output !== undefined) resolve(output)
      else reject(new TransportError('aborted', 'the attempt has ended'))
    }
    actor.subscribe({ error: look, complete: look })
    look()
    if (signal.aborted) stop()
  })
}
