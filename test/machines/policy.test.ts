import { describe, expect, it } from 'vitest'
import { backoffMs, draw, judge, judgeUnproven, paces } from '../../machines/policy.js'
import {
  AuthenticationError,
  ProtocolError,
  StanzaError,
  StoreError,
  StreamError,
  TimeoutError,
  TransportError,
  saslFailureConditions,
  streamErrorConditions,
} from '../../src/errors.js'

describe('judge()', () => {
  it('has a verdict with a reason for every stream error and every SASL failure', () => {
    const errors = [
      ...streamErrorConditions.map((condition) => new StreamError(condition)),
      ...saslFailureConditions.map((condition) => new AuthenticationError(condition, condition)),
    ]
    expect(errors).toHaveLength(36)
    for (const error of errors) expect(judge(error).because).not.toBe('')
  })

  it.each([
    [new StreamError('conflict'), 'stop'],
    [new StreamError('not-authorized'), 'credentials'],
    [new StreamError('see-other-host', { otherHost: 'b.test' }), 'elsewhere'],
    [new StreamError('system-shutdown'), 'retry'],
    [new AuthenticationError('not-authorized', 'no'), 'credentials'],
    [new AuthenticationError('temporary-auth-failure', 'no'), 'retry'],
    [new AuthenticationError('server-not-verified', 'no'), 'stop'],
    [new AuthenticationError('no-mechanism', 'no'), 'stop'],
    [new TransportError('certificate-expired', 'old'), 'stop'],
    [new TransportError('tls-unavailable', 'none'), 'stop'],
    [new TransportError('refused', 'no'), 'retry'],
    [new TimeoutError('dial', 'the connection', 1), 'retry'],
    [new ProtocolError('not-well-formed', 'garbage'), 'retry'],
    [new StanzaError('resource-constraint', 'wait'), 'retry'],
    [new StanzaError('not-allowed', 'cancel'), 'stop'],
  ])('of %s is %s', (error, decision) => {
    expect(judge(error).decision).toBe(decision)
  })
})

describe('judgeUnproven(), of who has not shown to be the server that was reached before,', () => {
  it.each([
    new TransportError('certificate-mismatch', 'portal.test'),
    new TransportError('certificate-untrusted', 'self-signed'),
    new TransportError('certificate-expired', 'old'),
    new TransportError('tls-unavailable', 'none'),
    new TransportError('tls-failed', 'HTTP'),
    new ProtocolError('not-well-formed', 'HTTP'),
    new StreamError('conflict'),
    new StreamError('host-unknown'),
    new StreamError('see-other-host', { otherHost: 'b.test' }),
  ])('tries again for ever after %s', (error) => {
    const verdict = judgeUnproven(error)
    expect(verdict).toMatchObject({ decision: 'retry', limit: Infinity })
    expect(verdict.because).not.toBe(judge(error).because)
  })

  it.each([
    new TransportError('aborted', 'stopped'),
    new StoreError('taken', 'taken'),
    new AuthenticationError('no-mechanism', 'no'),
  ])('leaves %s what it is', (error) => {
    expect(judgeUnproven(error)).toEqual(judge(error))
  })
})

describe('backoffMs()', () => {
  it('doubles its ceiling with each failure, up to the cap', () => {
    const ceiling = (failures: number) => backoffMs('backoff', failures, 0.999999)
    expect([1, 2, 3, 4].map(ceiling)).toEqual([1000, 2000, 4000, 8000])
    expect(ceiling(50)).toBe(paces.backoff.capMs)
  })

  it('can be anywhere between the floor and the ceiling', () => {
    expect(backoffMs('backoff', 5, 0)).toBe(0)
    expect(backoffMs('slow', 1, 0)).toBe(60_000)
    expect(backoffMs('restart', 9, 0.5)).toBe(30_000)
  })
})

describe('draw()', () => {
  it('spreads evenly over [0, 1) and gives the same lots for the same seed', () => {
    const lots = (seed: number) => {
      const drawn: number[] = []
      for (let next = seed; drawn.length < 1000;) {
        const lot = draw(next)
        drawn.push(lot.chance)
        next = lot.seed
      }
      return drawn
    }
    const some = lots(7)
    expect(some).toEqual(lots(7))
    expect(some).not.toEqual(lots(8))
    expect(Math.min(...some)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...some)).toBeLessThan(1)
    for (let tenth = 0; tenth < 10; tenth++) {
      const share = some.filter((chance) => Math.floor(chance * 10) === tenth).length
      expect(share).toBeGreaterThan(60)
      expect(share).toBeLessThan(150)
    }
  })
})
