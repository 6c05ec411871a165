import { expect, it } from 'vitest'
import { knownMessageLimit, Timeline, type ArchivedMessage } from '../../src/features/timeline.js'
import { parseMessage, toMessageElement } from '../../src/stanza/message.js'
import { parseJid } from '../../src/stanza/jid.js'

const own = 'alice@example.test'

it('a timeline forgets nothing that it has told because of what the client sends', () => {
  const element = toMessageElement({ from: parseJid('bob@example.test/x'), body: 'one' })
  const message = parseMessage(element)
  if (message.kind !== 'message') throw new TypeError('it is no message')
  const one: ArchivedMessage = { id: 'a1', moment: 0, message }
  const timeline = new Timeline<ArchivedMessage>('a0')
  const told: (string | undefined)[] = []
  timeline.message$.subscribe(({ id }) => told.push(id))
  timeline.pass(one, own, { isGapless: false, isArchived: true })
  for (let count = 0; count < knownMessageLimit; count += 1) timeline.noteSent(`${own}/desk`, `m${count}`)
  timeline.takePage([one], 'a1', own)
  expect(told).toEqual(['a1'])
})
