import { describe, expect, it } from 'vitest'
import { run } from '../../src/cli/run.js'
import { connectOptions } from '../../src/cli/connect-options.js'
import { exitCodeMeanings, exitCodes, toExitCode } from '../../src/cli/exit-codes.js'
import { DefectError, TimeoutError, TransportError } from '../../src/errors.js'
import { RegistrationError } from '../../src/features/registration-error.js'
import { UnconfirmedError } from '../../src/features/unconfirmed-error.js'
import { fakeHost } from './fake-host.js'

async function cli(...words: readonly string[]) {
  const host = fakeHost({ environment: { XMPP_PASSWORD: 'canary-4711' } })
  const code = await run(words, host)
  return { code, shown: host.shown(), complained: host.complained().replaceAll(/\s+/g, ' ').trim() }
}

const jid = ['--jid', 'alice@example.test']

describe('xmpp-machines', () => {
  it('shows its version', async () => {
    expect(await cli('--version')).toEqual({ code: 0, shown: '1.2.3\n', complained: '' })
  })

  it.each([['--help'], ['help']])('shows every command and exit code with %s', async (word) => {
    const { code, shown } = await cli(word)
    expect(code).toBe(0)
    for (const name of ['demo', 'connect', 'console', 'serve', 'inspect', 'check', 'challenge', 'replay'])
      expect(shown).toMatch(new RegExp(`\n  ${name} `))
    for (const [exitCode, meaning] of exitCodeMeanings) {
      expect(shown).toMatch(new RegExp(`\n  ${exitCode} +${meaning.replaceAll(/[()]/g, '\\$&')}\n`))
    }
    expect(exitCodeMeanings.map(([exitCode]) => exitCode)).toEqual(Object.values(exitCodes))
  })

  it.each([
    [new UnconfirmedError('account-removal', new TransportError('closed', 'gone')), exitCodes.transport],
    [new UnconfirmedError('password-change', new TimeoutError('request', 'it', 1)), exitCodes.timeout],
    [new RegistrationError({ reason: 'conflict' }), exitCodes.authentication],
    [new DefectError(new Error('a bug')), exitCodes.defect],
  ])('ends after %s with %i', (error, exitCode) => {
    expect(toExitCode(error)).toBe(exitCode)
  })

  it('shows its help without a command too, and ends with 2', async () => {
    expect(await cli()).toEqual({ code: 2, shown: (await cli('--help')).shown, complained: '' })
  })

  it.each([[['connect', '--help']], [['help', 'connect']]])(
    'shows every option of a command: %j',
    async (words) => {
      const { code, shown } = await cli(...words)
      expect(code).toBe(0)
      for (const name of Object.keys(connectOptions)) expect(shown).toMatch(new RegExp(`\n  --${name}[ [=]`))
    },
  )

  it.each([
    ['demo'],
    ['connect'],
    ['console'],
    ['serve'],
    ['inspect'],
    ['check'],
    ['challenge'],
    ['replay'],
    [''],
  ])('keeps the help of "%s" within 100 columns', async (name) => {
    const { shown } = await cli(...(name === '' ? ['--help'] : [name, '--help']))
    expect(shown.split('\n').filter((line) => line.length > 100)).toEqual([])
  })

  it.each([
    [['conect'], 'There is no command conect. Did you mean connect?'],
    [['dmeo'], 'There is no command dmeo. Did you mean demo?'],
    [
      ['frobnicate'],
      'There is no command frobnicate. There are demo, connect, console, serve, inspect, check, challenge, replay; see --help.',
    ],
    [['--once'], 'A command comes first, not --once.'],
    [['connect', '--endpont', 'x'], 'There is no option --endpont. Did you mean --endpoint?'],
    [['connect', '--time', '3'], 'There is no option --time. Did you mean --timeout?'],
    [['connect', '-z'], 'There is no option -z. See --help'],
    [['connect', '--jid'], '--jid needs a value. Write --jid JID.'],
    [['connect', '--jid', '--once'], '--jid needs a value.'],
    [['connect', ...jid, '--once=1'], '--once takes no value.'],
    [['connect', ...jid, ...jid], '--jid is given twice.'],
    [['connect', 'alice@example.test'], 'There is a word too many. An address is given with --jid or --to.'],
    [['connect', ...jid, '--body', 'hello', 'there'], 'There is a word too many. Put quotes around'],
    [['connect'], 'Nobody is named to log in as. Write --jid alice@example.org.'],
    [['connect', '--jid', 'a b@c'], '--jid is no address: the localpart of "a b@c"'],
    [['connect', '--jid', 'example.test'], '--jid names no account: example.test. Write user@example.test'],
    [['connect', ...jid, '--to', '@'], '--to is no address'],
    [['connect', ...jid, '--body', 'x'], 'A message needs an addressee.'],
    [['connect', ...jid, '--to', 'b@c', '--once'], 'There is nothing to send.'],
    [['connect', ...jid, '--to', 'b@c', '--type', 'chta'], 'no type of message "chta". Did you mean chat?'],
    [['connect', ...jid, '--once', '--wait', '3'], '--once and --wait contradict each other.'],
    [['connect', ...jid, '--wait', '0'], '--wait wants seconds, not "0".'],
    [['connect', ...jid, '--timeout', 'soon'], '--timeout wants seconds, not "soon".'],
    [['connect', ...jid, '--endpoint', 'http://x'], 'Not an endpoint: "http://x"'],
    [
      ['console', ...jid, '--no-login', '--endpoint', 'xmpp://[::1]', '--endpoint', 'x'],
      'Not an endpoint: "x"',
    ],
    [['console', ...jid, '--no-login', '--endpoint', 'xmpp://127.0.0.1:99999'], 'Not an endpoint: '],
    [['connect', ...jid, '--ca', '/nowhere/ca.crt'], 'cannot be read: /nowhere/ca.crt (ENOENT).'],
    [['connect', ...jid, '--ca', '/dev/null'], '/dev/null holds no certificate.'],
    [['connect', ...jid, '--password-file', '/nowhere/p'], 'cannot be read: /nowhere/p (ENOENT).'],
    [['connect', ...jid, '--password', ''], 'The password is empty.'],
    [['connect', ...jid, '--anonymous', '--password', 'x'], 'An anonymous session takes no password.'],
    [['serve', '--port', 'http'], '--port wants a port, not "http".'],
    [['serve', '--port', '70000'], '--port wants a port, not "70000".'],
    [['serve', '--account', 'toto'], '--account wants a user and a password.'],
    [['serve', '--domain', 'not a domain'], 'The server cannot be like that:'],
    [['serve', '--ca-out', '/nowhere/ca.crt'], 'cannot be written to /nowhere/ca.crt: ENOENT.'],
  ])('refuses %j with 2 and says what to do', async (words, sentence) => {
    const { code, complained, shown } = await cli(...words)
    expect({ code, shown }).toEqual({ code: 2, shown: '' })
    expect(complained).toContain(sentence)
  })

  it.each([
    [['connect'], 'password', 'The variable XMPP_PASSWORD or --password-file is safer.'],
    [['console'], 'password', 'The variable XMPP_PASSWORD or --password-file is safer.'],
    [['check', 'xmpp://127.0.0.1:1'], 'password', 'The variable XMPP_PASSWORD or --password-file is safer.'],
    [['check', 'xmpp://127.0.0.1:1'], 'other-password', 'The variable XMPP_OTHER_PASSWORD is safer.'],
  ])('%j warns of --%s, which others see', async (words, name, advice) => {
    const { code, complained } = await cli(...words, '--jid', '@', `--${name}`, 'canary-4712')
    expect(code).toBe(exitCodes.usage)
    expect(complained).toContain(`! Others on this machine can see --${name}. ${advice}`)
    expect(complained).not.toContain('canary')
  })

  it('does not repeat a word that may be a part of a password', async () => {
    const { complained } = await cli('connect', ...jid, '--password', 'correct', 'horse')
    expect(complained).not.toMatch(/correct|horse/)
    const { complained: again } = await cli('serve', '--account', 'toto:correct', 'horse')
    expect(again).not.toMatch(/correct|horse/)
  })

  it('takes a value that begins with a hyphen', async () => {
    const { complained } = await cli('connect', '--to', '-@b', '--body', '- hello')
    expect(complained).toContain('Nobody is named to log in as.')
  })

  it('says as JSON what is wrong with the command line', async () => {
    const { code, complained, shown } = await cli('connect', '--json', '--jdi', 'x')
    expect({ code, complained }).toEqual({ code: 2, complained: '' })
    expect(JSON.parse(shown)).toMatchObject({ kind: 'error', code: 'usage', exitCode: 2 })
  })
})
