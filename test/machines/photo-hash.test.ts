import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createActor } from 'xstate'
import { photoHashMachine, type PhotoHashEvent } from '../../machines/photo-hash.js'
import { StanzaError } from '../../src/errors.js'
import { CoverageRecorder } from '../../src/testing/index.js'
import { fails, gives, scriptDeeds, silent } from '../support/scripted-deeds.js'

const walked = new CoverageRecorder()
const refused = fails(new StanzaError('service-unavailable', 'cancel'))
const [one, other] = [{ hash: '1'.repeat(40) }, { hash: '2'.repeat(40) }]

beforeEach(() => void vi.useFakeTimers())
const running: { stop(): unknown }[] = []
afterEach(() => {
  for (const actor of running.splice(0)) actor.stop()
  vi.useRealTimers()
})

function run(script: Parameters<typeof scriptDeeds>[0]) {
  const { asked, deed } = scriptDeeds({ askAccount: [gives({ converts: false })], ...script })
  const machine = photoHashMachine.provide({
    actors: { askAccount: deed('askAccount'), readPhoto: deed('readPhoto') },
  })
  const actor = createActor(machine, { input: { answerMs: 1000 }, inspect: walked.inspect })
  running.push(actor)
  actor.start()
  const says = async (...events: readonly (PhotoHashEvent | PhotoHashEvent['type'])[]) => {
    for (const event of events) {
      if (typeof event !== 'string') actor.send(event)
      else if (event !== 'photo.seen') actor.send({ type: event })
      await vi.advanceTimersByTimeAsync(0)
    }
    const { value, context } = actor.getSnapshot()
    return [value.photo, value.devices, context.hash]
  }
  return { asked, says }
}

describe('the chart of one’s own photo', () => {
  it('says nothing before the card was read, and forgets it with the session', async () => {
    const { says } = run({ readPhoto: [gives(one)] })
    expect(await says()).toEqual(['offline', 'aware', undefined])
    expect(await says('session.live')).toEqual(['known', 'aware', one.hash])
    expect(await says('session.live')).toEqual(['known', 'aware', one.hash])
    expect(await says('session.none')).toEqual(['offline', 'aware', undefined])
  })

  it('leaves it to a server that converts', async () => {
    const { asked, says } = run({ askAccount: [gives({ converts: true })] })
    const seen = { type: 'photo.seen', ...other } as const
    expect(await says('session.live', seen, 'device.unaware', 'devices.aware')).toEqual([
      'converted',
      'aware',
      undefined,
    ])
    expect(asked).toEqual(['askAccount'])
  })

  it('reads the card where nobody says who sees to it', async () => {
    const { says } = run({ askAccount: [refused], readPhoto: [gives(one)] })
    expect(await says('session.live')).toEqual(['known', 'aware', one.hash])
  })

  it('reads it again when there is another photo, and not for the same', async () => {
    const { asked, says } = run({ readPhoto: [gives(one), gives(other)] })
    await says('session.live', { type: 'photo.seen', ...one })
    expect(asked).toEqual(['askAccount', 'readPhoto'])
    expect(await says({ type: 'photo.seen', ...other })).toEqual(['known', 'aware', other.hash])
  })

  it('reads it anew when it changes meanwhile', async () => {
    const { asked, says } = run({ readPhoto: [silent, gives(other)] })
    await says('session.live')
    expect(await says({ type: 'photo.seen', ...other })).toEqual(['known', 'aware', other.hash])
    expect(asked).toEqual(['askAccount', 'readPhoto', 'readPhoto stopped', 'readPhoto'])
  })

  it('keeps it back while a device is there that may change it and say nothing', async () => {
    const { says } = run({ readPhoto: [gives(one), gives(other)] })
    expect(await says('session.live', 'device.unaware')).toEqual(['known', 'unaware', one.hash])
    expect(await says('devices.aware')).toEqual(['known', 'aware', other.hash])
    expect(await says('device.unaware', 'session.none')).toEqual(['offline', 'aware', undefined])
  })

  it('tries again with the next photo, and over the next stream', async () => {
    const { says } = run({ readPhoto: [refused, refused, gives(one)] })
    expect(await says('session.live')).toEqual(['unknown', 'aware', undefined])
    expect(await says({ type: 'photo.seen', ...other })).toEqual(['unknown', 'aware', undefined])
    expect(await says('session.live')).toEqual(['known', 'aware', one.hash])
  })

  it.each([
    ['the account', { askAccount: [silent] }],
    ['the card', { readPhoto: [silent] }],
  ])('takes silence about %s for a failure after a while', async (_, script) => {
    const { says } = run(script)
    await says('session.live')
    await vi.advanceTimersByTimeAsync(1000)
    expect(await says()).toEqual(['unknown', 'aware', undefined])
  })
})

it('is walked along every edge', () => {
  expect(walked.of(photoHashMachine).transitions.missed).toEqual([])
})
