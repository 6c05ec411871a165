import { describe, expect, it } from 'vitest'
import { ns, vcards } from '../../src/index.js'
import { bob, item, meet, say } from './acquaintances.js'

const event = (from: string) =>
  `<message from='${from}' type='headline'><event xmlns='${ns.pubsubEvent}'><items node='${ns.vCard4Node}'>` +
  `<item id='current'><vcard xmlns='${ns.vCard4}'/></item></items></event></message>`

describe('changes of cards', () => {
  it('are told of those in the roster and of one’s own account: others only want to be looked at', async () => {
    const { client, peer } = await meet({}, { items: item(bob, "subscription='to'") })
    const told: string[] = []
    client.use(vcards).changed$.subscribe((jid) => told.push(jid.toString()))
    await say(peer, ...['mallory@evil.test', bob, `${bob}/phone`, 'alice@example.test'].map(event))
    expect(told).toEqual([bob, 'alice@example.test'])
  })
})
