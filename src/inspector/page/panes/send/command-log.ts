import { signal } from '@preact/signals'
import type { Command, Outcome } from '../../../link/command.js'
import { sendCommand } from '../../model/link.js'

/** A command that was given, and what came of it; no outcome yet: it is still awaited. */
export interface GivenCommand {
  readonly id: number
  readonly words: string
  readonly outcome: Outcome | undefined
}

/** The last commands, the newest first. */
export const givenCommands = signal<readonly GivenCommand[]>([])

const keptLimit = 20
let count = 0

/** Asks a source to do something, and keeps what comes of it. */
export async function give(source: string, command: Command, words: string): Promise<Outcome> {
  count += 1
  const id = count
  givenCommands.value = [{ id, words, outcome: undefined }, ...givenCommands.value].slice(0, keptLimit)
  const outcome = await ask(source, command)
  givenCommands.value = givenCommands.value.map((each) => (each.id === id ? { ...each, outcome } : each))
  return outcome
}

async function ask(source: string, command: Command): Promise<Outcome> {
  try {
    return await sendCommand.value(source, command)
  } catch (error) {
    return { outcome: 'refused', reason: error instanceof Error ? error.message : String(error) }
  }
}
