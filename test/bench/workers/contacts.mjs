// One client with a large contact list: CPU for each contact of it, then for each presence of a flood.
import { cpuMs, finish, hear, input, pause, say } from './parent.mjs'

const { login } = await import(`./clients/${input.client}.mjs`)
const client = await login(input)
// The roster of the login is still on its way for some: an empty one, which does not count.
await pause(200)
say('settled')
await hear('filled')

finish({ ...(await roster()), ...(await presence()) })

/** Asks for the list again and again; the first time the engine has compiled nothing of it yet. */
async function roster() {
  const first = await askForRoster()
  const later = []
  for (let round = 0; round < input.later; round++) later.push(await askForRoster())
  later.sort((a, b) => a - b)
  return { first, later: later[later.length >> 1] }
}

/** Microseconds of CPU for each contact. */
async function askForRoster() {
  const start = process.cpuUsage()
  const size = await client.roster()
  const cpu = cpuMs(start)
  if (size !== input.contacts) throw new Error(`${size} contacts came, not ${input.contacts}`)
  return (cpu * 1000) / size
}

/** Everybody comes, then everybody changes. */
async function presence() {
  let missing = 0
  let settle = () => {}
  client.onPresence(() => {
    missing--
    if (missing === 0) settle()
  })
  const figures = {}
  for (const [round, name] of ['come', 'change'].entries()) {
    missing = input.contacts
    const all = new Promise((resolve) => {
      settle = resolve
    })
    const start = process.cpuUsage()
    say('flood', { round })
    await all
    figures[name] = (cpuMs(start) * 1000) / input.contacts
  }
  return figures
}
