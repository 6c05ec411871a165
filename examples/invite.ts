// How does my app invite somebody, and how is an invitation taken?
//   npm run build && node dist/examples/invite.js
// It does both on a server in this process, where nobody gets an account uninvited.
import { accounts, createClient, parseInvitation } from 'xmpp-machines'
import { createServer } from 'xmpp-machines/server'

await using server = await createServer({
  accounts: [{ username: 'toto', password: 'mot2passe' }],
  listen: {},
  registration: { invitations: [] },
})
const clientOf = (username: string, domain: string) =>
  createClient({
    jid: `${username}@${domain}`,
    password: 'mot2passe',
    endpoint: () => server.connect(),
  })

await using you = clientOf('toto', server.domain)
await you.connect()
const { uri } = await you.use(accounts).invite()
console.log(`to be handed over: ${uri}`) // as a link, or as a picture to be scanned

const invitation = parseInvitation(uri)
if (invitation?.account === undefined) throw new Error('this link invites nobody to an account')
const { account, token } = invitation
for (const name of ['tata', 'tutu']) {
  await using friend = clientOf(account.local ?? name, account.domain)
  const { outcome } = await friend.use(accounts).register({ invitation: token })
  console.log(`${name}: ${outcome}`) // The second is refused: an invitation is for one.
}
