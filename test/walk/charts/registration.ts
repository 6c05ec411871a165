import {
  registrationMachine,
  type RegistrationAnswer,
  type RegistrationReason,
} from '../../../machines/registration.js'
import { defaultTimeouts as timeouts } from '../../../machines/timeouts.js'
import { TransportError } from '../../../src/errors.js'
import { toWalked } from './walked-chart.js'

const lost = [new TransportError('closed', 'the connection ended')]
const refused = (reason: RegistrationReason): RegistrationAnswer => ({ kind: 'refused', refusal: { reason } })
const done = { kind: 'done' } as const

const base = {
  offered: true,
  takesInvitations: true,
  secure: true,
  allowPlaintext: false,
  isInvited: false,
  mayAskAgain: true,
  mayBeThere: false,
  timeouts,
}

export const registration = toWalked(registrationMachine, {
  inputs: [
    base,
    { ...base, secure: false },
    { ...base, secure: false, allowPlaintext: true },
    { ...base, isInvited: true },
    { ...base, isInvited: true, offered: false },
    { ...base, isInvited: true, takesInvitations: false },
    { ...base, offered: false },
    { ...base, mayAskAgain: false },
    { ...base, mayBeThere: true, isInvited: true },
  ],
  outcomes: {
    presentInvitation: { done: [done, refused('invitation')], error: lost },
    requestForm: {
      done: [done, refused('redirected'), refused('not-allowed'), refused('later')],
      error: lost,
    },
    fillForm: { done: [done, refused('incomplete'), refused('withdrawn')], error: lost },
    submitForm: { done: [done, refused('conflict'), refused('not-acceptable')], error: lost },
  },
  key: ({ context: { timeouts: _waits, error, ...rest } }) => [rest, error?.code],
  invariants: {
    'nothing is said on a connection that others can read, unless the app allows that': ({
      value,
      context,
    }) => value === 'choosing' || value === 'refused' || context.secure || context.allowPlaintext,
    'nobody is asked who does not offer it': ({ value, context }) =>
      value !== 'requesting' || context.offered || context.isInvited,
    'an invitation is shown to who takes invitations, and first': ({ value, context }, last) =>
      (value !== 'presenting' || (context.isInvited && context.takesInvitations)) &&
      (value !== 'requesting' ||
        !(context.isInvited && context.takesInvitations) ||
        last?.from.value === 'presenting'),
    'an account is there by the server’s word alone': ({ value }, last) =>
      value !== 'registered' || last?.event.type === 'xstate.done.actor.submitForm',
    'who has an account has no refusal, who has none knows why': ({ value, output }) =>
      value === 'registered'
        ? output?.outcome === 'registered'
        : value === 'refused' || value === 'doubtful'
          ? output?.outcome === value
          : value !== 'failed' || output?.outcome === 'failed',
    'a refusal is doubted only by who may have the account': ({ value, context }) =>
      value !== 'doubtful' || context.mayBeThere,
    'a taken name is refused only to who cannot have the account': ({ value, context }) =>
      value !== 'refused' || context.refusal?.reason !== 'conflict' || !context.mayBeThere,
    'whoever was asked is known': ({ value, context }, last) =>
      value === 'submitting' ||
      last?.from.value !== 'submitting' ||
      context.isAsked === !isRefusal(last.event),
    'who cannot answer otherwise is not asked again': ({ value, context }, last) =>
      value !== 'filling' || last?.from.value === 'requesting' || last === undefined || context.mayAskAgain,
    'a name that is taken is not asked for again': ({ value, context }) =>
      value !== 'filling' || context.refusal?.reason !== 'conflict',
    'corrections end somewhere': ({ context }) => context.corrections >= 0,
  },
})

function isRefusal(event: { readonly type: string; readonly output?: unknown }): boolean {
  return (
    event.type === 'xstate.done.actor.submitForm' && Reflect.get(Object(event.output), 'kind') === 'refused'
  )
}
