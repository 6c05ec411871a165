import { archive } from './archive.js'
import { authentication } from './authentication.js'
import { befriending } from './befriending.js'
import { binding } from './binding.js'
import { blocking } from './blocking.js'
import { bookmarks } from './bookmarks.js'
import { carbons } from './carbons.js'
import { connection } from './connection.js'
import { conversation } from './conversation.js'
import { photoHash } from './photo-hash.js'
import { presence } from './presence.js'
import { registration } from './registration.js'
import { room } from './room.js'
import { roster } from './roster.js'
import { servedSession } from './served-session.js'
import { servedSubscription } from './served-subscription.js'
import { session } from './session.js'
import { streamManagement } from './stream-management.js'
import { subscription } from './subscription.js'
import type { WalkedChart } from './walked-chart.js'

/** Every chart that has a catalogue; one of `machines/` that has none falls short. */
export const charts: readonly WalkedChart[] = [
  archive,
  authentication,
  befriending,
  binding,
  blocking,
  bookmarks,
  carbons,
  connection,
  conversation,
  photoHash,
  presence,
  registration,
  room,
  roster,
  servedSession,
  servedSubscription,
  session,
  streamManagement,
  subscription,
]
