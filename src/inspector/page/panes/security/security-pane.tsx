import { Icon, type IconName } from '../../ui/icon.js'
import { judge } from './known-judge.js'
import type { Finding, Verdict } from './security-card.js'
import { findings, sessionSecurity } from './session-security.js'

/** What protects the session, and what does not. */
export function SecurityPane() {
  const found = findings.value
  const isKnown = sessionSecurity.value !== undefined
  const by = isKnown ? judge.ask() : undefined
  if (by === undefined || found.length === 0) {
    return (
      <div class="pane security">
        <p class="empty">{isKnown && by === undefined ? unjudgedWords() : unknownWords}</p>
      </div>
    )
  }
  const overall = by.overallOf(found)
  const passedOver = by.toPassedOver(sessionSecurity.value)
  return (
    <div class="pane security" tabIndex={0}>
      <p class={`overall verdict-${overall}`}>
        <Icon name={icons[overall]} />
        {overallWords[overall]}
      </p>
      <dl class="findings">
        {found.map((finding) => (
          <FindingRow key={finding.topic} finding={finding} />
        ))}
      </dl>
      {passedOver.length > 0 && (
        <section aria-label="Mechanisms that were not used">
          <h2>Offered, and not used</h2>
          <dl class="passed-over">
            {passedOver.map(({ name, reason }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{reason}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </div>
  )
}

const unknownWords = 'Nothing is known yet: the card fills while a session is secured and logs in.'

const unjudgedWords = (): string =>
  judge.isMissing.value
    ? 'What protects the session is recorded, and cannot be judged: security.js is missing.'
    : '…'

function FindingRow({ finding: { topic, value, verdict, words } }: { readonly finding: Finding }) {
  return (
    <div class={`finding verdict-${verdict}`}>
      <dt>{topic}</dt>
      <dd>
        <span class="finding-value">
          <Icon name={icons[verdict]} />
          <span class="unseen">{`${verdictWords[verdict]}: `}</span>
          <bdi>{value}</bdi>
        </span>
        <span class="finding-words">{words}</span>
      </dd>
    </div>
  )
}

const icons: Readonly<Record<Verdict, IconName>> = {
  good: 'good',
  weak: 'weak',
  bad: 'close',
  unknown: 'unknown',
}

const verdictWords: Readonly<Record<Verdict, string>> = {
  good: 'good',
  weak: 'weak',
  bad: 'bad',
  unknown: 'not known',
}

const overallWords: Readonly<Record<Verdict, string>> = {
  good: 'This session is well protected.',
  weak: 'This session is protected, with weak points.',
  bad: 'This session is not safe.',
  unknown: 'Nothing speaks against this session, but not all of it can be known.',
}
