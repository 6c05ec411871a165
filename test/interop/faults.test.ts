import { holdFaults } from '../conversations/faults.js'
import type { ServerUnderTest } from '../conversations/server-under-test.js'
import { realPassword } from '../support/real-accounts.js'
import { onEachRealServer } from '../support/real-server.js'

onEachRealServer(({ ca, name, open }) => {
  const under = {
    name: open.domain,
    domain: open.domain,
    endpoints: {},
    ca,
    password: realPassword,
    mechanisms: [],
    ...(name === 'ejabberd' ? { deviations: ['swaps what comes while a session moves'] } : {}),
  } satisfies ServerUnderTest
  holdFaults(under, open.directTlsPort, 'xmpps')
})
