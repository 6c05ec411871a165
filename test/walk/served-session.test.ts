import { describe, expect, it } from 'vitest'
import { servedSessionMachine } from '../../machines/served-session.js'
import { transitionsOfTree } from '../../src/testing/drive-paths.js'
import { promisePaths } from './driven-paths.js'
import {
  driveServedSession,
  servedSessionKey,
  undrivableOfServedSession,
} from './served-session-catalogue.js'

const driven = new Set<string>()
const known = new Set(Object.keys(undrivableOfServedSession))

describe.each([
  ['bytes', false],
  ['frames', true],
] as const)('a connection of the embedded server over %s, encrypted: %s', async (framing, secure) => {
  await promisePaths(driveServedSession(framing, secure), { key: servedSessionKey, known, driven })
})

it('every transition of a connection has been driven, but for these', () => {
  const missed = transitionsOfTree(servedSessionMachine).filter((id) => !driven.has(id))
  expect(missed.toSorted()).toEqual(Object.keys(undrivableOfServedSession).toSorted())
})
