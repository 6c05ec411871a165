import { holdFaults } from '../conversations/faults.js'
import { onEachRealServer, realPassword } from '../support/real-server.js'

onEachRealServer(({ ca, open }) => {
  const under = {
    name: open.domain,
    domain: open.domain,
    endpoints: {},
    ca,
    password: realPassword,
    mechanisms: [],
  }
  holdFaults(under, open.directTlsPort, 'xmpps')
})
