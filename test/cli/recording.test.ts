import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoPassword } from '../../src/cli/demo-accounts.js'
import { parseRecording } from '../../src/inspector/index.js'
import { buildPrograms, type Programs } from '../support/build-programs.js'
import { start } from './program.js'

let programs: Programs
let folder: string
beforeAll(async () => {
  programs = await buildPrograms(['src/cli/main.ts'])
  folder = await mkdtemp(join(tmpdir(), 'xmpp-machines-recording-'))
})
afterAll(async () => {
  await programs.remove()
  await rm(folder, { recursive: true, force: true })
})

const cli = (...words: readonly string[]) => start(programs.file('src/cli/main.ts'), words).ended

describe('--record and replay', () => {
  it('write down a run for its owner alone, and tell it', async () => {
    const file = join(folder, 'demo.jsonl')
    expect(await cli('demo', '--once', '--record', file)).toMatchObject({ code: 0, stderr: '' })
    const text = await readFile(file, 'utf8')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(text).not.toContain(demoPassword)
    expect(text).not.toContain('Can you read me')
    const names = parseRecording(text).flatMap((line) => (line.kind === 'source' ? line.name : []))
    expect(names).toEqual(['toto@localhost/maison', 'tintin@localhost/bureau'])

    const told = await cli('replay', file)
    expect(told).toMatchObject({ code: 0, stderr: '' })
    expect(told.stdout).toMatch(/session session\.connect -> active\.connecting/)
    expect(told.stdout).toMatch(/#\d+ --> <stream:stream xmlns:stream=/)
    expect(told.stdout).toMatch(/✓ \d+ steps, as the charts say\n$/)

    const lines = await cli('replay', file, '--json')
    expect(lines).toMatchObject({ code: 0, stdout: text })
  })

  it('take a file that was there from all others', async () => {
    const file = join(folder, 'open.jsonl')
    await writeFile(file, 'old', { mode: 0o666 })
    await chmod(file, 0o666)
    expect(await cli('demo', '--once', '--record', file)).toMatchObject({ code: 0 })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it('tell nothing that a terminal would obey, as JSON neither', async () => {
    const file = join(folder, 'trick.jsonl')
    const source = { kind: 'source', source: 'a', name: '\u009b2J\u202e', engine: 'a', startedAt: 0 }
    await writeFile(file, `${JSON.stringify(source)}\n`)
    const { stdout } = await cli('replay', file, '--json')
    expect(stdout).not.toMatch(/[\u0080-\u009f]|\p{Bidi_Control}/u)
    expect(JSON.parse(stdout)).toEqual(source)
    expect((await cli('replay', file)).stdout).not.toMatch(/[\u0080-\u009f]|\p{Bidi_Control}/u)
  })

  it('say where a run left the charts', async () => {
    const file = join(folder, 'demo.jsonl')
    const text = await readFile(file, 'utf8')
    const changed = join(folder, 'changed.jsonl')
    await writeFile(changed, text.replace('"value":"awaitingFeatures"', '"value":"securing"'))
    const { code, stdout } = await cli('replay', changed)
    expect(code).toBe(9)
    expect(stdout).toMatch(/✗ session\/connection at xstate\.done\.actor\.openStream/)
  })

  it('say where there is no room for a recording', async () => {
    const { code, stderr } = await cli('demo', '--once', '--record', '/dev/full')
    expect({ code, said: stderr.replaceAll(/\s+/g, ' ') }).toMatchObject({
      code: 2,
      said: expect.stringContaining('The recording cannot be written: /dev/full (ENOSPC). Check what room'),
    })
    // At once, too, and no more than once.
    expect(stderr.match(/The recording ends here: \/dev\/full \(ENOSPC\)\./g)).toHaveLength(1)
    expect(stderr.indexOf('ends here')).toBeLessThan(stderr.indexOf('cannot be written'))
  })

  it('say which line of a file is no recording', async () => {
    const file = join(folder, 'none.jsonl')
    await writeFile(file, '{"kind":"source"}\n')
    const { code, stderr } = await cli('replay', file)
    expect({ code, said: stderr.replaceAll(/\s+/g, ' ') }).toMatchObject({
      code: 2,
      said: expect.stringContaining('is no recording: line 1 is no line of a recording.'),
    })
  })

  it('say that a recording cannot be written', async () => {
    const { code, stderr } = await cli('demo', '--once', '--record', join(folder, 'missing', 'demo.jsonl'))
    expect({ code, said: stderr.replaceAll(/\s+/g, ' ') }).toMatchObject({
      code: 2,
      said: expect.stringContaining('The recording cannot be written'),
    })
  })
})
