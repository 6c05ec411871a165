import { showingOptions } from '../../src/cli/command.js'
import { toOptionLines } from '../../src/cli/help.js'
import { parseOptions, type GivenOptions, type OptionSpec } from '../../src/cli/options.js'
import { render } from '../../src/cli/text.js'
import { UsageError } from '../../src/cli/usage-error.js'

/** Says what a bench does and what it takes, or what is wrong with what it was given, and ends; else gives the options. */
export function readOptions<Name extends string>(
  script: string,
  what: string,
  table: Readonly<Record<Name, OptionSpec>>,
): GivenOptions<Name> {
  const known = { ...table, help: showingOptions.help }
  return orAdvice(() => {
    const options = parseOptions<Name | 'help'>(known, process.argv.slice(2))
    if (!options.has('help')) return options
    const lines = [[`npm run ${script} -- [options]`], [what], [], ...toOptionLines(known)]
    for (const line of lines) process.stdout.write(`${render(line, false)}\n`)
    return process.exit(0)
  })
}

/** Those of the names that were asked for, in the order of the names; all of them where nothing was. */
export function choose<Name extends string>(
  option: string,
  names: readonly Name[],
  wanted: string | undefined,
): readonly Name[] {
  if (wanted === undefined) return names
  const chosen = wanted.split(',')
  const [unknown] = chosen.filter((name) => !names.some((known) => known === name))
  return orAdvice(() => {
    if (unknown === undefined) return names.filter((name) => chosen.includes(name))
    throw new UsageError(`--${option} knows no ${JSON.stringify(unknown)}.`, `There are ${names.join(', ')}.`)
  })
}

/** Whole numbers above 0 that were given with commas between them; `undefined` where nothing was. */
export function toCounts(option: string, given: string | undefined): readonly number[] | undefined {
  return orAdvice(() =>
    given?.split(',').map((text) => {
      if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
      throw new UsageError(`--${option} takes no ${JSON.stringify(text)}.`, 'Give whole numbers above 0.')
    }),
  )
}

function orAdvice<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${error.message} ${error.advice}\n`)
    return process.exit(2)
  }
}
