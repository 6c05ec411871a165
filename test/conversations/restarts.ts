import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Observable, share } from 'rxjs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from '../../src/client.js'
import { buildPrograms, type Programs } from '../support/build-programs.js'
import { createLots } from '../support/fault-plan.js'
import type { StoredPersonOptions } from '../support/stored-person-options.js'
import { everybodyLeaves, next, online, tag } from './people.js'
import { saidTo, toGuests } from './room-guests.js'
import type { ServerUnderTest } from './server-under-test.js'

const program = 'test/support/stored-person.ts'
const inRoom = 'test/support/room-person.ts'
const kills = 7
/** Nobody listens there. */
const nowhere = 'xmpps://127.0.0.1:1'
/** Messages, each way, from one kill to the next. */
const each = 24

/** A session comes through the end of its process, whenever that comes; held on each server that manages streams. */
export function holdRestarts(server: ServerUnderTest, port: number): void {
  const processes = usePrograms()
  const { enters, newRoom } = toGuests(server)

  describe(`on ${server.name}, a process`, () => {
    it(`killed ${kills} times loses no message, hears none twice and keeps their order`, async () => {
      const bob = await online(server, 'bob')
      const { options, read } = await processes.person(server, port, bob, kills * each)
      const expected = Array.from({ length: options.count }, (_, index) => `${options.word} ${index}`)
      const heard: string[] = []
      bob.message$.subscribe(({ body }) => {
        if (body?.startsWith(options.word) === true) heard.push(body)
      })
      const all = next(bob.message$, () => heard.length === options.count, 'all of them', 110_000)
      const sessions: string[] = []
      const lots = createLots(1)
      for (let life = 0; life < kills; life += 1) {
        const { child, line$ } = processes.run(options)
        line$.subscribe((line) => line.startsWith('online') && sessions.push(line))
        const last = life * each + 3 + lots.below(each - 6)
        const isDue = next(line$, (line) => isHanded(line, last), `message ${last}`, 30_000)
        await next(line$, (line) => line === 'connected', 'the session', 30_000)
        for (const body of expected.slice(life * each, (life + 1) * each)) {
          bob.send({ to: options.account.jid, type: 'chat', body })
          await new Promise((resolve) => setImmediate(resolve))
        }
        await isDue
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      const { line$ } = processes.run(options)
      const end = await next(line$, (line) => line.startsWith('done'), 'the end', 60_000)
      await all
      expect(heard).toEqual(expected)
      expect(await read('heard')).toEqual(expected)
      expect(end).toBe(`done ${options.count}`)
      expect(sessions.filter((line) => line.startsWith('online true')).length).toBeGreaterThan(0)
    }, 180_000)

    it(`killed ${2 * kills} times says in a room each word once, whoever looks at no names`, async () => {
      const jid = newRoom()
      const bob = await enters('bob', jid)
      const { options } = await processes.person(server, port, bob.client, kills * each)
      const words = Array.from({ length: options.count }, (_, index) => `${options.word} ${index}`)
      const heard = saidTo(bob, options.word)
      const lots = createLots(2)
      const lives: string[] = []
      const live = (more: Partial<StoredPersonOptions> = {}) => {
        const { child, line$ } = processes.run({ ...options, ...more, to: jid }, inRoom)
        line$.subscribe((line) => lives.push(line))
        return { child, line$, gone: once(child, 'exit') }
      }
      const account = { ...options.account, endpoint: nowhere }
      for (let life = 0; life < kills; life += 1) {
        // One that gets nowhere before the end comes, and one that is let in.
        expect(await live({ account, last: 3 }).gone).toEqual([null, 'SIGKILL'])
        const { child, gone, line$ } = live()
        const last = life * each + 3 + lots.below(each - 6)
        await next(line$, (line) => isHanded(line, last), `word ${last}`, 30_000)
        child.kill('SIGKILL')
        await gone
      }
      await next(live().line$, (line) => line === 'done', 'the end', 60_000)
      expect(heard).toEqual(words)
      expect(lives.filter((line) => /^restored \w+ (?:[3-9]|\d\d)/.test(line)).length).toBeGreaterThanOrEqual(
        kills,
      )
    }, 180_000)
  })
}

const isHanded = (line: string, number: number) => {
  const [word, count] = line.split(' ')
  return word === 'handed' && Number(count) >= number
}

/** People in processes of their own, for as long as the tests of a file. */
export function usePrograms() {
  let programs: Programs | undefined
  const folders: string[] = []
  const children: ChildProcess[] = []
  beforeAll(async () => {
    programs = await buildPrograms([program, inRoom])
  })
  afterAll(() => programs?.remove())
  afterEach(async (context) => {
    await everybodyLeaves(context)
    for (const child of children.splice(0)) child.kill('SIGKILL')
    await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })))
  })

  /** Starts somebody, who says line by line what happens. */
  const run = (options: StoredPersonOptions, source = program) => {
    const child = spawn(process.execPath, [programs?.file(source) ?? '', JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    const line$ = new Observable<string>((subscriber) => {
      createInterface({ input: child.stdout })
        .on('line', (line) => subscriber.next(line))
        .on('close', () => subscriber.complete())
    }).pipe(share({ resetOnRefCountZero: false }))
    return { child, line$ }
  }

  /** What alice is told to say to somebody, and what she writes down herself. */
  const person = async (server: ServerUnderTest, port: number, to: Client, count: number) => {
    const folder = await mkdtemp(join(tmpdir(), 'xmpp-machines-restarts-'))
    folders.push(folder)
    const word = tag()
    const options: StoredPersonOptions = {
      account: {
        jid: `alice@${server.domain}/${word}`,
        password: server.password,
        endpoint: `xmpps://127.0.0.1:${port}`,
        tls: { ca: server.ca },
      },
      folder,
      word,
      to: to.state.status === 'online' ? to.state.jid : '',
      count,
    }
    const read = async (file: string) =>
      (await readFile(join(folder, file), 'utf8').catch(() => '')).split('\n').filter(Boolean)
    return { options, read }
  }
  return { person, run }
}
