/**
 * What one peer may make a reader hold. Each limit acts before the construct that breaks it is complete, and breaking
 * one is a `policy-violation`. Lengths are in UTF-16 code units, as `String.length` counts them.
 */
export interface XmlLimits {
  /** Elements open at once inside one stanza, the stanza itself counted. Default 64. */
  readonly depth: number
  /**
   * Elements of one stanza, itself counted. Default 1,048,576, four bytes each: as many as the default of `stanzaBytes` has room for.
   * Servers allow a fraction, since an empty element takes twenty times the memory of its XML.
   */
  readonly elements: number
  /** Attributes of one start tag, namespace declarations counted. Default 128. */
  readonly attributes: number
  /** Prefix declarations in scope at once, those of the stream header counted. Default 128. */
  readonly prefixes: number
  /** Length of one name with its prefix, or of what stands between `&` and `;`. Default 256. */
  readonly nameLength: number
  /** White space between two parts of one tag, and the length of the XML declaration. Default 1024. */
  readonly gapLength: number
  /** Length of one start tag. Default 65,536. */
  readonly startTagLength: number
  /**
   * UTF-8 bytes of one stanza from `<` to its last `>`. Default 4,194,304: a roster is one stanza, of 20,000 contacts with 200 bytes
   * each; what strangers send is limited by servers, to a sixteenth of that or less.
   * @see RFC 6120 §13.12
   */
  readonly stanzaBytes: number
  /** Bytes (or code units of text) that arrive while the reader is halted. Default 262,144. */
  readonly heldBytes: number
}

/** The limits of a reader that was given none. */
export const defaultXmlLimits: XmlLimits = {
  depth: 64,
  elements: 1_048_576,
  attributes: 128,
  prefixes: 128,
  nameLength: 256,
  gapLength: 1024,
  startTagLength: 65_536,
  stanzaBytes: 4_194_304,
  heldBytes: 262_144,
}

/** Some of the limits; what is `undefined` is left out. */
export type GivenLimits = { readonly [Name in keyof XmlLimits]?: XmlLimits[Name] | undefined }

/** Fills in the defaults; a limit that is no positive integer is a `RangeError`. */
export function resolveXmlLimits(limits: GivenLimits = {}): XmlLimits {
  if (limits === defaultXmlLimits) return defaultXmlLimits
  const given = Object.entries(limits).filter(([, value]) => value !== undefined)
  if (given.length === 0) return defaultXmlLimits
  const resolved: XmlLimits = { ...defaultXmlLimits, ...Object.fromEntries(given) }
  for (const [name, value] of Object.entries(resolved)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`the XML limit ${name} must be a positive integer, not ${value}`)
    }
  }
  return resolved
}
