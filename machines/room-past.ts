import type { PageFacts } from './archive.js'
import { failed } from './failure.js'

const page = ({ event }: { readonly event: { readonly output: PageFacts } }) => event
const noteGap = { type: 'noteGap', params: failed } as const
const whole = '#room.joined.past.told.whole'
const incomplete = '#room.joined.past.told.incomplete'

/**
 * What was said before one came in. A room tells who enters its last messages, and no more than it likes; whoever knows which
 * one was the last has the rest from its archive first, and what the room tells, and what is said meanwhile, waits.
 */
export const past = {
  description: 'What was said before.',
  meta: { spec: 'XEP-0045 §7.1, §7.2.15' },
  initial: 'beginning',
  states: {
    beginning: {
      description: 'Whether there is a message to go on from.',
      meta: { spec: 'XEP-0045 §7.2.13' },
      always: [{ guard: 'knowsLast', target: 'recalling' }, { target: 'telling' }],
    },
    telling: {
      description: 'The room tells of it; the subject comes last.',
      meta: { spec: 'XEP-0045 §7.2.13, §7.2.15' },
      on: { 'room.current': { target: 'told' } },
      after: { historyTimeout: { target: 'told' } },
    },
    recalling: {
      description: 'What was said since is fetched; what comes waits for it.',
      tags: ['holding'],
      meta: { spec: 'XEP-0313 §3.3.2, §6.3' },
      initial: 'hearing',
      states: {
        hearing: {
          description: 'The room tells what it tells everybody; the subject comes last.',
          meta: { spec: 'XEP-0045 §7.2.13, §7.2.15' },
          on: { 'room.current': { target: 'fetching' }, 'session.suspended': { target: 'cutOff' } },
          after: { historyTimeout: { target: 'fetching' } },
        },
        cutOff: {
          description: 'The stream is gone, and the session keeps what the room tells for the next one.',
          tags: ['idle'],
          meta: { spec: 'XEP-0198 §5', why: 'the session comes back by itself, or is over' },
          on: { 'session.live': { target: 'hearing' } },
        },
        fetching: {
          description: 'The archive of the room is asked for what follows, a page at a time.',
          meta: { spec: 'XEP-0313 §4.3.2' },
          invoke: {
            id: 'fetchPage',
            src: 'fetchPage',
            onDone: [
              { guard: { type: 'isUnstable', params: page }, target: incomplete },
              { guard: { type: 'isComplete', params: page }, target: whole },
              { target: 'fetching', reenter: true },
            ],
            onError: [
              {
                guard: { type: 'isForgotten', params: failed },
                target: 'fetching',
                reenter: true,
                actions: noteGap,
              },
              { guard: { type: 'isWithoutArchive', params: failed }, target: whole },
              { target: incomplete, actions: noteGap },
            ],
          },
          after: { pageTimeout: { target: incomplete, actions: 'noteSilentArchive' } },
          on: { 'session.suspended': { target: 'deferred' } },
        },
        deferred: {
          description: 'The stream is gone, and what came of the page with it: it is asked for again.',
          tags: ['idle'],
          meta: { spec: 'XEP-0198 §5', why: 'the session comes back by itself, or is over' },
          on: { 'session.live': { target: 'fetching' } },
        },
      },
    },
    told: {
      description: 'What comes is said now.',
      meta: { spec: 'XEP-0045 §7.2.16' },
      initial: 'whole',
      states: {
        whole: {
          description: 'Whatever the room still had of it is here.',
          tags: ['idle'],
          meta: { spec: 'XEP-0313 §6.3', why: 'one may stay for long' },
        },
        incomplete: {
          description: 'Something may be missing: whoever comes back is asked for it again.',
          tags: ['idle'],
          meta: { spec: 'XEP-0313 §6.3', why: 'one may stay for long' },
        },
      },
    },
  },
} as const
