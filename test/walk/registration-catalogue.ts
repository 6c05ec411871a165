import {
  registrationMachine,
  type RegistrationAnswer,
  type RegistrationReason,
} from '../../machines/registration.js'
import { TransportError, type StanzaErrorCondition } from '../../src/errors.js'
import { accounts, ns, xml, type AccountsFeature } from '../../src/index.js'
import type { RegistrationAnswers } from '../../src/stanza/registration.js'
import type { ByItself } from '../../src/testing/drive-model.js'
import type { Drivable, Stimulus } from '../../src/testing/drive.js'
import type { XmlElement } from '../../src/xml/element.js'
import { FeatureRig, unanswered } from './feature-rig.js'
import { Pending } from './pending.js'
import { asksFor, done, failed } from './stimulus.js'

/** How an account is asked for. */
interface Kind {
  readonly isOffered?: boolean
  readonly isInvited?: boolean
  /** There is nobody to answer what the server asks. */
  readonly isAlone?: boolean
  /** The account was asked for before, and the answer is lost. */
  readonly isLost?: boolean
}

const asksForm = asksFor('query', ns.register)
const showsInvitation = asksFor('preauth', ns.preAuthentication)
const lost = new TransportError('closed', '')

/** A client that makes its account before it logs in to it. */
class RegistrationRig extends FeatureRig<typeof registrationMachine, AccountsFeature> {
  readonly person = new Pending<RegistrationAnswers | undefined>()

  constructor({ isOffered = true }: Kind, inspect: ConstructorParameters<typeof FeatureRig>[2]) {
    const others = [xml('register', ns.invitationFeature)]
    super(
      registrationMachine,
      {
        use: (client) => client.use(accounts),
        server: { features: { mechanisms: ['PLAIN'], registration: isOffered, others } },
        reactions: [unanswered(asksForm, showsInvitation)],
      },
      inspect,
    )
  }

  static async begin(
    kind: Kind,
    inspect: ConstructorParameters<typeof FeatureRig>[2],
  ): Promise<RegistrationRig> {
    const { isInvited = false, isAlone = false, isLost = false } = kind
    let isFirst = isLost
    const rig = new RegistrationRig(kind, (event) => {
      if (!isFirst) inspect(event)
    })
    if (isLost) await rig.#loseAnswer()
    isFirst = false
    const { attempts } = rig
    const made = rig.handle.register({
      ...(isInvited && { invitation: 'token' }),
      ...(!isAlone && { fill: rig.person.ask }),
    })
    made.catch(() => undefined)
    await rig.clock.until(() => rig.attempts > attempts)
    return rig
  }

  async #loseAnswer(): Promise<void> {
    const made = this.handle.register().catch(() => undefined)
    await this.clock.until(() => this.attempts > 0)
    this.answer(asksForm, xml('query', ns.register, {}, ...fields.slice(0, 2)))
    await this.clock.rest()
    this.peer.hangUp()
    await made
  }
}

const refused = (reason: RegistrationReason, fields?: readonly string[]): RegistrationAnswer => ({
  kind: 'refused',
  refusal: { reason, ...(fields && { fields }) },
})
const finished: RegistrationAnswer = { kind: 'done' }

const answers = (
  name: string,
  deed: string,
  fits: (element: XmlElement) => boolean,
  payload?: XmlElement,
): Stimulus<RegistrationRig> => ({
  name,
  predicts: [done(deed, finished)],
  act: (rig) => rig.answer(fits, payload),
})

const refuses = (
  deed: string,
  fits: (element: XmlElement) => boolean,
  condition: StanzaErrorCondition,
  reason: RegistrationReason,
): Stimulus<RegistrationRig> => ({
  name: `the server says ${condition}, awaited: ${deed}`,
  predicts: [done(deed, refused(reason))],
  act: (rig) => rig.refuse(fits, condition),
})

const person = (
  name: string,
  said: RegistrationAnswers | undefined,
  answer: RegistrationAnswer,
): Stimulus<RegistrationRig> => ({
  name: `the person ${name}`,
  predicts: [done('fillForm', answer)],
  act: (rig) => rig.person.give(said),
})

const fields = ['username', 'password', 'email'].map((name) => xml(name, ns.register))

const stimuli: readonly Stimulus<RegistrationRig>[] = [
  answers('the server takes the invitation', 'presentInvitation', showsInvitation),
  refuses('presentInvitation', showsInvitation, 'item-not-found', 'invitation'),
  answers('the server gives a form', 'requestForm', asksForm, xml('query', ns.register, {}, ...fields)),
  refuses('requestForm', asksForm, 'not-allowed', 'not-allowed'),
  refuses('requestForm', asksForm, 'resource-constraint', 'later'),
  person('answers', { email: 'alice@example.test' }, finished),
  person('leaves something out', {}, refused('incomplete', ['email'])),
  person('gives up', undefined, refused('withdrawn')),
  answers('the server makes the account', 'submitForm', asksForm),
  refuses('submitForm', asksForm, 'conflict', 'conflict'),
  refuses('submitForm', asksForm, 'not-acceptable', 'not-acceptable'),
  ...['presentInvitation', 'requestForm', 'fillForm', 'submitForm'].map((deed) => ({
    name: `the connection ends, awaited: ${deed}`,
    predicts: [failed(deed, lost)],
    act: (rig: RegistrationRig) => rig.peer.hangUp(),
  })),
]

/** Where nobody can answer, what the server wants to know stays open. */
const unfilled: ByItself = ({ src }) =>
  src === 'fillForm' ? { done: refused('incomplete', ['email']) } : undefined

const driveRegistration = (kind: Kind): Drivable<RegistrationRig> => ({
  machine: registrationMachine,
  stimuli,
  model: { byItself: kind.isAlone === true ? unfilled : undefined },
  start: (inspect) => RegistrationRig.begin(kind, inspect),
  inputOf: (rig) => rig.actor.getSnapshot().context,
})

/** Accounts that are asked for in every way that leads somewhere else. */
export const driveRegistrations: readonly Drivable<RegistrationRig>[] = [
  {},
  { isInvited: true },
  { isOffered: false },
  { isAlone: true },
  { isLost: true, isInvited: true },
].map(driveRegistration)

/** Transitions that nobody outside the client can bring about, and why. */
export const undrivableOfRegistration: Readonly<Record<string, string>> = {
  'registration.choosing always 0': 'a connection in clear is not gone on with, unless the app allows it',
}
