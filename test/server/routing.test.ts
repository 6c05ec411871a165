import { describe, expect, it } from 'vitest'
import {
  routeIq,
  routeMessage,
  routePresence,
  type AddresseeFacts,
  type Route,
} from '../../src/server/routing.js'

const types = ['normal', 'chat', 'groupchat', 'headline', 'error'] as const

/** `desk:1 phone:-1 tv` is two available resources with their priorities, and one that is only connected. */
function facing(resources: string, resource?: string): AddresseeFacts {
  return {
    exists: true,
    resource,
    resources: resources
      .split(' ')
      .filter((part) => part !== '')
      .map((part) => {
        const [name = '', priority] = part.split(':')
        return { resource: name, priority: priority === undefined ? undefined : Number(priority) }
      }),
  }
}

const nobody = (resource?: string): AddresseeFacts => ({ exists: false, resource, resources: [] })

const show = (route: Route): string => (route.kind === 'deliver' ? route.resources.join('+') : route.kind)

describe('routeMessage()', () => {
  it.each([
    ['nobody', nobody(), 'refuse refuse refuse refuse ignore'],
    ['nobody’s resource', nobody('desk'), 'refuse refuse refuse refuse ignore'],
    ['an account that is away', facing(''), 'store store refuse ignore ignore'],
    ['a resource that is only connected', facing('tv'), 'store store refuse ignore ignore'],
    ['one that wants no messages', facing('desk:-1'), 'store store refuse ignore ignore'],
    ['one available resource', facing('desk:0'), 'desk desk refuse desk ignore'],
    ['one available beside one that wants none', facing('desk:0 phone:-5'), 'desk desk refuse desk ignore'],
    ['two priorities', facing('desk:1 phone:5'), 'phone phone refuse desk+phone ignore'],
    ['two alike', facing('desk:5 phone:5 tv:0'), 'desk+phone desk+phone refuse desk+phone+tv ignore'],
    ['a full JID', facing('desk:1 phone:5', 'desk'), 'desk desk desk desk desk'],
    ['a full JID of negative priority', facing('desk:-1', 'desk'), 'desk desk desk desk desk'],
    ['a full JID that is only connected', facing('desk', 'desk'), 'desk desk desk desk desk'],
    ['a full JID that is gone', facing('phone:1', 'desk'), 'refuse phone refuse ignore ignore'],
    ['a full JID of an account that is away', facing('', 'desk'), 'refuse store refuse ignore ignore'],
  ])('to %s (RFC 6121 §8.5)', (_, addressee, expected) => {
    expect(types.map((type) => show(routeMessage(type, addressee))).join(' ')).toBe(expected)
  })
})

describe('routePresence()', () => {
  it.each([
    ['nobody', nobody(), 'ignore'],
    ['an account that is away', facing('tv'), 'ignore'],
    ['every available resource, whatever its priority', facing('desk:1 phone:-1 tv'), 'desk+phone'],
    ['a full JID', facing('desk:1 tv', 'tv'), 'tv'],
    ['a full JID that is gone', facing('desk:1', 'tv'), 'ignore'],
  ])('to %s', (_, addressee, expected) => {
    expect(show(routePresence(addressee))).toBe(expected)
  })
})

describe('routeIq()', () => {
  it.each([
    ['nobody', nobody(), 'refuse ignore'],
    ['nobody’s resource', nobody('desk'), 'refuse ignore'],
    ['an account', facing('desk:1'), 'serve ignore'],
    ['an account that is away', facing(''), 'serve ignore'],
    ['a full JID', facing('desk', 'desk'), 'desk desk'],
    ['a full JID that is gone', facing('phone:1', 'desk'), 'refuse ignore'],
  ])('to %s', (_, addressee, expected) => {
    expect(`${show(routeIq('request', addressee))} ${show(routeIq('answer', addressee))}`).toBe(expected)
  })
})
