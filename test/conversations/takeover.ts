import { describe, expect, it } from 'vitest'
import { next, online } from './people.js'
import { usePrograms } from './restarts.js'
import type { ServerUnderTest } from './server-under-test.js'

const count = 60

/** A session moves to another machine by a store that both can reach. */
export function holdTakeover(
  server: ServerUnderTest,
  port: number,
  redis: { readonly url: string | undefined; readonly reason: string },
): void {
  const processes = usePrograms()

  describe(`on ${server.name}, another process`, () => {
    it('takes the session over while the first one is at it, which halts: nothing is lost or doubled', async ({
      skip,
    }) => {
      if (redis.url === undefined) skip(redis.reason)
      const bob = await online(server, 'bob')
      const first = await processes.person(server, port, bob, count)
      const second = await processes.person(server, port, bob, count)
      const options = { ...first.options, redis: redis.url }
      const { word } = options
      const expected = Array.from({ length: count }, (_, index) => `${word} ${index}`)
      const heard: string[] = []
      bob.message$.subscribe(({ body }) => {
        if (body?.startsWith(word) === true) heard.push(body)
      })
      const all = next(bob.message$, () => heard.length === count, 'all of them', 60_000)
      const say = async (from: number, to: number) => {
        for (const body of expected.slice(from, to)) {
          bob.send({ to: options.account.jid, type: 'chat', body })
          await new Promise((resolve) => setImmediate(resolve))
        }
      }

      const former = processes.run(options)
      const halt = next(former.line$, (line) => line.startsWith('halted'), 'the end of the first', 60_000)
      await next(former.line$, (line) => line === 'connected', 'the session', 30_000)
      const ten = next(former.line$, (line) => line === 'handed 10', 'ten messages', 30_000)
      await say(0, count / 2)
      await ten
      const latter = processes.run({ ...options, folder: second.options.folder })
      const resumption = next(latter.line$, (line) => line.startsWith('online'), 'the second', 30_000)
      const end = next(latter.line$, (line) => line.startsWith('done'), 'the end', 60_000)
      expect(await halt).toMatch(/^halted (?:store\.taken|stream\.conflict)$/)
      expect(await resumption).toBe('online true')
      await say(count / 2, count)
      expect(await end).toBe(`done ${count}`)
      await all
      expect(heard).toEqual(expected)
    }, 120_000)
  })
}
