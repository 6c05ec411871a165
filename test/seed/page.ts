import { realDeviations, type Deviation } from '../conversations/server-under-test.js'
import { examples } from '../document/examples.js'
import { lacks, rows, type SeedRow } from './rows.js'

/** What pages are made of, beside the rows: files by their names. */
export interface Sources {
  /** The cases of the document. */
  readonly cases: ReadonlyMap<string, string>
  readonly programs: ReadonlyMap<string, string>
}

/** Every page, and the index of them, by path inside `docs`. */
export function toPages(sources: Sources): ReadonlyMap<string, string> {
  const pages = rows.map((row) => [`seed/${fileOf(row)}`, toPage(row, sources)] as const)
  return new Map([['seed/README.md', toIndex()], ...pages])
}

const made = 'Made by `npm run docs` from the data and the code that the tests run; edit those.'

/** The name of a row’s page, e.g. `s01-stream-opening.md`. */
export function fileOf({ id, title }: SeedRow): string {
  const words = title.replace(/ \(.*/, '').replaceAll(/[’,]/g, '').toLowerCase().split(' ')
  return `s${id.slice(1).padStart(2, '0')}-${words.join('-')}.md`
}

function toIndex(): string {
  const lines = rows.map((row) => {
    const count = examplesOf(row).length
    const shown = count === 0 ? 'none' : `${count}`
    return `| ${row.id} | [${row.title}](${fileOf(row)}) | ${shown} | ${row.proofs.length} |`
  })
  return join(
    '# The founding document',
    `A tutorial on how a client talks to an XMPP server
([Introduction au protocole XMPP](http://wiki.jabberfr.org/Introduction_au_protocole_XMPP)) describes ${rows.length} systems, in
${examples.length} examples of XML. Each has a page here, each example is a test of the public API
(\`test/document\`), and \`npm run seed-report\` runs what proves each system on Prosody, ejabberd and the embedded server.`,
    ['| row | system | examples | proofs |', '| --- | --- | --- | --- |', ...lines].join('\n'),
    made,
  )
}

function toPage(row: SeedRow, { cases, programs }: Sources): string {
  const shown = examplesOf(row)
  const code = [...cases.values()].join('\n')
  const isDrawn = row.charts.length > 0
  return join(
    `# ${row.id} · ${row.title}`,
    row.what,
    '## On the wire',
    shown.length === 0
      ? 'The document has no example of it.'
      : `What the document shows, and what makes it, or understands it. \`client()\` is \`createClient()\` of a
scripted server, \`online()\` is connected too, \`says()\` makes the server say something, and \`textOf()\` is an example as it is
printed.`,
    ...toShared(cases, shown.map(({ id }) => toCase(code, id).join('\n')).join('\n')),
    ...shown.flatMap(({ id, from, shows, xml }, index) => {
      const made = toCase(code, id)
      const next = shown[index + 1]
      // What makes several in a row is shown after the last.
      const isSame = next !== undefined && toCase(code, next.id).join() === made.join()
      return [
        `### ${id} ${from === 'client' ? 'The client' : 'The server'}: ${shows}`,
        fence('xml', xml.trim()),
        ...(isSame ? [] : made),
      ]
    }),
    '## In a program',
    ...row.examples.flatMap((name, index) => {
      const program = programs.get(name)
      if (program === undefined) throw new RangeError(`${row.id}: there is no examples/${name}.ts`)
      const link = `[\`examples/${name}.ts\`](../../examples/${name}.ts)`
      const [question = ''] = /(?<=^\/\/ ).*/.exec(program) ?? []
      return index === 0
        ? [`${link}: ${question}`, fence('ts', withoutHead(program))]
        : [`${link}: ${question}`]
    }),
    '## What drives it',
    isDrawn
      ? row.charts.map((name) => `![${name}](../charts/${name}.svg)`).join('\n\n')
      : 'No chart of its own: there is nothing to wait for but an answer, which has its time-out.',
    '## What proves it',
    toProofs(row),
    made,
  )
}

const examplesOf = ({ id }: SeedRow) => examples.filter((example) => example.id.startsWith(`${id}.`))

/** Which tests, and where a server does not offer what one shows. */
function toProofs({ proofs }: SeedRow): string {
  const servers: readonly (readonly [string, readonly Deviation[]])[] = [
    ['embedded', []],
    ...Object.entries(realDeviations),
  ]
  const lines = proofs.map(({ file, test, unless }) => {
    const cells = servers.map(([, deviations]) =>
      unless === undefined || !deviations.includes(unless)
        ? 'yes'
        : `not offered: ${lacks[unless] ?? unless}`,
    )
    return `| [${test.replace(/ ?%s.*/, ' …')}](../../${file}) | ${cells.join(' | ')} |`
  })
  const head = ['test', ...servers.map(([name]) => name)]
  return [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...lines].join('\n')
}

/** What a case does, and what that gives, as its source has it. */
function toCase(code: string, id: string): readonly string[] {
  const [, name] = new RegExp(`^  '${id}': (\\w+),$`, 'm').exec(code) ?? []
  const source =
    name === undefined
      ? blockAfter(code, `  '${id}': {`, '  },').replaceAll(/^ {2}/gm, '')
      : blockAfter(code, `const ${name}: Case = {`, '}')
  const does = blockAfter(source, /^ {2}does: async .* => \{$/m, '  },').replaceAll(/^ {4}/gm, '')
  const [, gives] = /^ {2}gives: ([^]*),\n?$/m.exec(source) ?? []
  const result = gives === undefined ? [] : ['gives', fence('ts', gives.replaceAll(/^ {2}/gm, ''))]
  return [fence('ts', does), ...result]
}

/** What stands before the cases in their files and is named in this code, by itself or by another such piece. */
function toShared(cases: Sources['cases'], code: string): readonly string[] {
  const pieces = [...cases.values()].flatMap((text) =>
    (text.split(/^\/\*\*.*\*\/\nexport const /m)[0] ?? '').split('\n\n').flatMap((piece) => {
      const names = [...piece.matchAll(/^(?:const|async function) (\w+)(?!.*: Case)/gm)]
      return names.length === 0 ? [] : [{ piece: piece.trim(), names: names.map(([, name = '']) => name) }]
    }),
  )
  const isNamedIn = (names: readonly string[], texts: readonly string[]) =>
    names.some((name) => texts.some((text) => new RegExp(`\\b${name}\\b`).test(text)))
  const direct = pieces.filter(({ names }) => isNamedIn(names, [code]))
  const texts = [code, ...direct.map(({ piece }) => piece)]
  const all = pieces.filter(({ names }) => isNamedIn(names, texts))
  return all.length === 0 ? [] : [fence('ts', all.map(({ piece }) => piece).join('\n\n'))]
}

/** The lines between one line and the next of this kind. */
function blockAfter(code: string, start: RegExp | string, end: string): string {
  const lines = code.split('\n')
  const first = lines.findIndex((line) => (typeof start === 'string' ? line === start : start.test(line)))
  const last = lines.indexOf(end, first)
  if (first < 0 || last < 0) throw new RangeError(`the cases have no ${start.toString()}`)
  return lines.slice(first + 1, last).join('\n')
}

const withoutHead = (program: string) => program.replace(/^(?:\/\/.*\n)+/, '').trim()

const fence = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``

const join = (...blocks: readonly string[]) => `${blocks.join('\n\n')}\n`
