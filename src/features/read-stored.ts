import { XmppError } from '../errors.js'
import type { Json } from '../store/store.js'
import type { XmlElement } from '../xml/element.js'
import { readFrame } from '../xml/frame-reader.js'

/** Reads a fact that was stored as XML; `undefined` where it is none, or says nothing that can be read. */
export function readStored<T>(text: Json, read: (element: XmlElement) => T | undefined): T | undefined {
  if (typeof text !== 'string') return undefined
  try {
    return read(readFrame(text))
  } catch (error) {
    if (!(error instanceof XmppError)) throw error
    return undefined
  }
}
