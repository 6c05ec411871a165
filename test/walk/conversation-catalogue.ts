import { conversationMachine } from '../../machines/conversation.js'
import { StanzaError } from '../../src/errors.js'
import { conversations, type ConversationsFeature } from '../../src/index.js'
import { toChatStateElement, type ChatState } from '../../src/stanza/chat-state.js'
import { toMessageEventElement, type MessageEvent } from '../../src/stanza/message-event.js'
import { toMessageElement, type MessageInput } from '../../src/stanza/message.js'
import { toPresenceElement } from '../../src/stanza/presence.js'
import type { Model, Occurrence } from '../../src/testing/drive-model.js'
import type { Drivable, Stimulus } from '../../src/testing/drive.js'
import { FeatureRig } from './feature-rig.js'
import { Pending } from './pending.js'
import { isLive, lasting, standingStimuli } from './standing-stimuli.js'
import { done, failed, told } from './stimulus.js'

const chart = 'conversation'
const desk = 'bob@example.test/desk'
const thread = 't1'

/** One conversation of a client. */
class ConversationRig extends FeatureRig<
  typeof conversationMachine,
  ReturnType<ConversationsFeature['with']>
> {
  readonly #support: Pending<boolean>
  /** The last message that asked to be told of composing. */
  #asked = ''

  constructor(inspect: ConstructorParameters<typeof FeatureRig>[2]) {
    const support = new Pending<boolean>()
    super(
      conversationMachine,
      {
        ...lasting,
        use: (client) =>
          client.use((host) => conversations(host, { supports: support.ask })).with('bob@example.test'),
      },
      inspect,
    )
    this.#support = support
  }

  get support(): Pending<boolean> {
    return this.#support
  }

  send(): void {
    const asks = forms.has(this.handle.state.form)
    const { id } = this.handle.send({ body: 'Hello', thread: 't2' })
    if (asks) this.#asked = id
  }

  hear(message: MessageInput): void {
    this.peer.say(toMessageElement({ from: desk, type: 'chat', ...message }))
  }

  hearEvent(kind: 'cancelled' | 'composing'): void {
    const event: MessageEvent = { kind, id: this.#asked }
    this.hear({ payloads: [toMessageEventElement(event)] })
  }
}

/** Where a message asks to be told of composing. */
const forms: ReadonlySet<unknown> = new Set(['asking', 'events', 'unknown'])

const isAsked = ({ notes }: Model): boolean => notes['isAsked'] === true

const formIn = ({ charts }: Model): unknown => {
  const form: unknown = charts.get(chart)?.snapshot.value.form
  return typeof form === 'string' ? form : 'events'
}

/** The person does something. */
const does = (
  deed: 'attend' | 'leave' | 'paused' | 'typing',
  type: 'attend' | 'leave' | 'pause' | 'type',
): Stimulus<ConversationRig> => ({
  name: `${deed}()`,
  predicts: [told(chart, `conversation.${type}`)],
  act: ({ handle }) => handle[deed](),
})

/** The contact writes or says something, from its desk. */
const hears = (name: string, predicted: Occurrence, message: MessageInput): Stimulus<ConversationRig> => ({
  name: `the contact ${name}`,
  when: isLive,
  predicts: [{ note: { hasSpoken: true } }, predicted],
  act: (rig) => rig.hear(message),
})

const states = (chatState: ChatState, where: string | undefined = thread): Stimulus<ConversationRig> =>
  hears(
    `is ${chatState}${where === undefined ? ', in no thread' : ''}`,
    told(chart, 'contact.stated', { chatState, lock: desk, thread: where }),
    { payloads: [toChatStateElement(chatState)], ...(where !== undefined && { thread: where }) },
  )

const composes = (
  kind: 'cancelled' | 'composing',
  type: 'cancelled' | 'raised',
): Stimulus<ConversationRig> => ({
  name: `the contact tells of ${kind}`,
  when: (model) => isLive(model) && isAsked(model),
  predicts: [told(chart, `contact.${type}`)],
  act: (rig) => rig.hearEvent(kind),
})

const appears = (
  name: string,
  from: string,
  type: 'unavailable' | undefined,
  predicts: (model: Model) => readonly Occurrence[],
): Stimulus<ConversationRig> => ({
  name: `the contact ${name}`,
  when: isLive,
  predicts,
  act: ({ peer }) => peer.say(toPresenceElement({ from, type })),
})

const stimuli: readonly Stimulus<ConversationRig>[] = [
  ...standingStimuli(chart),
  does('typing', 'type'),
  does('paused', 'pause'),
  does('attend', 'attend'),
  does('leave', 'leave'),
  {
    name: 'close()',
    predicts: [told(chart, 'conversation.close'), { stopped: chart }],
    act: ({ handle }) => handle.close(),
  },
  {
    name: 'send()',
    when: isLive,
    predicts: (model) => [
      ...(forms.has(formIn(model)) ? [{ note: { isAsked: true } }] : []),
      told(chart, 'message.sent', { thread: 't2' }),
    ],
    act: (rig) => rig.send(),
  },
  {
    name: 'chat states are supported',
    predicts: [done('findSupport', { supported: true })],
    act: ({ support }) => support.give(true),
  },
  {
    name: 'chat states are not supported',
    predicts: [done('findSupport', { supported: false })],
    act: ({ support }) => support.give(false),
  },
  {
    name: 'nobody knows what is supported',
    predicts: [failed('findSupport', new StanzaError('forbidden', 'auth'))],
    act: ({ support }) => support.refuse(new StanzaError('forbidden', 'auth')),
  },
  ...(['active', 'composing', 'gone', 'inactive', 'paused'] as const).map((each) => states(each)),
  hears(
    'says nothing of a thread',
    told(chart, 'contact.stated', { chatState: 'active', lock: desk, thread: undefined }),
    {
      payloads: [toChatStateElement('active')],
    },
  ),
  hears(
    'wants to know of composing',
    told(chart, 'contact.requested', { requestId: 'm1', lock: desk, thread }),
    {
      id: 'm1',
      body: 'Hello',
      thread,
      payloads: [toMessageEventElement({ kind: 'request' })],
    },
  ),
  hears('writes', told(chart, 'contact.wrote', { lock: desk, thread }), { body: 'Hello', thread }),
  composes('composing', 'raised'),
  composes('cancelled', 'cancelled'),
  appears('comes', desk, undefined, () => [told(chart, 'contact.came')]),
  appears('leaves another place', 'bob@example.test/phone', 'unavailable', () => [
    told(chart, 'contact.moved'),
  ]),
  appears('leaves its desk', desk, 'unavailable', ({ notes }) => [
    told(chart, notes['hasSpoken'] === true ? 'contact.left' : 'contact.moved'),
  ]),
  {
    name: 'a message comes back',
    when: isLive,
    predicts: [told(chart, 'contact.left')],
    act: ({ peer }) =>
      peer.say(toMessageElement({ from: desk, type: 'error', id: 'x', error: { condition: 'gone' } })),
  },
]

/** One conversation, beginning before its client is online. */
export const driveConversation: Drivable<ConversationRig> = {
  machine: conversationMachine,
  stimuli,
  start: (inspect) => new ConversationRig(inspect),
  inputOf: (rig) => rig.actor.getSnapshot().context,
}

/** What decides where a conversation goes next. */
export const conversationKey = ({ charts, notes }: Model): unknown => [
  charts.get(chart)?.snapshot.context.said,
  notes,
]
