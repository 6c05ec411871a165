import { describe } from 'vitest'
import { holdAccounts } from '../conversations/accounts.js'
import { holdBlocking } from '../conversations/blocking.js'
import { holdBookmarks } from '../conversations/bookmarks.js'
import { holdConsole } from '../conversations/console.js'
import { holdContacts } from '../conversations/contacts.js'
import { holdContactPresence } from '../conversations/contact-presence.js'
import { holdConversations } from '../conversations/conversations.js'
import { holdDiscovery } from '../conversations/discovery.js'
import { holdProfiles } from '../conversations/profiles.js'
import { holdHistory } from '../conversations/history.js'
import { holdRoomMemory, holdRoomPast } from '../conversations/room-past.js'
import { holdRoomRights } from '../conversations/room-rights.js'
import { holdRoomSessions } from '../conversations/room-sessions.js'
import { holdRooms } from '../conversations/rooms.js'
import { realDeviations, type ServerUnderTest } from '../conversations/server-under-test.js'
import { holdTyping } from '../conversations/typing.js'
import { realPassword } from '../support/real-accounts.js'
import { realDomains } from '../support/server-folder.js'
import { onEachRealServer } from '../support/real-server.js'

/** Over STARTTLS on TLS 1.2, where both servers accept `tls-unique`. */
const mechanisms = {
  prosody: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'],
  ejabberd: [
    'SCRAM-SHA-512-PLUS',
    'SCRAM-SHA-256-PLUS',
    'SCRAM-SHA-1-PLUS',
    'SCRAM-SHA-512',
    'SCRAM-SHA-256',
    'SCRAM-SHA-1',
    'PLAIN',
  ],
} as const

onEachRealServer((server) => {
  describe.each([server.open, server.secure])(
    '$domain',
    ({ domain, encryption, starttlsPort, directTlsPort, ws, wss }) => {
      const under: ServerUnderTest = {
        name: domain,
        domain,
        endpoints: {
          STARTTLS: `xmpp://127.0.0.1:${starttlsPort}`,
          'direct TLS': `xmpps://127.0.0.1:${directTlsPort}`,
          'secure WebSocket': wss,
          ...(encryption === 'optional' ? { 'WebSocket in clear': ws } : {}),
        },
        ca: server.ca,
        password: realPassword,
        deviations: realDeviations[server.name],
        mechanisms: encryption === 'required' ? mechanisms[server.name] : [],
      }
      holdConversations(under)
      holdAccounts(under)
      holdBlocking(under)
      holdBookmarks(under)
      holdContacts(under)
      holdContactPresence(under)
      holdHistory(under)
      holdDiscovery(under)
      holdConsole(under)
      holdTyping(under)
      holdProfiles(under)
      holdRooms(under)
      holdRoomRights(under)
      holdRoomSessions(under)
      const isForgetful = server.name === 'prosody' && domain === realDomains.secure
      const holdPast = isForgetful ? holdRoomMemory : holdRoomPast
      holdPast(under)
    },
  )
})
