import { readFile } from 'node:fs/promises'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { Tokenizer, type TokenizerCallbacks } from '../../src/xml/tokenizer.js'
import { foldTokenizer } from '../house/fold-tokenizer.mjs'

const source = await readFile(
  new URL('../../node_modules/htmlparser2/dist/Tokenizer.js', import.meta.url),
  'utf8',
)
const folded = await foldTokenizer(source, ['constructor', 'reset', 'write', 'pause'])
const built: unknown = await import(`data:text/javascript,${encodeURIComponent(folded)}`)

interface Built {
  readonly Tokenizer: typeof Tokenizer
}

function isBuilt(module: unknown): module is Built {
  return typeof module === 'object' && module !== null && 'Tokenizer' in module
}

/** Every callback with its arguments; behind `pause` each of them pauses, until `reset`. */
function trace(Kind: typeof Tokenizer, chunks: readonly string[]): readonly unknown[] {
  const calls: unknown[] = []
  const noted =
    (name: string) =>
    (...args: readonly unknown[]) => {
      calls.push([name, ...args])
      if (pausing) tokenizer.pause()
    }
  const callbacks: TokenizerCallbacks = {
    onattribdata: noted('attribdata'),
    onattribentity: noted('attribentity'),
    onattribend: noted('attribend'),
    onattribname: noted('attribname'),
    oncdata: noted('cdata'),
    onclosetag: noted('closetag'),
    oncomment: noted('comment'),
    ondeclaration: noted('declaration'),
    onend: noted('end'),
    onopentagend: noted('opentagend'),
    onopentagname: noted('opentagname'),
    onprocessinginstruction: noted('processinginstruction'),
    onselfclosingtag: noted('selfclosingtag'),
    ontext: noted('text'),
    ontextentity: noted('textentity'),
  }
  const tokenizer = new Kind({ xmlMode: true, decodeEntities: false }, callbacks)
  let pausing = false
  for (const chunk of chunks) {
    if (chunk === 'pause') pausing = true
    else if (chunk === 'reset') {
      pausing = false
      tokenizer.reset()
    } else tokenizer.write(chunk)
  }
  return calls
}

const pieces =
  '< > </ /> / = " \' ! ? <? ?> <! - -- --> --!> <!-- [ ] ]]> <![CDATA[ <!DOCTYPE <!d & &amp; &#38; ; a A é \n \f' +
  ' script style title textarea plaintext iframe noembed noframes xmp'
const markup = fc.constantFrom(' ', ...pieces.split(' '))
const chunk = fc.array(markup, { maxLength: 12 }).map((parts) => parts.join(''))
const written = fc.oneof({ weight: 8, arbitrary: chunk }, fc.constantFrom('pause', 'reset'))

it('the tokenizer in the build tells of any text, cut anywhere, what the whole one does', () => {
  if (!isBuilt(built)) throw new Error('the build has no tokenizer')
  fc.assert(
    fc.property(fc.array(written, { maxLength: 12 }), (chunks) => {
      expect(trace(built.Tokenizer, chunks)).toEqual(trace(Tokenizer, chunks))
    }),
    { numRuns: 5_000 },
  )
})

it('the tokenizer in the build has no state of HTML or of entities', () => {
  expect(folded).not.toMatch(/InSpecialTag|InPlainText|InEntity|DeclarationSequence|decode/)
})
