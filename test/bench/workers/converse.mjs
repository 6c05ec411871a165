// One client that talks as it is told, until it is told to stop or killed, and says what it hears.
import { Socket } from 'node:net'

const input = JSON.parse(process.argv[2] ?? '{}')
const said = []
/** What is said in one turn is told together. */
const say = (word, body) => {
  if (said.push([word, body]) === 1) setImmediate(tell)
}
const tell = () => process.connected && process.send(said.splice(0))

const { talk } = await import(`./talkers/${input.client}.mjs`)
const talker = talk(input, {
  online: () => say('online'),
  arrived: (body) => say('arrived', body),
  recalled: (body) => say('recalled', body),
  recognized: (body) => say('recognized', body),
  confirmed: (body) => say('confirmed', body),
  failed: (body) => say('failed', body),
})

// What a client throws where no app can catch it would end the process; an app would rather have the conversation.
for (const kind of ['uncaughtException', 'unhandledRejection']) {
  process.on(kind, (error) => say('uncaught', String(error)))
}

const deeds = {
  send: (body) => {
    const taken = talker.send(input.to, body)
    if (!(taken instanceof Promise)) say('sent', body)
    else void taken.then(() => say('sent', body))
  },
  /** Every client's socket is found in the same way, and none is asked for it. */
  destroy: () => {
    for (const handle of Reflect.get(process, '_getActiveHandles').call(process)) {
      if (handle instanceof Socket && handle.remotePort === input.port) handle.destroy()
    }
  },
  close: () => process.exit(0),
}
process.on('message', (told) => {
  for (const [word, body] of told) deeds[word](body)
})
process.on('disconnect', () => process.exit(0))
