import { Repeats } from '../../src/router/repeats.js'
import { parseMessage } from '../../src/stanza/message.js'
import { readFrame } from '../../src/xml/frame-reader.js'
import { enterFarEnd, type FarEnd, type FarEndPlace } from './far-end.js'
import { TallySheet, type Tally } from './tally.js'

/** The client whose line fails. */
export interface Talker {
  send(body: string): void
  /** Destroys the socket that it talks through, from within. */
  destroySocket(): void
  close(): Promise<void>
}

/** What a talker tells. */
export interface TalkerEvents {
  /** It can talk, for the first time or again. */
  readonly online: () => void
  readonly arrived: (body: string) => void
  /** An earlier process of it has had this one, whether it still came to say so or not. */
  readonly recalled: (body: string) => void
  /** This one came again, and was kept from the app. */
  readonly recognized: (body: string) => void
  /** It has been given this to send. */
  readonly sent: (body: string) => void
  /** It says that the server has this one. */
  readonly confirmed: (body: string) => void
  /** It says that this one has not reached the server, or never will. */
  readonly failed: (body: string) => void
}

/** Messages in each direction with at most one incident among them; the next part begins when the client is back. */
export interface Part {
  readonly messages: number
  readonly incident?: Incident | undefined
}

/** What happens to a conversation. */
export interface Incident {
  /** How many messages of its part go before it. */
  readonly after: number
  /** Resolves when it has happened, with the time at which the client could have been back; `undefined` if it may stay. */
  readonly strike: (stage: Stage) => Promise<number | undefined>
  /** Ends what lasts as long as the part does. */
  readonly subside?: (stage: Stage) => void
  /** Done once the client is back, or was waited for long enough. */
  readonly recover?: (stage: Stage) => Promise<void>
}

/** What an incident may lay hands on. */
export interface Stage {
  readonly talker: Talker
  /** Puts another in the talker's place. */
  replaceTalker(): Promise<void>
  /**
   * Takes the other side away, in order and when all it has said is heard, or should have been, and brings it back: whatever
   * is on its way inside of a server that ends is lost with it.
   */
  farEndLeaves(): Promise<void>
  farEndReturns(): Promise<void>
}

export interface Conversation {
  readonly talkerJid: string
  readonly startTalker: (events: TalkerEvents) => Promise<Talker>
  readonly farEnd: FarEndPlace
  /** The other side knows what comes again as the talker does, by the same means: its app is not given that. */
  readonly knowsRepeats: boolean
  readonly parts: readonly Part[]
  /** How long a client is waited for, in milliseconds. */
  readonly backLimitMs: number
}

/** How a conversation went, from the client to the other side and back. */
export interface Outcome {
  readonly up: Tally
  readonly down: Tally
  /** Milliseconds to be back, of each incident that the client came back from. */
  readonly backMs: readonly number[]
  /** How often it did not, in time. */
  readonly missed: number
  /** What was said to the client and has not come. */
  readonly unheard: readonly string[]
}

/** How long a client is waited for at first: what is measured begins then. */
const startLimitMs = 90_000
/** So many messages of each direction are on their way at most, before an incident. */
const windowLimit = 40
/** How long a message that keeps others waiting is waited for, once in a part, in milliseconds. */
const lagLimitMs = 1000
/**
 * How long the other side's echo is waited for, in milliseconds, and how often it is asked for: a minute, since whoever reads an
 * archive first may be given page after page that is of no news here.
 */
const echoMs = 5000
const echoTries = 12
/** How long a client that is back may take to be told that the server has all, in milliseconds; some never are. */
const confirmLimitMs = 20_000
/** Silence after which those that are missing are no longer waited for, between two parts. */
const lullMs = 300
/** Messages that are sent without a pause between them. */
const burst = 5
const burstMs = 4

/** Whoever was not back in time so often is spared all further incidents. */
const missedLimit = 3

/** Lets both sides talk at the same time while incidents happen, and counts what arrives. */
export async function holdConversation(conversation: Conversation): Promise<Outcome> {
  const { backLimitMs, farEnd: place, knowsRepeats, parts, startTalker, talkerJid } = conversation
  const up = new TallySheet()
  const down = new TallySheet()
  const mark = Math.random().toString(36).slice(2, 8)
  const news = createNews()
  let onlineMs = Number.NEGATIVE_INFINITY
  let heardMs = performance.now()
  /** Words that the other side says back: whoever hears them has heard all that came before them. */
  const echoed = new Set<string>()
  const arrived = (sheet: TallySheet, way: string, body: string) => {
    if (body.startsWith(`${mark}e`)) {
      if (way === 'u') sayBack(body)
      else echoed.add(body)
      news.tell()
    }
    const number = numberIn(body, `${mark}${way}`)
    if (number === undefined) return
    heardMs = performance.now()
    sheet.arrive(number)
    news.tell()
  }
  const noted = (body: string, note: (number: number) => void) => {
    const number = numberIn(body, `${mark}u`)
    if (number !== undefined) note(number)
  }
  const events: TalkerEvents = {
    online: () => {
      onlineMs = performance.now()
      news.tell()
    },
    arrived: (body) => arrived(down, 'd', body),
    recalled: (body) => {
      const number = numberIn(body, `${mark}d`)
      if (number !== undefined) down.recall(number)
    },
    recognized: (body) => {
      if (numberIn(body, `${mark}d`) !== undefined) down.recognize()
    },
    sent: (body) => noted(body, (number) => up.send(number)),
    confirmed: (body) => noted(body, (number) => up.confirm(number)),
    failed: (body) => noted(body, (number) => up.fail(number)),
  }
  const enter = () =>
    enterFarEnd(place, {
      arrived: (body, text) => {
        if (!knowsRepeats || !isRepeat(text)) arrived(up, 'u', body)
        else if (numberIn(body, `${mark}u`) !== undefined) up.recognize()
      },
      bounced: (id) => {
        const number = numberIn(id, `${mark}d`)
        if (number !== undefined) down.fail(number)
      },
    })

  const repeats = new Repeats()
  const isRepeat = (text: string): boolean => {
    const message = parseMessage(readFrame(text.replace('<message', "<message xmlns='jabber:client'")))
    return message.kind === 'message' && repeats.has(message, { bare: `${place.user}@${place.domain}` })
  }
  let farEnd: FarEnd | undefined = await enter()
  const held: string[] = []
  let said = 0
  const sayBack = (body: string) => {
    if (farEnd === undefined) held.push(body)
    else sayNow(farEnd, body)
  }
  const sayNow = (from: FarEnd, body: string) => {
    if (numberIn(body, `${mark}d`) !== undefined) said++
    from.send(talkerJid, body)
  }
  let talker = await startTalker(events)
  const stage: Stage = {
    get talker() {
      return talker
    },
    replaceTalker: async () => {
      talker = await startTalker(events)
    },
    farEndLeaves: async () => {
      const leaving = farEnd
      farEnd = undefined
      await leaving?.settle()
      await leaving?.leave()
      await news.until(() => down.arrived >= said, echoMs)
    },
    farEndReturns: async () => {
      const returned = await enter()
      // What was kept for it comes first.
      await returned.settle()
      farEnd = returned
      for (const body of held.splice(0)) sayNow(farEnd, body)
    },
  }

  const backMs: number[] = []
  let missed = 0
  let number = 0
  const missing = () => Math.max(number - up.arrived, number - down.arrived)
  const talk = async ({ incident, messages }: Part) => {
    const given = missing()
    let keepsUp = true
    let striking: Promise<number | undefined> | undefined
    for (let index = 0; index < messages; index++) {
      if (index === incident?.after && missed < missedLimit) striking = incident.strike(stage)
      if (striking === undefined && keepsUp) {
        keepsUp = await news.until(() => missing() - given < windowLimit, lagLimitMs)
      }
      talker.send(`${mark}u${number}`)
      down.send(number)
      sayBack(`${mark}d${number}`)
      number++
      if (number % burst === 0) await pause(burstMs)
    }
    const possibleMs = await striking
    incident?.subside?.(stage)
    if (possibleMs === undefined) return
    if (await news.until(() => onlineMs > possibleMs, backLimitMs)) backMs.push(onlineMs - possibleMs)
    else missed++
    if (incident?.recover !== undefined) {
      await news.until(() => up.isConfirmed, confirmLimitMs)
      await incident.recover(stage)
    }
    await news.until(() => missing() === 0 || performance.now() - heardMs > lullMs, backLimitMs)
  }
  /** Sends a word until it comes back, or nothing has for long, though the server has time; whether it did. */
  const echo = async (word: string, isEnough: () => boolean): Promise<boolean> => {
    const said = `${mark}e${word}`
    const isOver = () => echoed.has(said) || isEnough()
    for (let silent = 0; silent < echoTries && !isOver(); silent++) {
      const before = up.arrived + down.arrived
      talker.send(said)
      await news.until(isOver, echoMs)
      await farEnd?.settle()
      if (up.arrived + down.arrived > before) silent = 0
    }
    return echoed.has(said)
  }
  try {
    if (!(await news.until(() => onlineMs > 0, startLimitMs)))
      throw new Error('the client did not come online')
    // Who has just come may be missed; from the answer on, each is there for the other.
    await farEnd.settle()
    if (!(await echo('hello', () => false))) throw new Error('the two sides did not meet')
    for (const part of parts) await talk(part)
    const isComplete = () => up.isComplete && down.isComplete
    await echo('farewell', isComplete)
    await news.until(() => isComplete() || performance.now() - heardMs > lullMs, backLimitMs)
    const unheard = down.lost.map((lost) => `${mark}d${lost}`)
    return { up: up.tally, down: down.tally, backMs, missed, unheard }
  } finally {
    await talker.close()
    await farEnd?.leave()
  }
}

function numberIn(body: string, mark: string): number | undefined {
  return body.startsWith(mark) ? Number(body.slice(mark.length)) : undefined
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

const lookMs = 50

/** Waits for what news may have changed, and looks now and then for what only time does. */
function createNews() {
  let wake = () => {}
  return {
    tell: () => wake(),
    until: async (isSo: () => boolean, limitMs: number): Promise<boolean> => {
      const end = performance.now() + limitMs
      while (!isSo()) {
        if (performance.now() > end) return false
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, lookMs)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      return true
    },
  }
}
