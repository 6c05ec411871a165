// Where does my session stand, and why?
//   npm run build && node dist/examples/phases.js
// It logs in and out on a server of its own; XMPP_JID, XMPP_PASSWORD and XMPP_ENDPOINT make it your account.
import { createClient, type ClientState } from 'xmpp-machines'
import { findAccount } from './accounts.js'

await using account = await findAccount()
await using client = createClient(account)

client.state$.subscribe((state) => console.log(`${state.status}: ${explain(state)}`))
await client.connect()

function explain(state: ClientState): string {
  switch (state.status) {
    case 'restoring':
      return 'reading what an earlier process has left'
    case 'connecting':
      return `${state.phase}, ${state.endpoint ?? 'no endpoint yet'}`
    case 'registering':
      return 'making the account'
    case 'authenticating': {
      const reasons = state.refusals.map(({ name, reason }) => `not ${name}: ${reason}`)
      return [state.phase, state.mechanism, state.channelBinding ?? 'unbound', ...reasons].join(', ')
    }
    case 'binding':
      return state.phase
    case 'online':
      return `${state.jid}, ${state.encrypted ? 'encrypted' : 'in clear'}`
    case 'backingOff':
    case 'suspended':
      return `again in ${state.retryInMs} ms, because ${state.because}`
    case 'halted':
      return `${state.error.message}; needs ${state.needs}, because ${state.because}`
    case 'offline':
      return 'nobody wishes to be connected'
    case 'closing':
      return 'leaving in order'
    case 'removed':
      return 'the account is gone'
    case 'closed':
      return 'over for good'
  }
}
