import { noAttributes, XmlElement, type AttributeName, type XmlNode } from './element.js'
import type { KnownTag } from './known-tags.js'
import type { XmlLimits } from './limits.js'
import { names, type QualifiedName } from './names.js'
import * as ns from './namespaces.js'
import { declarePrefix, namespaceOf, refuseReserved, type PrefixScope } from './scope.js'
import { TextRun } from './text-run.js'
import { exceeded, malformed, Violation } from './violation.js'

/** Who is told what was built, always when the reader stands exactly behind the construct's `>`. */
export interface TreeSink {
  /** The start tag of a stream's root, with the default namespace in scope inside it (empty if there is none). */
  opened(header: XmlElement, contentNamespace: string): void
  element(element: XmlElement): void
  closed(): void
}

const noName: QualifiedName = {
  raw: '',
  prefix: '',
  local: '',
  attribute: { name: '', namespace: '' },
  declares: undefined,
}
const noChildren: readonly XmlNode[] = Object.freeze([])

/** One level of open elements; used again by the next element of that depth. */
class Level {
  readonly outer: Level | undefined
  inner: Level | undefined
  name = noName
  namespace = ''
  names: readonly AttributeName[] = noAttributes.names
  values: readonly string[] = noAttributes.values
  children: XmlNode[] | undefined
  /** What is in scope inside the element. */
  defaultNamespace = ''
  prefixes: PrefixScope | undefined

  constructor(outer: Level | undefined) {
    this.outer = outer
  }

  /** Nothing of the element is kept here. */
  clear(): void {
    this.names = noAttributes.names
    this.values = noAttributes.values
    this.children = undefined
    this.prefixes = undefined
  }
}

/** Turns verified tags and text into elements: names, namespaces and nesting, but no syntax. */
export class TreeBuilder {
  /** Elements open. */
  depth = 0
  /** Elements open where stanzas stand: 1 in a stream, 0 where the root is the stanza. */
  readonly stanzaDepth: 0 | 1
  /** Elements of the stanza, as far as it has been read. */
  private elements = 0
  /** The root has been closed. */
  finished = false

  private readonly sink: TreeSink
  private readonly limits: XmlLimits
  private outside = new Level(undefined)
  /** The innermost open element. */
  private level = this.outside
  private readonly run = new TextRun()

  /** Names in the start tag being read, declarations included. */
  private readonly tagNames: QualifiedName[] = []
  private tagNameCount = 0
  private generation = 0
  /** Its attributes, as far as they were given one by one. */
  private tagAttributes: AttributeName[] = []
  private tagValues: string[] = []
  /** Those among them whose prefix must be resolved, and where they are. */
  private readonly prefixed: { readonly name: QualifiedName; readonly index: number }[] = []

  constructor(sink: TreeSink, limits: XmlLimits, rootIsHeader: boolean) {
    this.sink = sink
    this.limits = limits
    this.stanzaDepth = rootIsHeader ? 1 : 0
  }

  /** Nothing that was open or in scope survives. */
  reset(): void {
    this.finished = false
    if (this.depth === 0) return
    this.depth = 0
    this.outside = new Level(undefined)
    this.level = this.outside
    this.run.clear()
    this.tagAttributes = []
    this.tagValues = []
    this.prefixed.length = 0
  }

  /** The name of the innermost open element. */
  get name(): QualifiedName {
    return this.level.name
  }

  openTag(name: QualifiedName): void {
    if (this.finished) throw malformed('a second root element begins')
    if (this.depth - this.stanzaDepth === this.limits.depth) {
      throw exceeded('elements are nested deeper than', this.limits.depth, 'levels')
    }
    if (this.depth <= this.stanzaDepth) this.elements = 0
    if (this.elements++ === this.limits.elements) {
      throw exceeded('a stanza has more than', this.limits.elements, 'elements')
    }
    const outer = this.level
    if (!this.run.empty) this.endText(outer)
    const level = (outer.inner ??= new Level(outer))
    this.depth++
    level.name = name
    level.defaultNamespace = outer.defaultNamespace
    level.prefixes = outer.prefixes
    this.level = level
    this.tagNameCount = 0
    this.generation = names.generation
  }

  attributeName(name: QualifiedName): void {
    const { tagNames, tagNameCount } = this
    for (let index = 0; index < tagNameCount; index++) {
      if (tagNames[index] === name) throw duplicate(name.raw)
    }
    if (tagNameCount === this.limits.attributes) {
      throw exceeded('a start tag has more than', this.limits.attributes, 'attributes')
    }
    tagNames[tagNameCount] = name
    this.tagNameCount = tagNameCount + 1
  }

  attributeValue(name: QualifiedName, value: string): void {
    const level = this.level
    if (name.declares !== undefined) {
      if (name.declares !== '') {
        level.prefixes = declarePrefix(name.declares, value, level.prefixes, this.limits.prefixes)
      } else {
        refuseReserved(value)
        level.defaultNamespace = value
      }
      return
    }
    if (name.prefix !== '' && name.prefix !== 'xml') {
      this.prefixed.push({ name, index: this.tagAttributes.length })
    }
    this.tagAttributes.push(name.attribute)
    this.tagValues.push(value)
  }

  /** The rest of a start tag that is known, in a stanza: all of its attributes at once. */
  endKnownTag(tag: KnownTag, values: readonly string[]): void {
    const level = this.level
    if (tag.namespace !== undefined) level.defaultNamespace = tag.namespace
    level.names = tag.attributes
    level.values = values
    resolveName(level)
    this.refuseStream(level)
  }

  /** The start tag is complete: only now are its declarations known, and its names can be resolved. */
  endOpenTag(): void {
    const level = this.level
    if (this.generation !== names.generation) this.compareNames()
    resolveName(level)
    if (this.tagValues.length > 0) this.takeAttributes(level)
    if (this.depth > this.stanzaDepth) this.refuseStream(level)
    else {
      const header = new XmlElement(level.name.local, level.namespace, level)
      level.names = noAttributes.names
      level.values = noAttributes.values
      this.sink.opened(header, level.defaultNamespace)
    }
  }

  text(piece: string): void {
    this.run.add(piece)
  }

  closeTag(): void {
    const level = this.level
    if (!this.run.empty) this.endText(level)
    const depth = --this.depth
    const outer = level.outer ?? this.outside
    this.level = outer
    if (depth < this.stanzaDepth) {
      this.finished = true
      this.sink.closed()
      return
    }
    const element = new XmlElement(level.name.local, level.namespace, level, level.children ?? noChildren)
    level.clear()
    if (depth > this.stanzaDepth) {
      if (outer.children === undefined) outer.children = [element]
      else outer.children.push(element)
    } else {
      if (depth === 0) this.finished = true
      this.sink.element(element)
    }
  }

  private refuseStream({ name, namespace }: Level): void {
    if (name.local === 'stream' && namespace === ns.streams && this.depth > 1) {
      throw new Violation('invalid-xml', 'a stream begins inside the stream')
    }
  }

  private endText(level: Level): void {
    const text = this.run.take()
    if (level.children === undefined) level.children = [text]
    else level.children.push(text)
  }

  private takeAttributes(level: Level): void {
    const { prefixed, tagAttributes } = this
    for (const { name, index } of prefixed) {
      tagAttributes[index] = { name: name.local, namespace: resolve(name, level.prefixes) }
    }
    for (const { name, index } of prefixed) {
      const namespace = tagAttributes[index]?.namespace
      const same = (other: AttributeName, at: number) =>
        at !== index && other.name === name.local && other.namespace === namespace
      if (tagAttributes.some(same)) throw duplicate(name.local)
    }
    prefixed.length = 0
    level.names = tagAttributes
    level.values = this.tagValues
    this.tagAttributes = []
    this.tagValues = []
  }

  /** The table of names was emptied meanwhile, so that equal names need not be identical. */
  private compareNames(): void {
    const seen = new Set<string>()
    for (const { raw } of this.tagNames.slice(0, this.tagNameCount)) {
      if (seen.has(raw)) throw duplicate(raw)
      seen.add(raw)
    }
  }
}

function duplicate(name: string): Violation {
  return malformed(`the attribute "${name}" occurs twice in a start tag`)
}

function resolveName(level: Level): void {
  level.namespace = level.name.prefix === '' ? level.defaultNamespace : resolve(level.name, level.prefixes)
}

function resolve(name: QualifiedName, scope: PrefixScope | undefined): string {
  const uri = namespaceOf(name.prefix, scope)
  if (uri !== undefined) return uri
  throw new Violation('not-well-formed', `the prefix "${name.prefix}" is not declared`)
}
