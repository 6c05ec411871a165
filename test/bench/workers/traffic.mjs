// One client that is online: CPU per message sent, received and in a chat, or the time of a ping-pong.
import { performance } from 'node:perf_hooks'
import { cpuMs, finish, hear, input, say, turn } from './parent.mjs'

/** As many may be on their way: what piles up in a queue costs garbage collection, whoever made the queue. */
const window = 500

const { login } = await import(`./clients/${input.client}.mjs`)
const client = await login(input)

const deeds = { send, receive, ping, chat }
const figures = await deeds[input.deed]()
void client.close()
finish(figures)

/** Sends `burst` messages a turn of the event loop; every phase ends when the other side has them all. */
async function send() {
  const { to } = input
  const figures = {}
  for (const phase of input.phases) {
    const { burst, name } = phase
    figures[name] = await cost(phase, async (count) => {
      for (let sent = 1; sent <= count; sent++) {
        void client.send(to, `message ${sent} of many: see you at the station at nine, é?`)
        if (sent % burst === 0) await turn()
        if (sent % window > 0 && sent < count) continue
        // What a slice leaves behind would add up to a server that is ever further behind.
        say('sent', { count: sent % window || window })
        await hear('arrived')
      }
    })
  }
  return figures
}

/** Receives `count` messages, at `pace` a second or, where that is 0, as fast as they come. */
async function receive() {
  let missing = 0
  let settle = () => {}
  client.onBody((body) => {
    if (body === undefined) return
    missing--
    if (missing === 0) settle()
  })
  const figures = {}
  for (const phase of input.phases) {
    const { name, pace } = phase
    figures[name] = await cost(phase, async (count) => {
      missing = count
      const all = new Promise((resolve) => {
        settle = resolve
      })
      say('want', { count, pace })
      await all
    })
  }
  return figures
}

/** Two who talk without a pause: each is seen typing before every message, so that an exchange is four stanzas. */
async function chat() {
  const conversation = client.chat(input.to)
  let settle = () => {}
  conversation.onBody(() => settle())
  const figures = {}
  for (const phase of input.phases) {
    const exchange = await cost(phase, async (count) => {
      for (let said = 0; said < count; said++) {
        const answered = new Promise((resolve) => {
          settle = resolve
        })
        conversation.typing()
        conversation.send(`message ${said} of many: see you at the station at nine, é?`)
        await answered
        await turn()
      }
    })
    figures[phase.name] = exchange / 4
  }
  return figures
}

/**
 * Microseconds of CPU for each of `count`, done in `slices`: before every one the others have their turn. What this process does
 * while it rests counts, since that is left over from its work.
 */
async function cost({ count, slices = 1 }, work) {
  const start = process.cpuUsage()
  for (let slice = 0; slice < slices; slice++) {
    say('ready')
    await hear('go')
    await work(count / slices)
    say('rests')
  }
  return (cpuMs(start) * 1000) / count
}

/** The median of `count` round trips to a peer that answers at once, after as many that do not count. */
async function ping() {
  const { count, to } = input
  let settle = () => {}
  client.onBody((body) => {
    if (body !== undefined) settle()
  })
  const times = []
  for (let sent = 0; sent < 2 * count; sent++) {
    const answered = new Promise((resolve) => {
      settle = resolve
    })
    const start = performance.now()
    void client.send(to, `ping ${sent}`)
    await answered
    times.push(performance.now() - start)
    await turn()
  }
  const counted = times.slice(count).sort((a, b) => a - b)
  return { p50: counted[count >> 1] }
}
