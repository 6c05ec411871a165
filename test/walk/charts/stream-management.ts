import { assign } from 'xstate'
import {
  streamManagementMachine,
  type EnableAnswer,
  type StreamManagementEvent,
} from '../../../machines/stream-management.js'
import { defaultTimeouts as timeouts } from '../../../machines/timeouts.js'
import { orders } from '../../../src/testing/index.js'
import { ordersInTurn, told } from './told.js'
import { toWalked } from './walked-chart.js'

/** The chart with a silence that is measured, as an actor does: long enough at the third look, none at the fourth. */
const measured = streamManagementMachine.provide({
  actions: {
    measureSilence: assign(({ context: { silentMs, timeouts } }) => ({
      silentMs: silentMs >= timeouts.ackMs ? 0 : Math.min(silentMs + timeouts.ackMs / 3, timeouts.ackMs),
    })),
  },
})

const events: readonly StreamManagementEvent[] = [
  { type: 'session.bound', offered: true },
  { type: 'session.bound', offered: false },
  { type: 'session.left', id: 'sm-0', maxMs: 60_000 },
  { type: 'session.resuming' },
  { type: 'session.resumed', heard: true },
  { type: 'session.resumed', heard: false },
  { type: 'session.ended' },
  { type: 'connection.lost', resumable: true },
  { type: 'connection.lost', resumable: false },
  { type: 'stanza.sent', hasWaited: true },
  { type: 'stanza.sent', hasWaited: false },
  { type: 'ack.received' },
]

const answers: readonly EnableAnswer[] = [
  { kind: 'enabled', id: 'sm-1', maxMs: 60_000, location: 'other.test:5222' },
  { kind: 'enabled', id: 'sm-1', maxMs: undefined, location: undefined },
  { kind: 'enabled', id: undefined, maxMs: undefined, location: undefined },
  { kind: 'refused' },
]

export const streamManagement = toWalked(measured, {
  inputs: [{ timeouts }],
  events,
  outcomes: { enable: { done: answers } },
  key: ({ context: { timeouts: _waits, ...rest } }) => rest,
  invariants: {
    'a session outlives its connection only under the name that the server gave it': (snapshot) =>
      !(snapshot.matches('suspended') || snapshot.matches('resuming')) || snapshot.context.id !== undefined,
    'a session outlives its connection only where another attempt may come': (snapshot, last) =>
      last?.event.type !== 'connection.lost' ||
      last.event['resumable'] === true ||
      !(snapshot.matches('suspended') || snapshot.matches('resuming')),
    'a session does not outlive a second silent connection in a row': (snapshot) =>
      !snapshot.matches('suspended') || snapshot.context.unheard < 2,
    'whoever is heard is not taken for deaf': (snapshot, last) =>
      !(last?.event.type === 'session.resumed' && last.event['heard'] === true) ||
      !snapshot.matches('live') ||
      last.from.matches('live') ||
      snapshot.context.unheard === 0,
    'a session that was lost, or has ended, is never gone on with': (snapshot, last) =>
      !(last?.from.matches('lost') === true || last?.from.matches('outside') === true) ||
      snapshot.matches(last.from.value) ||
      snapshot.matches('outside') ||
      last.event.type === 'session.bound' ||
      last.event.type === 'session.left',
    'what is gone on with was kept, and the server was asked': (snapshot, last) =>
      last === undefined ||
      ((!snapshot.matches('resuming') || last.from.matches('suspended') || last.from.matches('resuming')) &&
        (!snapshot.matches('live') ||
          last.from.matches('live') ||
          last.from.matches('resuming') ||
          last.from.matches('enabling'))),
    'nothing is handed back of a session that may go on': (snapshot, last) =>
      last === undefined ||
      !orders(last, 'endSession') ||
      snapshot.matches('outside') ||
      snapshot.matches('lost') ||
      orders(last, 'beginSession'),
    'before a session begins, whatever the last one left is handed back': (_snapshot, last) =>
      !orders(last, 'beginSession') || ordersInTurn(last, 'endSession', 'beginSession'),
    'whoever loses a session hands it back, and says so': (snapshot, last) =>
      !snapshot.matches('lost') ||
      last?.from.matches('lost') === true ||
      (orders(last, 'endSession') && told(last).includes('parent session.lost')),
    'a session that was ended in order is not called lost': (_snapshot, last) =>
      last?.event.type !== 'session.ended' || !told(last).includes('parent session.lost'),
    'the terms are those of the session at hand': (snapshot) =>
      !['outside', 'unmanaged', 'enabling', 'lost'].some((each) => each === snapshot.value) ||
      (snapshot.context.id === undefined && snapshot.context.location === undefined),
    'what the server keeps is told, and so is that it keeps nothing': (snapshot, last) =>
      last?.from.matches('enabling') !== true ||
      !snapshot.matches('live') ||
      told(last).join() ===
        (snapshot.context.id === undefined ? 'parent session.unkept' : 'parent session.kept'),
    'a suspended session runs out': (snapshot, last) =>
      last?.event.type.startsWith('xstate.after.resumptionTime.') !== true || snapshot.matches('lost'),
    'an acknowledgement is asked for before it is awaited': (snapshot, last) =>
      !(snapshot.matches({ live: 'awaitingAck' }) || snapshot.matches({ live: 'overdue' })) ||
      last?.from.matches(snapshot.value) === true ||
      orders(last, 'requestAck'),
    'a connection is given up for silence, or after the second wait': (snapshot, last) =>
      !snapshot.matches({ live: 'dead' }) ||
      last?.from.matches({ live: 'dead' }) === true ||
      last?.from.matches({ live: 'overdue' }) === true ||
      snapshot.context.silentMs >= snapshot.context.timeouts.ackMs,
    'a connection that is given up is told of': (snapshot, last) =>
      !(snapshot.matches({ live: 'dead' }) || snapshot.matches('unanswered')) ||
      last?.from.matches(snapshot.value) === true ||
      told(last).includes('parent stream.ended'),
  },
})
