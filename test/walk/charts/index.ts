import { authentication } from './authentication.js'
import { befriending } from './befriending.js'
import { binding } from './binding.js'
import { connection } from './connection.js'
import { liveness } from './liveness.js'
import { presence } from './presence.js'
import { roster } from './roster.js'
import { servedSession } from './served-session.js'
import { servedSubscription } from './served-subscription.js'
import { session } from './session.js'
import { subscription } from './subscription.js'
import type { WalkedChart } from './walked-chart.js'

/** Every chart that has a catalogue; one of `machines/` that has none falls short. */
export const charts: readonly WalkedChart[] = [
  authentication,
  befriending,
  binding,
  connection,
  liveness,
  presence,
  roster,
  servedSession,
  servedSubscription,
  session,
  subscription,
]
