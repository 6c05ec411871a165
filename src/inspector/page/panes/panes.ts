import { DetailsPane } from './details/details-pane.js'
import type { Pane } from './pane.js'
import { roster, RosterPane } from './roster/roster-pane.js'
import { SaveMenu } from './save/save-menu.js'
import { SecurityPane } from './security/security-pane.js'
import { securityBadge } from './security/session-security.js'
import { SendPane } from './send/send-pane.js'
import { sequence, SequencePane } from './sequence/sequence-pane.js'
import { WirePane } from './wire/wire-pane.js'
import { readWire } from './wire/wire-state.js'

/** Every part of the page but the tree, the chart and the time bar, in the order of their tabs. */
export const panes: readonly Pane[] = [
  { id: 'wire', title: 'Wire', place: 'main', Component: WirePane, readOn: readWire },
  { id: 'sequence', title: 'Sequence', place: 'main', Component: SequencePane, readOn: sequence.readOn },
  { id: 'contacts', title: 'Contacts', place: 'main', Component: RosterPane, readOn: roster.readOn },
  { id: 'details', title: 'Details', place: 'side', Component: DetailsPane },
  { id: 'security', title: 'Security', place: 'side', Component: SecurityPane, badge: securityBadge },
  { id: 'send', title: 'Send', place: 'side', Component: SendPane },
  { id: 'save', title: 'Save', place: 'toolbar', Component: SaveMenu },
]
