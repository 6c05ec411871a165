import type { Facts, RecordingLine, StanzaCrossed } from '../../../../src/inspector/recording/record.js'

const script = '<img src=x onerror="globalThis.harmed=1"><script>globalThis.harmed=1</script>'
const bidi = '\u202etxt.\u2066evil\u2069'
const huge = 'x'.repeat(500_000)

/** A recording by somebody who wants its reader harm: markup, code, reversed text, endless text, names of prototypes. */
export function hostileLines(): readonly RecordingLine[] {
  const source = '__proto__'
  const happening = (seq: number) => ({ source, seq, t: seq })
  const wire = (seq: number, xml: string, name = 'message'): StanzaCrossed => ({
    kind: 'wire',
    ...happening(seq),
    direction: seq % 2 === 0 ? 'in' : 'out',
    what: 'element',
    name,
    xml,
  })
  const state = (key: string, states: readonly object[] = []) => ({
    id: key === 'constructor' ? 'constructor' : `constructor.${key}`,
    key,
    kind: states.length === 0 ? 'atomic' : 'compound',
    initial: states.length === 0 ? [] : ['constructor.toString'],
    description: `${script} ${bidi}`,
    spec: `javascript:alert(1) RFC 6120 §6.4${script}`,
    tags: [script],
    entry: [script],
    exit: [],
    invokes: [],
    states,
  })
  const facts: Facts = JSON.parse(
    JSON.stringify({
      constructor: script,
      toString: bidi,
      hasOwnProperty: 'no function',
      error: { name: script, code: 'constructor' },
      output: { error: { name: 'x', code: bidi } },
      long: huge.slice(0, 60_000),
      jid: `${script}@${bidi}`,
      deep: { deep: { deep: { deep: { deep: { deep: script } } } } },
      many: Array.from({ length: 5_000 }, (_, each) => each),
    }),
  )
  const chart: RecordingLine = JSON.parse(
    JSON.stringify({
      kind: 'chart',
      source,
      chart: 'constructor',
      graph: {
        id: 'constructor',
        root: state('constructor', [state('toString'), state('valueOf')]),
        transitions: [
          {
            id: 'constructor.toString __proto__ 0',
            source: 'constructor.toString',
            targets: ['constructor.valueOf'],
            trigger: { kind: 'event', type: script },
            guard: bidi,
            otherwise: false,
            actions: [script],
            reenter: false,
            failure: true,
          },
        ],
      },
    }),
  )
  return [
    {
      kind: 'source',
      source,
      name: `${script}${bidi}`,
      engine: script,
      startedAt: 0,
      commands: ['connect', 'send', script],
    },
    chart,
    {
      kind: 'start',
      ...happening(0),
      actorPath: 'hasOwnProperty',
      chart: 'constructor',
      type: 'xstate.init',
      value: 'toString',
      context: facts,
    },
    {
      kind: 'start',
      ...happening(1),
      actorPath: `hasOwnProperty/${script}`,
      chart: 'befriending',
      type: 'xstate.init',
      value: bidi,
      context: facts,
    },
    {
      kind: 'event',
      ...happening(2),
      actorPath: 'hasOwnProperty',
      type: `xstate.error.actor.${script}`,
      from: bidi,
      value: 'valueOf',
      data: facts,
      edges: ['constructor.toString __proto__ 0', script],
      refused: [{ edge: script, guard: bidi, reason: script }],
      context: { ...facts, more: bidi },
      stanza: 4,
    },
    wire(
      4,
      `<message from="${bidi}"><body>&lt;script&gt;globalThis.harmed=1&lt;/script&gt;</body></message>`,
    ),
    wire(
      5,
      `<message><html xmlns='http://www.w3.org/1999/xhtml'><script>globalThis.harmed=1</script><img src='x' onerror='globalThis.harmed=1'/></html></message>`,
    ),
    wire(6, script, script),
    wire(7, `<message ${'a'.repeat(50_000)}="1"/>`),
    wire(8, `<message>${huge}</message>`),
    wire(9, `<message>${'<a>'.repeat(100_000)}`),
    wire(10, `<message>${'<a b="c"/>'.repeat(50_000)}</message>`),
    wire(
      11,
      `<iq type='result'><query xmlns='jabber:iq:roster'><item jid='__proto__' name='${bidi}' subscription='both'/><item jid='${bidi}' name='&lt;img src=x&gt;' subscription='constructor'/></query></iq>`,
      'iq',
    ),
    wire(
      12,
      `<iq type='result'><query xmlns='jabber:iq:roster'><item jid='__proto__' name='${bidi}' subscription='both'/><item jid='${bidi}@x' name='&lt;img src=x&gt;' subscription='constructor'/></query></iq>`,
      'iq',
    ),
    wire(13, `<presence type='subscribe' from='constructor'/>`, 'presence'),
    wire(14, `<presence type='subscribe' from='toString'/>`, 'presence'),
    {
      kind: 'security',
      ...happening(15),
      security: {
        ...facts,
        encrypted: 'yes',
        tls: facts,
        mechanism: script,
        refusals: [{ name: script, reason: bidi }],
      },
    },
    { kind: 'end', ...happening(16), actorPath: `hasOwnProperty/${script}`, status: 'error', data: facts },
    { kind: 'dropped', ...happening(17), count: 3, living: [script, 'constructor'] },
  ]
}
