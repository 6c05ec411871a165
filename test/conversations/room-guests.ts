import type { ClientOptions } from '../../src/client-options.js'
import {
  muc,
  type Client,
  type JoinOptions,
  type MucFeature,
  type MucOptions,
  type Occupant,
  type OccupantChange,
  type Room,
  type RoomMessage,
} from '../../src/index.js'
import { next, person, tag } from './people.js'
import type { ServerUnderTest } from './server-under-test.js'

/** Somebody at a room, in or out. */
export interface Guest {
  readonly client: Client
  readonly rooms: MucFeature
  readonly room: Room
  /** Everything that was said to everybody, as `nickname: body`, in order. */
  readonly heard: readonly string[]
}

/** How a guest comes. */
export interface Coming {
  readonly options?: Partial<ClientOptions>
  readonly muc?: MucOptions
}

/** Where the server's users meet in rooms, each of which nobody has seen before. */
export function toGuests(server: ServerUnderTest) {
  const newRoom = (): string => `${tag()}@conference.${server.domain}`

  /** Online, and outside. */
  const guest = async (user: string, jid: string, coming: Coming = {}): Promise<Guest> => {
    const client = person(server, user, coming.options)
    const rooms = client.use((host) => muc(host, coming.muc))
    const room = rooms.room(jid)
    const heard: string[] = []
    room.message$.subscribe(({ body, nickname }) => heard.push(`${nickname}: ${body}`))
    await client.connect()
    return { client, rooms, room, heard }
  }

  /** In, under the name of the account where no other is wished. */
  const enters = async (
    user: string,
    jid: string,
    { muc, options, ...door }: Partial<JoinOptions> & Coming = {},
  ): Promise<Guest> => {
    const one = await guest(user, jid, { ...(muc && { muc }), ...(options && { options }) })
    await one.room.join({ nickname: user, ...door })
    return one
  }

  /** Two of them in a new room, which the first has made. */
  const meet = async (door: Partial<JoinOptions> = {}) => {
    const jid = newRoom()
    const alice = await enters('alice', jid, door)
    const bob = await enters('bob', jid)
    return { jid, alice, bob }
  }

  return { enters, guest, meet, newRoom }
}

/** Somebody in a room, as soon as they are seen so. */
export const sees = async (
  { room }: Guest,
  nickname: string,
  fits: (occupant: Occupant) => boolean = () => true,
): Promise<Occupant> => {
  const isSo = (occupant: Occupant | undefined): occupant is Occupant =>
    occupant !== undefined && fits(occupant)
  const all = await next(room.occupants$, (occupants) => isSo(occupants.get(nickname)), `${nickname} as seen`)
  const occupant = all.get(nickname)
  if (occupant === undefined) throw new Error(`${nickname} is not there`)
  return occupant
}

export const seesGo = ({ room }: Guest, nickname: string): Promise<OccupantChange> =>
  next(
    room.occupantChange$,
    (change) => change.kind === 'left' && change.occupant.nickname === nickname,
    `the way out of ${nickname}`,
  )

export const hears = ({ room }: Guest, body: string): Promise<RoomMessage> =>
  next(room.message$, (message) => message.body === body, body)

/** Says something, and waits until each of them has heard it: whatever came before has come. */
export async function rounds(speaker: Guest, ...hearers: readonly Guest[]): Promise<string> {
  const word = tag()
  const all = [speaker, ...hearers].map((each) => hears(each, word))
  speaker.room.send(word)
  await Promise.all(all)
  return word
}

/** What is said to everybody and begins so, as it comes to this one: repeats, which the client itself passes over, included. */
export function saidTo({ client }: Guest, word: string): readonly string[] {
  const said: string[] = []
  client.stanza$.subscribe((stanza) => {
    const body = stanza.child('body')?.text()
    if (stanza.attribute('type') === 'groupchat' && body?.startsWith(word) === true) said.push(body)
  })
  return said
}

/** Why one is out, once one is. */
export const isOut = async ({ room }: Guest) => {
  const state = await next(room.state$, ({ status }) => status === 'outside', 'the way out')
  return state.status === 'outside' ? state.exit : undefined
}
