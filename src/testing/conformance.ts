import { extraProbes } from './conformance-extras.js'
import { loginProbes, mechanismProbes } from './conformance-login.js'
import { presenceProbes, subscriptionProbes } from './conformance-presence.js'
import type { Probe } from './conformance-probe.js'
import { rosterProbes } from './conformance-roster.js'
import { stanzaProbes } from './conformance-stanzas.js'
import { streamProbes } from './conformance-stream.js'
import { Visit, type VisitOptions } from './conformance-visit.js'
import { right, toFinding, unseen, wrong, type Finding } from './finding.js'
import type { RecordingLine } from '../inspector/index.js'
import { replayRecording } from './replay.js'
import { parseEndpoint } from '../transport/endpoint.js'

/** The server that is walked through, and who is told on the way. */
export interface ConformanceOptions extends VisitOptions {
  /** Ends the walk; what was found by then is kept. */
  readonly signal?: AbortSignal | undefined
  /** Told before each trial, to show how far the walk is. */
  readonly progress?: ((done: number, total: number, title: string) => void) | undefined
  /** Given what each client has done, without secrets, once it has left. */
  readonly recorded?: ((recording: readonly RecordingLine[]) => void) | undefined
  /** Told of each finding as it is made. */
  readonly found?: ((finding: Finding) => void) | undefined
}

/**
 * Walks the charts of a client against a server, state by state and fault by fault, and says of each trial what the server
 * did. Its own connections only: nothing is left behind but messages to the account itself.
 * @returns the findings in the order of the walk; rejects where the account cannot log in at all, and with RangeError for an
 *   endpoint that is none, or times that cannot be
 * @example
 * const account = { jid: 'check@example.org', password: 'secret' }
 * const findings = await checkServer({ createClient, endpoint: 'xmpp://example.org:5222', account })
 * findings.filter(({ verdict }) => verdict === 'wrong')
 */
export async function checkServer(options: ConformanceOptions): Promise<readonly Finding[]> {
  parseEndpoint(options.endpoint)
  const first = new Visit(options)
  const recordings: (readonly RecordingLine[])[] = []
  const keep = async (visit: Visit) => {
    await visit.leave()
    const recorded = visit.recorders.map((recorder) => recorder.history())
    recordings.push(...recorded)
    for (const recording of recorded) options.recorded?.(recording)
  }
  let probes: readonly Probe[]
  try {
    await first.online()
    probes = [
      ...streamProbes,
      ...(await mechanismProbes(first)),
      ...loginProbes,
      ...rosterProbes,
      ...presenceProbes,
      ...subscriptionProbes,
      ...stanzaProbes,
      ...(await extraProbes(first)),
    ]
  } finally {
    await keep(first)
  }
  const findings: Finding[] = []
  const find = (finding: Finding) => {
    findings.push(finding)
    options.found?.(finding)
  }
  for (const [index, probe] of probes.entries()) {
    if (options.signal?.aborted === true) return findings
    options.progress?.(index, probes.length, probe.title)
    const visit = new Visit(options)
    const isMissing = probe.needsOther === true && options.other === undefined
    const run = async () => (isMissing ? unseen('no second account is given') : probe.run(visit))
    try {
      find(await toFinding(probe, run))
    } finally {
      await keep(visit)
    }
  }
  find(await toFinding(ownCharts, async () => judgeRecordings(recordings)))
  return findings
}

const ownCharts = {
  id: 'charts',
  title: 'led the client only along its charts',
  spec: 'machines/',
  state: 'session',
}

/** Whatever the server did, the client has to have done what its charts say. */
function judgeRecordings(recordings: readonly (readonly RecordingLine[])[]) {
  const [first] = recordings.flatMap((recording) => replayRecording(recording))
  if (first !== undefined) return wrong(`${first.actorPath} left its chart at ${first.type}`)
  const steps = recordings.flat().filter((line) => line.kind === 'event' || line.kind === 'start')
  const states = new Set(steps.map(({ actorPath, value }) => `${actorPath} ${JSON.stringify(value)}`))
  return right(`${recordings.length} runs, ${steps.length} steps, ${states.size} states`)
}
