import { holdSurvival } from '../faults/survival.js'
import { realPassword } from '../support/real-accounts.js'
import { onEachRealServer } from '../support/real-server.js'

onEachRealServer(({ ca, name, open }) => {
  holdSurvival({
    name,
    domain: open.domain,
    ca,
    password: realPassword,
    directTlsPort: open.directTlsPort,
    swaps: name === 'ejabberd',
  })
})
