import { useMemo, useState } from 'preact/hooks'
import type { StanzaCrossed } from '../../../recording/record.js'
import { Icon } from '../../ui/icon.js'
import { Marked } from '../../ui/marked.js'
import { toLegible } from '../legible.js'
import { parseXml } from './parse-xml.js'
import { foldableKeys, toXmlLines, type XmlLine } from './xml-lines.js'

/** What stands where something was not recorded. */
const omission = /…\(\d+ characters\)/

/** More lines than anybody reads are not shown at once. */
const lineLimit = 400

/** One stanza, laid out; its elements fold. */
export function XmlView({ record }: { readonly record: StanzaCrossed }) {
  const parsed = useMemo(() => parseXml(record.xml), [record])
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set())
  const [limit, setLimit] = useState(lineLimit)
  const lines = useMemo(() => toXmlLines(parsed.nodes, folded), [parsed, folded])
  const isPlain = record.what !== 'element' && parsed.nodes.length === 0
  const hasFolds = lines.some(({ fold }) => fold !== undefined)
  const toggle = (key: string): void => {
    const next = new Set(folded)
    if (!next.delete(key)) next.add(key)
    setFolded(next)
  }
  return (
    <div class="xml">
      {hasFolds && (
        <div class="xml-tools">
          <button
            type="button"
            class="plain"
            onClick={() => setFolded(new Set(foldableKeys(parsed.nodes, 1)))}
          >
            Fold all
          </button>
          <button type="button" class="plain" onClick={() => setFolded(new Set())}>
            Unfold all
          </button>
        </div>
      )}
      <div class="xml-lines">
        {isPlain && <div class="xml-plain tone-mark">{toLegible(record.xml)}</div>}
        {lines.slice(0, limit).map((line) => (
          <Line key={line.key} line={line} toggle={toggle} />
        ))}
      </div>
      {lines.length > limit && (
        <button type="button" class="plain" onClick={() => setLimit(limit + lineLimit)}>
          {`Show more: ${lines.length - limit} lines are left`}
        </button>
      )}
      {omission.test(record.xml) && (
        <p class="quiet xml-note">What is private was left out when this was recorded; its length is told.</p>
      )}
      {record.what === 'element' && parsed.problem !== undefined && (
        <p class="problem">{`What follows is not well-formed: ${toLegible(parsed.problem.reason, 200)}`}</p>
      )}
      {record.what === 'element' && parsed.rest !== '' && (
        <pre class="xml-rest">{toLegible(parsed.rest)}</pre>
      )}
    </div>
  )
}

interface LineProps {
  readonly line: XmlLine
  readonly toggle: (key: string) => void
}

function Line({ line: { key, depth, parts, fold }, toggle }: LineProps) {
  const [, name] = parts
  return (
    <div class="xml-line" style={{ paddingLeft: `${Math.min(depth, 24) * 14 + 32}px` }}>
      {fold !== undefined && (
        <button
          type="button"
          class="fold"
          style={{ left: `${Math.min(depth, 24) * 14}px` }}
          aria-expanded={fold === 'open'}
          aria-label={`${fold === 'open' ? 'Fold' : 'Unfold'} ${name?.text ?? 'element'}`}
          onClick={() => toggle(key)}
        >
          <Icon name={fold === 'open' ? 'unfolded' : 'fold'} />
        </button>
      )}
      {parts.map(({ tone, text }) => (
        <span class={`tone-${tone}`}>
          <Marked text={text} />
        </span>
      ))}
    </div>
  )
}
