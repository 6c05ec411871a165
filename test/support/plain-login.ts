import { once } from 'node:events'
import type { Socket } from 'node:net'

/** Whom to log in as. */
export interface PlainLogin {
  readonly domain: string
  readonly user: string
  readonly password: string
  readonly resource: string
}

/** Takes a fresh stream as far as a bound resource, by PLAIN; without a client, so that none is trusted to do it. */
export async function logInByPlain(
  socket: Socket,
  { domain, password, resource, user }: PlainLogin,
): Promise<void> {
  const header = `<?xml version='1.0'?><stream:stream to='${domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`
  const plain = Buffer.from(`\0${user}\0${password}`).toString('base64')
  const steps = [
    [header, '</stream:features>'],
    [`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain}</auth>`, '<success'],
    [header, '</stream:features>'],
    [
      `<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`,
      '</iq>',
    ],
  ] as const
  for (const [words, awaited] of steps) {
    socket.write(words)
    let heard = ''
    while (!heard.includes(awaited)) {
      const [chunk]: readonly unknown[] = await once(socket, 'data')
      heard += String(chunk)
      if (heard.includes('<failure')) throw new Error(`${user} could not log in: ${heard}`)
    }
  }
}
