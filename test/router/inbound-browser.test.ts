import { expect, it } from 'vitest'
import { createInbound } from '../../src/router/inbound-browser.js'
import { createTransportPair } from '../../src/transport/memory.js'
import * as ns from '../../src/xml/namespaces.js'

const silent = { opened: () => {}, element: () => {}, closed: () => {}, failed: () => {} }

it('createInbound() of browsers reads frames', () => {
  const { client } = createTransportPair({ framing: 'frames' })
  const opened: unknown[] = []
  const inbound = createInbound(client, { ...silent, opened: ({ id }) => opened.push(id) })
  inbound.write(`<open xmlns='${ns.framing}' id='s1' version='1.0'/>`)
  expect(opened).toEqual(['s1'])
})

it('createInbound() of browsers refuses a transport of bytes, and says what it wants', () => {
  const { client } = createTransportPair({ framing: 'bytes' })
  expect(() => createInbound(client, silent)).toThrow(TypeError)
  expect(() => createInbound(client, silent)).toThrow('give a transport that has them')
})
