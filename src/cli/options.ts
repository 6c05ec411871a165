import { parseArgs } from 'node:util'
import { findNearest } from '../nearest.js'
import { UsageError } from './usage-error.js'

/** One option of a command; the tables of these make the parser and the help. */
export interface OptionSpec {
  /** What stands for the value in the help; without it the option is a flag. */
  readonly value?: string
  /** The flag alone will do; a value stands behind `=`. */
  readonly isOptional?: boolean
  /** May be given more than once. */
  readonly multiple?: boolean
  /** One line. */
  readonly help: string
}

export type OptionTable = Readonly<Record<string, OptionSpec>>

/** The options as given, by the names of their table. */
export class GivenOptions<Name extends string = string> {
  /** What is no option, in order; only for commands that take it. */
  readonly operands: readonly string[]
  readonly #values: ReadonlyMap<string, readonly string[]>

  constructor(values: ReadonlyMap<string, readonly string[]>, operands: readonly string[] = []) {
    this.#values = values
    this.operands = operands
  }

  /** The same, with these where nothing was given. */
  withDefaults(defaults: Readonly<Partial<Record<Name, string | undefined>>>): GivenOptions<Name> {
    const values = new Map(this.#values)
    for (const [name, value] of Object.entries<string | undefined>(defaults)) {
      if (value !== undefined && !values.has(name)) values.set(name, [value])
    }
    return new GivenOptions(values, this.operands)
  }

  has(name: Name): boolean {
    return this.#values.has(name)
  }

  text(name: Name): string | undefined {
    return this.#values.get(name)?.at(-1)
  }

  list(name: Name): readonly string[] {
    return this.#values.get(name) ?? []
  }

  /** @throws UsageError unless it is a number of seconds above 0, at most a day */
  milliseconds(name: Name): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const seconds = text.trim() === '' ? Number.NaN : Number(text)
    if (seconds > 0 && seconds <= 86_400) return Math.max(1, Math.round(seconds * 1000))
    throw new UsageError(
      `--${name} wants seconds, not ${JSON.stringify(text)}.`,
      `Write a number above 0 and up to 86400, e.g. --${name} 10.`,
    )
  }

  /** @throws UsageError unless it is a port */
  port(name: Name): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
    throw new UsageError(
      `--${name} wants a port, not ${JSON.stringify(text)}.`,
      'Write a number from 1 to 65535, or 0 for any free port.',
    )
  }
}

/**
 * Reads the options of one command.
 * @throws UsageError for an unknown option, a value that is missing or too many, or a word too many
 */
export function parseOptions<Name extends string>(
  table: Readonly<Record<Name, OptionSpec>>,
  words: readonly string[],
  mayHaveOperands = false,
): GivenOptions<Name> {
  const specs = new Map<string, OptionSpec>(Object.entries(table))
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      [...specs].map(([name, spec]) => [name, { type: takesNext(spec) ? 'string' : 'boolean' }]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const values = new Map<string, string[]>()
  const operands: string[] = []
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue
    if (token.kind === 'positional') {
      if (!mayHaveOperands) throw tooMany(token.value, specs)
      operands.push(token.value)
      continue
    }
    const { name, rawName, value, inlineValue } = token
    const spec = specs.get(name)
    if (spec === undefined) throw unknownOption(rawName, specs)
    values.set(name, [...(values.get(name) ?? []), readValue(name, spec, value, inlineValue ?? false, specs)])
    if (values.get(name)?.length === 2 && spec.multiple !== true) {
      throw new UsageError(`--${name} is given twice.`, 'Give it once.')
    }
  }
  return new GivenOptions(values, operands)
}

const takesNext = ({ isOptional, value }: OptionSpec) => value !== undefined && isOptional !== true

function readValue(
  name: string,
  spec: OptionSpec,
  value: string | undefined,
  isInline: boolean,
  specs: ReadonlyMap<string, OptionSpec>,
): string {
  if (spec.value === undefined) {
    if (value === undefined) return ''
    throw new UsageError(`--${name} takes no value.`, `Write --${name} alone.`)
  }
  if (spec.isOptional === true) return value ?? ''
  const isOption =
    !isInline && value?.startsWith('--') === true && specs.has(value.slice(2).split('=')[0] ?? '')
  if (value !== undefined && !isOption) return value
  throw new UsageError(`--${name} needs a value.`, `Write --${name} ${spec.value}.`)
}

function unknownOption(rawName: string, specs: ReadonlyMap<string, OptionSpec>): UsageError {
  const nearest = findNearest(rawName.replace(/^-+/, ''), specs.keys())
  return new UsageError(
    `There is no option ${rawName}.`,
    nearest === undefined ? 'See --help for those there are.' : `Did you mean --${nearest}?`,
  )
}

/** With a password on the command line the word may be a part of it: then it is not repeated. */
function tooMany(word: string, specs: ReadonlyMap<string, OptionSpec>): UsageError {
  const shown = specs.has('password') || specs.has('account') ? '' : ` ${JSON.stringify(word)}`
  return new UsageError(
    `There is a word too many${shown}.`,
    /^[^@\s]+@[^@\s]+$/.test(word) && specs.has('jid')
      ? 'An address is given with --jid or --to.'
      : 'Put quotes around what has spaces, e.g. --body "Hello there".',
  )
}
