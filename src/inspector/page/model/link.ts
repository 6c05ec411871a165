import { signal } from '@preact/signals'
import type { Command, Outcome } from '../../link/command.js'

/**
 * Where the lines come from: a server whose history still arrives (`joining`), that is `live`, or that the page tries to reach
 * again (`lost`); a `file`; or `nothing` yet.
 */
export type Link =
  | { readonly status: 'nothing' | 'joining' | 'live' }
  | { readonly status: 'lost'; readonly reason: string }
  | { readonly status: 'file'; readonly name: string }

/** How the page hears of things. */
export const link = signal<Link>({ status: 'nothing' })

/** Asks a source to do something; refused where nobody is there to ask. */
export type SendCommand = (source: string, command: Command) => Promise<Outcome>

const nobody: SendCommand = async () => ({ outcome: 'refused', reason: 'The page is not connected.' })

/** The way to the sources. */
export const sendCommand = signal<SendCommand>(nobody)
