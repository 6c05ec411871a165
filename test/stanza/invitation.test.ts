import { describe, expect, it } from 'vitest'
import { parseInvitation, xml } from '../../src/index.js'
import {
  isInvitationCommand,
  parseIssuedInvitation,
  toInvitationCommand,
  toIssuedInvitation,
} from '../../src/stanza/invitation.js'
import { formTypeOf, parseDataForm } from '../../src/stanza/data-form.js'
import * as ns from '../../src/xml/namespaces.js'
import { readFrame } from '../../src/xml/frame-reader.js'

const read = (uri: string) => {
  const { token, account, inviter } = parseInvitation(uri) ?? {}
  return [token, account?.toString(), inviter?.toString()]
}

describe('parseInvitation()', () => {
  it.each([
    ['xmpp:juliet@example.com?register;preauth=TOKEN', ['TOKEN', 'juliet@example.com', undefined]],
    ['xmpp:example.com?register;preauth=TOKEN', ['TOKEN', 'example.com', undefined]],
    ['xmpp:romeo@example.com?roster;preauth=TOKEN;ibr=y', ['TOKEN', 'example.com', 'romeo@example.com']],
    ['xmpp:romeo@example.com?roster;ibr=n;preauth=TOKEN', ['TOKEN', undefined, 'romeo@example.com']],
    [
      'XMPP://me@home.example/nasty%23!@example.com?register;preauth=a%3Db%3B',
      ['a=b;', 'nasty#!@example.com', undefined],
    ],
    ['xmpp:example.com?register;preauth=a=b;name=Juliet#x', ['a=b', 'example.com', undefined]],
  ])('reads %s', (uri, invitation) => {
    expect(read(uri)).toEqual(invitation)
  })

  it.each([
    'xmpp:example.com?register',
    'xmpp:example.com?register;preauth=',
    'xmpp:example.com?register;preauth=%E0',
    'xmpp:example.com?message;preauth=TOKEN',
    'xmpp:@example.com?register;preauth=TOKEN',
    'xmpp:%?register;preauth=TOKEN',
    'https://example.com/invite/#TOKEN',
  ])('refuses %s', (uri) => {
    expect(parseInvitation(uri)).toBeUndefined()
  })
})

describe('the command that makes an invitation (XEP-0401 §3.1)', () => {
  it('is asked for and answered as the specification shows', () => {
    expect(isInvitationCommand(toInvitationCommand())).toBe(true)
    expect(isInvitationCommand(xml('command', ns.commands, { node: 'urn:other' }))).toBe(false)
    const answer =
      readFrame(`<command xmlns='http://jabber.org/protocol/commands' node='urn:xmpp:invite#invite' status='completed'>
      <x xmlns='jabber:x:data' type='result'>
        <field type='hidden' var='FORM_TYPE'><value>urn:xmpp:invite#invitation</value></field>
        <field type='text-single' var='uri'><value>xmpp:inviter@example.com?roster;preauth=TOKEN;ibr=y</value></field>
        <field type='text-single' var='landing-url'><value>https://example.com/invite/#TOKEN</value></field>
        <field type='text-single' var='expire'><value>2017-11-06T02:56:15Z</value></field>
      </x></command>`)
    const issued = parseIssuedInvitation(answer)
    expect(issued).toMatchObject({
      token: 'TOKEN',
      account: { domain: 'example.com' },
      inviter: { local: 'inviter' },
      url: 'https://example.com/invite/#TOKEN',
      expires: Date.UTC(2017, 10, 6, 2, 56, 15),
    })
    if (issued === undefined) throw new TypeError('no invitation')
    const written = toIssuedInvitation(issued)
    expect(parseIssuedInvitation(written)).toEqual(issued)
    const [form] = written.elements('x', ns.dataForm).map(parseDataForm)
    expect(form && formTypeOf(form)).toBe('urn:xmpp:invite#invitation')
  })

  it.each([
    xml('command', ns.commands, { node: 'urn:xmpp:invite#invite', status: 'executing' }),
    xml('command', ns.commands, { node: 'urn:xmpp:invite#invite', status: 'completed' }),
    toIssuedInvitation({ uri: 'https://example.com/', url: undefined, expires: undefined }),
    xml('query', ns.register),
  ])('is no invitation otherwise', (element) => {
    expect(parseIssuedInvitation(element)).toBeUndefined()
  })
})
