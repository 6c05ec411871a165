import { expect, test } from 'vitest'
import { decodeBase64, encodeBase64 } from '../../src/base64.js'
import type { Gs2Binding } from '../../src/sasl/gs2.js'
import type { SaslStep } from '../../src/sasl/mechanism.js'
import { createMechanism } from '../../src/sasl/mechanisms.js'
import { realPassword } from '../support/real-accounts.js'
import { onEachRealServer } from '../support/real-server.js'
import { openTls, rawStream, streamHeader } from './raw-stream.js'
import type { RawStream } from './raw-stream.js'

const sasl = 'urn:ietf:params:xml:ns:xmpp-sasl'

onEachRealServer((server) => {
  test('the binding of another channel is refused although the password is right', async () => {
    const socket = await openTls(server, server.secure, 'TLSv1.2')
    try {
      const stream = rawStream(socket)
      await stream.ask(streamHeader(server.secure.domain), '</stream:features>')
      const gs2: Gs2Binding = { flag: 'p', binding: { type: 'tls-unique', data: new Uint8Array(12) } }
      await expect(logIn(stream, 'SCRAM-SHA-1-PLUS', gs2)).rejects.toThrow('<failure')
    } finally {
      socket.destroy()
    }
  })
})

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
