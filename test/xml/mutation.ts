import type { Random } from './random.js'
import { toBytes } from './recorder.js'

const names = [
  'message',
  'body',
  'x',
  'p:item',
  'q:item',
  'constructor',
  '__proto__',
  'toString',
  'é',
  '𐐷n',
  'a.b-c',
] as const
const attributeNames = [
  'id',
  'to',
  'p:to',
  'q:to',
  'xml:lang',
  'constructor',
  '__proto__',
  'toString',
  'ü',
] as const
const uris = ['jabber:client', 'urn:a', 'urn:b', 'http://jabber.org/protocol/caps'] as const
const texts = [
  '',
  'Wherefore art thou?',
  'Привет',
  '日本語',
  '🎉',
  '&amp;&lt;&gt;&apos;&quot;',
  '&#x1F389;&#10;&#9;',
  'a\r\nb\rc\nd\te',
  ']] ]>',
  '<![CDATA[<x>&amp;]] ]>]]>',
  '<![CDATA[]]>',
  ' ',
] as const
const values = ['', 'a', "it is 'so'", 'x&amp;y', 'a\tb\r\nc', '&#9;&#10;', '日本', ']]>', '>'] as const

/** Tokens that tend to break something where they are put. */
const tokens = [
  '<',
  '>',
  '</',
  '/>',
  '&',
  ';',
  '&amp;',
  '&lol;',
  '&#0;',
  '&#x110000;',
  '&#65',
  ']]>',
  '<![CDATA[',
  '<!--',
  '-->',
  '<?',
  '?>',
  '<?xml version="1.0"?>',
  '<!DOCTYPE a>',
  '=',
  '"',
  "'",
  ' ',
  '\t',
  '\f',
  '\0',
  '\u0001',
  '\uFFFE',
  '\u00A0',
  '\uFEFF',
  ':',
  'xmlns',
  " xmlns:p=''",
  " xmlns:p='urn:a'",
  " xmlns:q='urn:a'",
  " xmlns=''",
  " xmlns:xml='urn:a'",
  " xmlns:xmlns='urn:a'",
  " xmlns='http://www.w3.org/2000/xmlns/'",
  " xmlns:p='http://www.w3.org/XML/1998/namespace'",
  " id='1'",
  '<p:item/>',
  '<r:item/>',
  '<a></a>',
  '<a></b>',
  '</a >',
  '</body>',
  '\r',
  '\n',
  '0',
  '-',
] as const

const badBytes: readonly [readonly number[], ...(readonly number[])[]] = [
  [0xff],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe2, 0x82],
  [0x80],
]

/** One element with everything that stanzas have; mostly well-formed. */
export function inventElement(random: Random, depth = 0): string {
  const name = random.pick(names)
  let tag = name
  const used = new Set<string>()
  const add = (attribute: string, value: string) => {
    if (used.has(attribute) && random.chance(0.9)) return
    used.add(attribute)
    const quote = value.includes("'") || random.chance(0.3) ? '"' : "'"
    tag += `${random.pick([' ', ' ', '\\n ', '\t'])}${attribute}${random.pick(['=', '=', ' = '])}${quote}${value}${quote}`
  }
  if (name.startsWith('p:') || random.chance(0.3)) add('xmlns:p', random.pick(uris))
  if (name.startsWith('q:') || random.chance(0.2)) add('xmlns:q', random.pick(uris))
  if (random.chance(0.4)) add('xmlns', random.pick(uris))
  for (let count = random.integer(4); count > 0; count--)
    add(random.pick(attributeNames), random.pick(values))
  if (random.chance(0.25)) return `<${tag}${random.pick(['', ' '])}/>`
  let content = ''
  for (let count = random.integer(4); count > 0; count--) {
    content += depth < 5 && random.chance(0.5) ? inventElement(random, depth + 1) : random.pick(texts)
  }
  return `<${tag}>${content}</${name}${random.pick(['', '', ' ', '\n'])}>`.replaceAll('\\n', '\n')
}

/** Changes bytes at `count` random places. */
export function mutate(bytes: Uint8Array, random: Random, count: number): Uint8Array {
  let mutated = bytes
  for (let done = 0; done < count; done++) {
    const at = random.integer(mutated.length + 1)
    const removed = random.chance(0.5) ? random.integer(4) : 0
    let inserted: Uint8Array = new Uint8Array(0)
    if (random.chance(0.05)) inserted = new Uint8Array(random.pick(badBytes))
    else if (random.chance(0.15)) {
      const from = random.integer(mutated.length)
      inserted = mutated.slice(from, from + random.integer(30))
    } else if (random.chance(0.7)) inserted = toBytes(random.pick(tokens))
    mutated = new Uint8Array([...mutated.slice(0, at), ...inserted, ...mutated.slice(at + removed)])
  }
  return mutated
}
