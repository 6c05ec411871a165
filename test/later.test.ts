import { describe, expect, it } from 'vitest'
import { TransportError } from '../src/errors.js'
import { later } from '../src/later.js'

describe('later()', () => {
  it('gives what was loaded', async () => {
    expect(await later('it', Promise.resolve('code'))).toBe('code')
  })

  it('fails as a network does that is not there, and keeps the cause', async () => {
    const cause = new TypeError('Failed to fetch dynamically imported module')
    const error: unknown = await later('discovery', Promise.reject(cause)).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TransportError)
    expect(error).toMatchObject({
      code: 'transport.unreachable',
      message: 'discovery cannot be loaded',
      cause,
    })
  })
})
