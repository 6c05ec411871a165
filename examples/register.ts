// How does my app make an account?
//   npm run build && node dist/examples/register.js
// It makes one on a server in this process, which asks for an e-mail address too and is hard to please.
import { accounts, createClient } from 'xmpp-machines'
import { createServer } from 'xmpp-machines/server'

await using server = await createServer({
  accounts: [{ username: 'toto', password: 'mot2passe' }],
  listen: {},
  registration: {
    fields: ['email'],
    instructions: 'Where can we write to you?',
    refuse: ({ email = '' }) =>
      email.includes('@') ? undefined : { condition: 'not-acceptable', text: 'this is no e-mail address' },
  },
})

for (const name of ['toto', 'tata']) {
  await using client = createClient({
    jid: `${name}@${server.domain}`,
    password: 'mot2passe',
    endpoint: () => server.connect(),
  })
  const answers = ['somewhere', `${name}@mail.example`]
  const result = await client.use(accounts).register({
    // Asked again, with what was wrong, on the same connection; an app would show a form here.
    fill: ({ fields, instructions }, refusal) => {
      console.log(`${refusal?.text ?? instructions}: ${fields.map((field) => field.name).join(', ')}`)
      return { email: answers.shift() ?? '' }
    },
  })
  if (result.outcome === 'registered') console.log(`${name} is ${client.state.status}`)
  else console.log(`${name}: ${result.outcome}. ${result.error.advice}`)
}
