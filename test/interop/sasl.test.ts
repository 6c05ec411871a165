import type { TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { decodeBase64, encodeBase64 } from '../../src/sasl/base64.js'
import { chooseChannelBinding } from '../../src/sasl/channel-binding.js'
import type { SaslOffer } from '../../src/sasl/downgrade-protection.js'
import type { Gs2Binding } from '../../src/sasl/gs2.js'
import type { SaslStep } from '../../src/sasl/mechanism.js'
import { createMechanism, findMechanism } from '../../src/sasl/mechanisms.js'
import { onEachRealServer, realPassword } from '../support/real-server.js'
import { openTcp, openTls, rawStream, streamHeader } from './raw-stream.js'
import type { RawStream } from './raw-stream.js'

const sasl = 'urn:ietf:params:xml:ns:xmpp-sasl'

onEachRealServer((server) => {
  test('every mechanism known here that is offered in plain text logs in', async () => {
    const names = await withPlainStream(async (_stream, offer) => offer.mechanisms.filter(isUsable))
    expect(names).toEqual(expect.arrayContaining(['SCRAM-SHA-1', 'PLAIN']))
    for (const name of names) {
      await withPlainStream((stream) => logIn(stream, name, { flag: 'n' }))
    }
  })

  test('a wrong password is not authorized by any of them', async () => {
    const names = await withPlainStream(async (_stream, offer) => offer.mechanisms.filter(isUsable))
    for (const name of names) {
      const refused = withPlainStream((stream) => logIn(stream, name, { flag: 'n' }, 'wrong'))
      await expect(refused).rejects.toThrow('<not-authorized')
    }
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'the strongest mechanism on %s, bound where that can be, logs in',
    async (version) => {
      const domain = version === 'TLSv1.2' ? server.secure : server.open
      const socket = await openTls(server, domain, version)
      try {
        expect(socket.getProtocol()).toBe(version)
        const stream = rawStream(socket)
        const offer = await readOffer(stream, domain.domain)
        const choice = chooseChannelBinding(offer, {
          tlsVersion: version,
          channelBinding: (type) => bindingOf(socket, type),
        })
        if (choice.kind === 'stripped') throw new Error(choice.reason)
        expect(choice.gs2.flag === 'p').toBe(version === 'TLSv1.2')
        const hash = offer.mechanisms.includes('SCRAM-SHA-256') ? 'SHA-256' : 'SHA-1'
        const name = `SCRAM-${hash}${choice.gs2.flag === 'p' ? '-PLUS' : ''}`
        expect(offer.mechanisms).toContain(name)
        await logIn(stream, name, choice.gs2)
      } finally {
        socket.destroy()
      }
    },
  )

  test('the binding of another channel is refused although the password is right', async () => {
    const socket = await openTls(server, server.secure, 'TLSv1.2')
    try {
      const stream = rawStream(socket)
      await readOffer(stream, server.secure.domain)
      const gs2: Gs2Binding = { flag: 'p', binding: { type: 'tls-unique', data: new Uint8Array(12) } }
      await expect(logIn(stream, 'SCRAM-SHA-1-PLUS', gs2)).rejects.toThrow('<failure')
    } finally {
      socket.destroy()
    }
  })

  async function withPlainStream<Result>(
    use: (stream: RawStream, offer: SaslOffer) => Promise<Result>,
  ): Promise<Result> {
    const socket = await openTcp(server.open.starttlsPort)
    try {
      const stream = rawStream(socket)
      return await use(stream, await readOffer(stream, server.open.domain))
    } finally {
      socket.destroy()
    }
  }
})

function isUsable(name: string): boolean {
  const facts = findMechanism(name)
  return facts?.needs === 'password' && !facts.bound
}

async function readOffer(stream: RawStream, domain: string): Promise<SaslOffer> {
  const features = await stream.ask(streamHeader(domain), '</stream:features>')
  const mechanisms = [...features.matchAll(/<mechanism>([^<]+)</g)].flatMap(([, name]) => name ?? [])
  const listed = [...features.matchAll(/<channel-binding [^>]*type=["']([^"']+)/g)].flatMap(
    ([, type]) => type ?? [],
  )
  return { mechanisms, channelBindings: listed.length > 0 ? listed : undefined }
}

/** Here the client says `Finished` first, so that its message is the one that `tls-unique` means (RFC 5929 §3.1). */
function bindingOf(socket: TLSSocket, type: string): Uint8Array | undefined {
  return type === 'tls-unique' && socket.getProtocol() === 'TLSv1.2'
    ? socket.getFinished()
    : new Uint8Array(32)
}

async function logIn(
  stream: RawStream,
  name: string,
  gs2: Gs2Binding,
  password = realPassword,
): Promise<void> {
  const options = { username: 'alice', password: () => password, gs2 }
  let step = await createMechanism(name, options).start()
  let answer = await stream.ask(`<auth xmlns='${sasl}' mechanism='${name}'>${textOf(step)}</auth>`, '>')
  for (;;) {
    answer = await completed(stream, answer)
    const data = decodeBase64(/>([^<]*)</.exec(answer)?.[1] ?? '') ?? null
    if (answer.startsWith('<success')) return step.finish(data)
    if (!answer.startsWith('<challenge')) throw new Error(answer)
    step = await step.next(data ?? new Uint8Array())
    answer = await stream.ask(`<response xmlns='${sasl}'>${textOf(step)}</response>`, '>')
  }
}

/** Reads on to the end of the element that began. */
async function completed(stream: RawStream, answer: string): Promise<string> {
  const whole = /\/>$|<\/(?:challenge|success|failure)>/
  let text = answer
  while (!whole.test(text)) text += await stream.ask('', '>')
  return text
}

function textOf({ response }: SaslStep): string {
  if (response === null) return ''
  return response.length === 0 ? '=' : encodeBase64(response)
}
