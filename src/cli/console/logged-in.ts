import { firstValueFrom, map, merge, NEVER, Subject } from 'rxjs'
import type { ClientOptions } from '../../client-options.js'
import { TransportError } from '../../errors.js'
import type { Crossing } from '../../router/crossing.js'
import * as ns from '../../xml/namespaces.js'
import type { CommandContext } from '../command.js'
import { toEnding } from '../exit-codes.js'
import { halted, interrupted, settle } from '../session.js'
import { Arrivals } from './arrivals.js'
import type { ChartStates } from './chart-states.js'
import { toSessionCommands } from './session-commands.js'
import { layDesk, type SessionDesk } from './session-desk.js'
import { StanzaTyping } from './stanza-typing.js'
import { talk, type Listener } from './talk.js'
import type { WireLines } from './wire-lines.js'

/** How somebody is logged in. */
export interface LoggedInParts {
  readonly context: CommandContext
  readonly charts: ChartStates
  readonly wire: WireLines
  /** Does not connect by itself. */
  readonly isOffline: boolean
}

/** The console of a session that the engine keeps; gives the exit code. */
export async function stayLoggedIn(options: ClientOptions, parts: LoggedInParts): Promise<number> {
  const { charts, context } = parts
  const { host } = context
  const { signal } = host.interruption
  const quits = new Subject<string>()
  const arrivals = new Arrivals()
  const desk = layDesk(
    {
      ...options,
      inspect: (event) => charts.take(event),
      wire: (crossing) => watch(crossing, desk, parts.wire),
    },
    { arrivals, charts, context, quit: () => quits.next('quit') },
  )
  const { client } = desk
  const isPerson = host.stdin.isTTY === true
  let isDone = isPerson
  try {
    if (!parts.isOffline) await client.connect({ signal })
    const end = await firstValueFrom(
      merge(
        interrupted(signal),
        quits,
        isPerson ? NEVER : halted(client),
        talk(context, toListener(desk), charts).pipe(map(() => 'end')),
      ),
    )
    if (client.state.status === 'online' && !signal.aborted) {
      await settle(client, context.options.milliseconds('timeout'), signal)
    }
    isDone ||= end !== 'interrupted'
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await client.close()
  }
  return toEnding(host, isDone)
}

function watch(crossing: Crossing, { arrivals, client, context, isRaw }: SessionDesk, wire: WireLines): void {
  const { direction } = crossing
  if (isRaw || crossing.what === 'broken') wire.cross(crossing)
  else if (crossing.what === 'element' && crossing.element.namespace === ns.client) {
    const { element } = crossing
    context.report.event({ kind: 'stanza', account: client.jid.bare.toString(), direction, element })
  }
  if (direction !== 'in') return
  if (crossing.what === 'broken') return
  if (crossing.what === 'close') arrivals.end(new TransportError('closed', 'the server closed the stream'))
  else arrivals.arrive(crossing.what === 'element' ? crossing.element.name : 'stream')
}

function toListener(desk: SessionDesk): Listener {
  const { arrivals, client, people, requests, send } = desk
  const typing = new StanzaTyping()
  let contacts: readonly string[] = []
  people.roster$.subscribe((items) => (contacts = [...items.keys()]))
  return {
    commands: toSessionCommands(desk).map((command) =>
      command.name === 'wait'
        ? command
        : {
            ...command,
            run: (words, text) => {
              arrivals.forget()
              return command.run(words, text)
            },
          },
    ),
    jids: () => [...new Set([...contacts, ...requests().keys(), client.jid.domain])],
    get isOpen() {
      return typing.isOpen
    },
    take: (line) => {
      for (const stanza of typing.take(line)) {
        arrivals.forget()
        send(stanza)
      }
    },
    drop: () => typing.drop(),
  }
}
