import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isUnstyled,
  parseStyling,
  toUnstyledElement,
  type StyledBlock,
  type StyledSpan,
} from '../../src/stanza/message-styling.js'
import { sanitise } from '../../src/stanza/rich-text.js'
import { toRichNodes } from '../../src/stanza/styled-rich-text.js'
import { xml } from '../../src/xml/element.js'
import * as ns from '../../src/xml/namespaces.js'

const signs = { emphasis: '_', preformatted: '`', strike: '~', strong: '*' } as const

/** A span as it was written, and in brackets as it was understood. */
const write = (span: StyledSpan, brackets: readonly [string, string]): string => {
  if (span.kind === 'plain') return span.text
  const inside = 'text' in span ? span.text : span.spans.map((each) => write(each, brackets)).join('')
  return `${brackets[0]}${signs[span.kind]}${inside}${signs[span.kind]}${brackets[1]}`
}
const spansOf = (line: string) =>
  parseStyling(line)
    .flatMap((block) => (block.kind === 'line' ? block.spans : []))
    .map((span) => write(span, ['[', ']']))
    .join('')

describe('spans (XEP-0393 §6.2)', () => {
  it.each([
    ['plain span', 'plain span'],
    ['*strong span*', '[*strong span*]'],
    ['plain _emphasis_ plain', 'plain [_emphasis_] plain'],
    ['`pre` plain *strong*', '[`pre`] plain [*strong*]'],
    ['*strong*plain*', '[*strong*]plain*'],
    ['* plain *strong*', '* plain [*strong*]'],
    ['not strong*', 'not strong*'],
    ['*not strong', '*not strong'],
    ['*not *strong', '*not *strong'],
    ['**', '**'],
    ['***', '***'],
    ['****', '****'],
    ['Everyone ~dis~likes cake.', 'Everyone [~dis~]likes cake.'],
    ['`*monospace*`', '[`*monospace*`]'],
    ['*`monospace and bold`*', '[*[`monospace and bold`]*]'],
    ['*_~all~_*', '[*[_[~all~]_]*]'],
    ['snake_case_name', 'snake_case_name'],
    ['*ends *', '*ends *'],
  ])('%s', (line, understood) => {
    expect(spansOf(line)).toBe(understood)
  })
})

describe('blocks (XEP-0393 §6.1)', () => {
  const plain = (text: string): StyledBlock => ({
    kind: 'line',
    spans: text === '' ? [] : [{ kind: 'plain', text }],
  })

  it.each<[string, readonly StyledBlock[]]>([
    ['*not \n strong*', [plain('*not '), plain(' strong*')]],
    [
      '```ignored\n(println "*x*")\n```\n\nplain',
      [{ kind: 'preformatted', hint: 'ignored', text: '(println "*x*")' }, plain(''), plain('plain')],
    ],
    [
      '> ```\n> (println)\n\nplain',
      [
        { kind: 'quotation', blocks: [{ kind: 'preformatted', hint: '', text: '(println)' }] },
        plain(''),
        plain('plain'),
      ],
    ],
    [
      '>> That that is, is.\n> Said',
      [
        {
          kind: 'quotation',
          blocks: [{ kind: 'quotation', blocks: [plain('That that is, is.')] }, plain('Said')],
        },
      ],
    ],
  ])('%j', (body, blocks) => {
    expect(parseStyling(body)).toEqual(blocks)
  })
})

const text = fc
  .array(fc.constantFrom('*', '_', '~', '`', '```', '>', ' ', '\n', 'a', 'é', '\u00a0'), { maxLength: 60 })
  .map((parts) => parts.join(''))

describe('any text', () => {
  it('keeps every character of its lines', () => {
    const sound = (body: string) => {
      const line = body.replaceAll(/[>\n]|```/g, '')
      const spans = parseStyling(line).flatMap((block) => (block.kind === 'line' ? block.spans : []))
      expect(spans.map((span) => write(span, ['', ''])).join('')).toBe(line)
    }
    fc.assert(fc.property(text, (body) => sound(body.replaceAll('`', ''))))
    fc.assert(
      fc.property(
        text.filter((body) => !body.replaceAll(/[>\n]/g, '').includes('```')),
        sound,
      ),
    )
  })

  it('can be shown as rich text, as it is', () => {
    fc.assert(
      fc.property(text, (body) => {
        const tree = xml('body', ns.xhtml, {}, ...toRichNodes(parseStyling(body)))
        expect(sanitise(tree).body).toEqual(tree)
      }),
    )
  })

  it('is read in one pass, however it is made', () => {
    for (const part of ['*a ', '_*~', '>\n\n', '```\n```\n', '>'.repeat(100) + '\n', '`*']) {
      expect(parseStyling(part.repeat(200_000 / part.length)).length).toBeGreaterThan(0)
    }
  })
})

it('an unstyled message says so (XEP-0393 §7)', () => {
  expect(isUnstyled([toUnstyledElement()])).toBe(true)
  expect(isUnstyled([xml('unstyled', ns.client)])).toBe(false)
})
