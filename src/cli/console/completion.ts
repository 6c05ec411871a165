/** What can be completed to. */
export interface Completions {
  /** With their slash. */
  readonly commands: readonly string[]
  readonly jids: readonly string[]
}

const elementNames =
  'auth body digest group html iq item message password presence priority query remove resource show starttls status stream:stream subject thread username x'.split(
    ' ',
  )

/** What the end of a line may become, and the part of the line that this replaces, as readline wants it. */
export function complete(line: string, { commands, jids }: Completions): [string[], string] {
  if (/^\/\S*$/.test(line)) return match(line, commands)
  const element = /<\/?([\w:-]*)$/.exec(line)?.[1]
  if (element !== undefined) return match(element, elementNames)
  const word = /(?:^\/\S+ |["'])([^\s"'<>]*)$/.exec(line)?.[1]
  return word === undefined ? [[], line] : match(word, jids)
}

const match = (word: string, candidates: readonly string[]): [string[], string] => [
  candidates.filter((candidate) => candidate.startsWith(word)),
  word,
]
