import * as ns from '../xml/namespaces.js'

/**
 * What rich text may be made of. The recommended profile of XEP-0071 §7 without images, which `rich-text.ts` turns into their
 * words, and with tighter values than CSS has: nothing that loads, overlays, or grows without bound.
 */

/** Attributes by element. @see XEP-0071 §7.8 */
export const richAttributes = {
  a: ['href', 'style', 'type'],
  blockquote: ['style'],
  body: ['style'],
  br: [],
  cite: ['style'],
  em: [],
  li: ['style'],
  ol: ['style'],
  p: ['style'],
  span: ['style'],
  strong: [],
  ul: ['style'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** An element that rich text may have. */
export type RichElementName = keyof typeof richAttributes

/** Elements whose text is not for people: it goes with them. All others that are unknown leave theirs behind (XEP-0071 §11.3). */
export const silentElements: ReadonlySet<string> = new Set(
  `applet audio canvas embed head iframe link math meta noembed noframes noscript object script select style svg template
  textarea title video xmp`.split(/\s+/),
)

/** Lines of their own in plain text. */
export const blockElements: ReadonlySet<string> = new Set(['blockquote', 'body', 'li', 'ol', 'p', 'ul'])

const color = /^(?:[a-z]{3,24}|#[0-9a-f]{3}|#[0-9a-f]{6}|rgb\( ?\d{1,3} ?, ?\d{1,3} ?, ?\d{1,3} ?\))$/
/** Never negative, never beyond the width: a margin that is covers what is beside it. */
const margin = /^(?:0|\d{1,2}(?:\.\d{1,2})?(?:px|pt|%)|[0-4](?:\.\d{1,2})?em)$/

/** Values by style property, in lower case. Sizes are absolute, since relative ones multiply. @see XEP-0071 §7.6.1 */
const styleValues: ReadonlyMap<string, RegExp> = new Map([
  ['background-color', color],
  ['color', color],
  ['font-family', /^[a-z][a-z0-9-]*(?: [a-z0-9-]+)*(?: ?, ?[a-z][a-z0-9-]*(?: [a-z0-9-]+)*)*$/],
  ['font-size', /^(?:xx-small|x-small|small|medium|large|x-large|xx-large|(?:[6-9]|[1-3]\d)(?:px|pt))$/],
  ['font-style', /^(?:normal|italic|oblique)$/],
  ['font-weight', /^(?:normal|bold|[1-9]00)$/],
  ['margin-left', margin],
  ['margin-right', margin],
  ['text-align', /^(?:left|right|center|justify)$/],
  ['text-decoration', /^(?:none|underline|overline|line-through)$/],
])

/** One declaration of a style: a property that is allowed, with a value that is. */
export type RichStyle = readonly (readonly [property: string, value: string])[]

const longestStyle = 500

/** The declarations of a style that are allowed. Comments and escapes are in none: what has any of these is left out. */
export function readStyle(style: string): RichStyle {
  if (style.length > longestStyle) return []
  return style.split(';').flatMap((declaration) => {
    const [property = '', value = '', ...more] = declaration.split(':')
    const name = property.trim().toLowerCase()
    const unquoted = value.replaceAll(/(["'])([^"']*)\1/g, '$2')
    const plain = unquoted.replaceAll(/\s+/g, ' ').trim().toLowerCase()
    return more.length === 0 && styleValues.get(name)?.test(plain) === true ? [[name, plain] as const] : []
  })
}

/** Writes what `readStyle` gave. */
export function writeStyle(style: RichStyle): string {
  return style.map(([property, value]) => `${property}: ${value}`).join('; ')
}

const longestAddress = 2_048

/**
 * An address that a person may be led to; `undefined` for any other. Whitespace and control characters, which browsers
 * overlook inside of a scheme, are in none, and neither are passwords.
 */
export function readHref(href: string): string | undefined {
  const address = href.trim()
  if (address.length > longestAddress || /[\u0000-\u0020\u007f-\u00a0\u2000-\u206f\\<>"]/u.test(address))
    return undefined
  if (/^https?:\/\/[^/?#@]+(?:[/?#]|$)/i.test(address)) return address
  return /^(?:mailto|xmpp):[^/]/i.test(address) ? address : undefined
}

/** The value of an attribute of an element, as it may stay; `undefined` where it may not. */
export function readAttribute(element: RichElementName, name: string, value: string): string | undefined {
  const allowed: readonly string[] = richAttributes[element]
  if (!allowed.includes(name)) return undefined
  if (name === 'style') return writeStyle(readStyle(value)) || undefined
  if (name === 'href') return readHref(value)
  return /^[a-z0-9]+\/[a-z0-9.+-]{1,64}$/i.test(value) ? value : undefined
}

/** Whether an element of this name is in the profile. */
export function isRichElement(name: string, namespace: string): name is RichElementName {
  return namespace === ns.xhtml && Object.hasOwn(richAttributes, name)
}
