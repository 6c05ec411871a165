import { SaxesParser } from 'saxes'

/** An element as an independent XML parser understood what the client wrote. */
export interface HeardElement {
  readonly prefix: string
  readonly name: string
  readonly namespace: string
  /** By name as written, declarations of namespaces included. */
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (HeardElement | string)[]
}

/** What comes out of one document: an opening tag of depth 0, whole elements of depth 1, and the rest. */
export interface DocumentEvents {
  readonly opened: (root: HeardElement) => void
  readonly element: (element: HeardElement) => void
  readonly text: (text: string) => void
  readonly closed: () => void
  readonly fault: (what: string) => void
}

interface OpenElement extends HeardElement {
  readonly children: (HeardElement | string)[]
}

/** Reads one XML document piece by piece; everything that XMPP forbids is a fault (RFC 6120 §11.1). */
export function readDocument(events: DocumentEvents): (text: string) => void {
  const parser = new SaxesParser({ xmlns: true, position: false })
  const open: OpenElement[] = []
  parser.on('error', ({ message }) => events.fault(message))
  parser.on('comment', () => events.fault('a comment'))
  parser.on('doctype', () => events.fault('a document type'))
  parser.on('processinginstruction', () => events.fault('a processing instruction'))
  const text = (text: string) => {
    const parent = open.at(-1)
    if (open.length > 1 && parent !== undefined) parent.children.push(text)
    else if (open.length === 1) events.text(text)
  }
  parser.on('text', text)
  parser.on('cdata', text)
  parser.on('opentag', (tag) => {
    const attributes = Object.fromEntries(
      Object.values(tag.attributes).map((attribute) => [
        typeof attribute === 'string' ? '' : attribute.name,
        typeof attribute === 'string' ? attribute : attribute.value,
      ]),
    )
    const element = { prefix: tag.prefix, name: tag.local, namespace: tag.uri, attributes, children: [] }
    open.push(element)
    if (open.length === 1) events.opened(element)
  })
  parser.on('closetag', () => {
    const element = open.pop()
    const parent = open.at(-1)
    if (element === undefined) return
    if (parent === undefined) events.closed()
    else if (open.length === 1) events.element(element)
    else parent.children.push(element)
  })
  return (text) => {
    try {
      parser.write(text)
    } catch (error) {
      events.fault(String(error))
    }
  }
}

/** Reads a whole document at once, for transports that frame. */
export function readFrame(frame: string, fault: (what: string) => void): HeardElement | undefined {
  const nothing = () => undefined
  let element: HeardElement | undefined
  const read = readDocument({ opened: nothing, text: nothing, closed: nothing, fault, element: keep })
  function keep(heard: HeardElement) {
    if (element !== undefined) fault('two elements in one frame')
    element = heard
  }
  // A root around it makes the frame itself an element of depth 1.
  read(`<frame>${frame}</frame>`)
  return element
}

export const elementsOf = (element: HeardElement): readonly HeardElement[] =>
  element.children.filter((child) => typeof child !== 'string')

export const childOf = (element: HeardElement, name: string): HeardElement | undefined =>
  elementsOf(element).find((child) => child.name === name)

export const textOf = (element: HeardElement | undefined): string =>
  element === undefined ? '' : element.children.filter((child) => typeof child === 'string').join('')

/** The type and the condition of a stanza error. */
export function conditionOf(stanza: HeardElement | undefined): string {
  const error = stanza === undefined ? undefined : childOf(stanza, 'error')
  const conditions = error === undefined ? [] : elementsOf(error)
  const condition = conditions.find(({ namespace }) => namespace === 'urn:ietf:params:xml:ns:xmpp-stanzas')
  return `${error?.attributes['type']} ${condition?.name}`
}
