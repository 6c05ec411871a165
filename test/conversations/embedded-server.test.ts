import { afterAll } from 'vitest'
import { createServer, type EmbeddedServer } from '../../src/server/index.js'
import { holdAccounts } from './accounts.js'
import { holdBlocking } from './blocking.js'
import { holdBookmarks } from './bookmarks.js'
import { holdConsole } from './console.js'
import { holdContacts } from './contacts.js'
import { holdContactPresence } from './contact-presence.js'
import { holdDiscovery } from './discovery.js'
import { holdProfiles } from './profiles.js'
import { holdHistory } from './history.js'
import { holdFaults } from './faults.js'
import { holdConversations } from './conversations.js'
import { holdRoomPast } from './room-past.js'
import { holdRoomRights } from './room-rights.js'
import { holdRoomSessions } from './room-sessions.js'
import { holdRooms } from './rooms.js'
import { holdTyping } from './typing.js'
import type { ServerUnderTest } from './server-under-test.js'

const password = 'secret'
const server: EmbeddedServer = await createServer({
  domain: 'example.test',
  allowPlaintext: true,
  registration: { invitations: [], uninvited: true },
  legacyIdentification: {},
  accounts: ['alice', 'bob', 'carol', 'dave', 'erin'].map((username) => ({
    username,
    password,
    contacts:
      username === 'alice'
        ? [{ username: 'bob', name: 'Bob', groups: ['Friends'] }]
        : username === 'bob'
          ? [{ username: 'alice', name: 'Alice', groups: ['Friends'] }]
          : [],
  })),
})
afterAll(() => server.close())

const under: ServerUnderTest = {
  name: 'the embedded server',
  domain: 'example.test',
  endpoints: {
    STARTTLS: server.endpoints.starttls ?? '',
    'direct TLS': server.endpoints.directTls ?? '',
    'secure WebSocket': server.endpoints.secureWebSocket ?? '',
    'WebSocket in clear': server.endpoints.webSocket ?? '',
    memory: () => server.connect(),
  },
  ca: server.ca ?? '',
  password,
  mechanisms: [
    'SCRAM-SHA-512-PLUS',
    'SCRAM-SHA-256-PLUS',
    'SCRAM-SHA-1-PLUS',
    'SCRAM-SHA-512',
    'SCRAM-SHA-256',
    'SCRAM-SHA-1',
    'PLAIN',
  ],
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
holdRoomPast(under)
holdFaults(under, Number(new URL(server.endpoints.directTls ?? '').port), 'xmpps')
