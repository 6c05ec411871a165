import { assign } from 'xstate'
import { setup } from './setup.js'
import { deed } from './stub.js'

/** What one’s own presence can say of the photo in one’s card: its hash, or that there is none. */
export type KnownPhotoHash = string

export type PhotoHashEvent =
  /** Stanzas go both ways: in a new session, or again in one that was resumed. */
  | { readonly type: 'session.live' }
  /** There is no session any more. */
  | { readonly type: 'session.none' }
  /** Another device says that this is the photo, or this client has stored it. */
  | { readonly type: 'photo.seen'; readonly hash: KnownPhotoHash }
  /** A device that says nothing of photos is there: it may change the card without telling. */
  | { readonly type: 'device.unaware' }
  /** No such device is there any more. */
  | { readonly type: 'devices.aware' }

export interface PhotoHashInput {
  /** How long the server may take for each answer, in milliseconds. */
  readonly answerMs: number
}

export interface PhotoHashContext extends PhotoHashInput {
  /** Of the photo in the card, as it was read last. */
  readonly hash: KnownPhotoHash | undefined
}

/** What the card says. */
export interface PhotoFacts {
  readonly hash: KnownPhotoHash
}

/** What the server does for the account. */
export interface ConversionFacts {
  /** It puts avatars into the card and their hashes into presence by itself. */
  readonly converts: boolean
}

/**
 * Decides what one’s own presence may say of the photo in one’s card: nothing before the card was read, nothing while a device
 * that does not know photos may change it, and nothing at all where the server sees to it. Refuses to know the photo.
 */
export const photoHashMachine = setup({
  types: {} as { context: PhotoHashContext; events: PhotoHashEvent; input: PhotoHashInput },
  actors: {
    askAccount: deed<ConversionFacts>(),
    readPhoto: deed<PhotoFacts>(),
  },
  actions: {
    noteHash: assign((_, params: { readonly output: PhotoFacts }) => params.output),
    forgetHash: assign({ hash: undefined }),
  },
  guards: {
    converts: (_, { output }: { readonly output: ConversionFacts }) => output.converts,
    isAnother: ({ context }, { hash }: { readonly hash: KnownPhotoHash }) => hash !== context.hash,
  },
  delays: { answerTimeout: ({ context }) => context.answerMs },
}).createMachine({
  id: 'photoHash',
  description: 'What one’s own presence may say of the photo in one’s card.',
  context: ({ input }) => ({ ...input, hash: undefined }),
  type: 'parallel',
  states: {
    photo: {
      description: 'What the card holds.',
      meta: { spec: 'XEP-0153 §4' },
      initial: 'offline',
      on: { 'session.none': { target: '.offline' } },
      states: {
        offline: {
          description: 'No session.',
          tags: ['idle'],
          meta: { why: 'waits for a session' },
          on: { 'session.live': { target: 'asking' } },
        },
        asking: {
          description: 'Whether the server sees to it.',
          meta: { spec: 'XEP-0398 §2' },
          invoke: {
            id: 'askAccount',
            src: 'askAccount',
            onDone: [
              { guard: { type: 'converts', params: ({ event }) => event }, target: 'converted' },
              { target: 'reading' },
            ],
            onError: { target: 'reading' },
          },
          after: { answerTimeout: { target: 'unknown' } },
        },
        converted: {
          description: 'The server puts the hash into each presence.',
          tags: ['idle'],
          meta: { spec: 'XEP-0398 §4', why: 'a session may last' },
        },
        reading: {
          description: 'The card is read before anything is said of it.',
          meta: { spec: 'XEP-0153 §4.2, §4.4' },
          invoke: {
            id: 'readPhoto',
            src: 'readPhoto',
            onDone: { target: 'known', actions: { type: 'noteHash', params: ({ event }) => event } },
            onError: { target: 'unknown' },
          },
          on: { 'photo.seen': { target: 'reading', reenter: true } },
          after: { answerTimeout: { target: 'unknown' } },
        },
        known: {
          description: 'The hash is that of the card.',
          tags: ['idle'],
          meta: { spec: 'XEP-0153 §4.3', why: 'a photo may last' },
          exit: 'forgetHash',
          on: {
            'photo.seen': {
              guard: { type: 'isAnother', params: ({ event }) => event },
              target: 'reading',
            },
            'devices.aware': { target: 'reading' },
          },
        },
        unknown: {
          description: 'The card could not be read.',
          tags: ['idle'],
          meta: { why: 'the next stream or the next photo tries again' },
          on: { 'photo.seen': { target: 'reading' }, 'session.live': { target: 'asking' } },
        },
      },
    },
    devices: {
      description: 'Whether the other devices of the account tell of what they do to it.',
      meta: { spec: 'XEP-0153 §4.3' },
      initial: 'aware',
      on: { 'session.none': { target: '.aware' } },
      states: {
        aware: {
          description: 'Every other device of the account says when it changes the photo.',
          tags: ['idle'],
          meta: { spec: 'XEP-0153 §4.3', why: 'devices come as they like' },
          on: { 'device.unaware': { target: 'unaware' } },
        },
        unaware: {
          description: 'One of them may change it and say nothing: the hash is kept back.',
          tags: ['idle'],
          meta: { spec: 'XEP-0153 §4.3', why: 'devices go as they like' },
          on: { 'devices.aware': { target: 'aware' } },
        },
      },
    },
  },
})
