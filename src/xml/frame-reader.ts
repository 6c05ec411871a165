import { ProtocolError } from '../errors.js'
import type { XmlElement } from './element.js'
import { defaultXmlLimits, resolveXmlLimits, type XmlLimits } from './limits.js'
import { MarkupReader } from './markup-reader.js'
import { TreeBuilder } from './tree-builder.js'
import { loneSurrogate } from './utf8.js'

/**
 * Makes a reader of text frames that each hold one complete document (RFC 7395 §3.3). The reader throws `ProtocolError`
 * for anything else: broken XML, an element that stays open, a second root, text outside the root, a broken limit. No
 * scope crosses frames.
 *
 * @throws RangeError for a limit that is no positive integer
 */
export function createFrameReader(limits?: Partial<XmlLimits>): (frame: string) => XmlElement {
  const resolved = resolveXmlLimits(limits)
  if (resolved !== defaultXmlLimits) return createReader(resolved)
  sharedReader ??= createReader(resolved)
  return sharedReader
}

/** Nothing is left of a frame once it is read, so that all who keep to the default limits may read by one reader. */
let sharedReader: ((frame: string) => XmlElement) | undefined

/** Reads one text frame; see `createFrameReader`, which is cheaper for many frames with limits of one's own. */
export function readFrame(frame: string, limits?: Partial<XmlLimits>): XmlElement {
  return createFrameReader(limits)(frame)
}

function createReader(resolved: XmlLimits): (frame: string) => XmlElement {
  let root: XmlElement | undefined
  const sink = {
    opened: () => undefined,
    element: (element: XmlElement) => {
      root = element
    },
    closed: () => undefined,
  }
  const markup = new MarkupReader(new TreeBuilder(sink, resolved, false), resolved)

  return (frame) => {
    if (frame.length > resolved.stanzaBytes) {
      throw new ProtocolError(
        'policy-violation',
        `a frame is longer than ${resolved.stanzaBytes} bytes (\`stanzaBytes\`)`,
      )
    }
    if (loneSurrogate.test(frame)) {
      throw new ProtocolError('unsupported-encoding', 'a frame holds half a surrogate pair')
    }
    try {
      const failure = markup.read(frame)
      if (failure !== undefined) throw failure
      if (root === undefined || !markup.atRest) {
        throw new ProtocolError('not-well-formed', 'a frame ends before its document does')
      }
      return root
    } finally {
      root = undefined
      markup.reset()
    }
  }
}
