import { describe, expect, it } from 'vitest'
import { toRecordingText } from '../../../src/inspector/recording/recording-text.js'
import { recordedSession, turn } from './support.js'

describe('createRecorder()', () => {
  it('keeps to its bound of bytes whatever crosses', async () => {
    const { client, recorder, say } = await recordedSession({}, { bytesLimit: 200_000, showBodies: true })
    const body = 'x'.repeat(20_000)
    for (let count = 0; count < 50; count++) {
      say(`<message from='bob@example.test'><body>${body}</body></message>`)
      await turn()
    }
    const kept = recorder.history().filter((line) => line.kind === 'wire' && line.name === 'message')
    expect(kept.length).toBeGreaterThan(1)
    expect(20_000 * kept.length).toBeLessThan(200_000)
    const who = recorder.history().flatMap((line) => (line.kind === 'start' ? line.actorPath : []))
    expect(who).toContain('session/stanzas')
    await client.close()
  })

  it('keeps to it also where what it tells is longer than what crossed', async () => {
    const { client, recorder, say } = await recordedSession({}, { bytesLimit: 1_000_000 })
    for (let count = 0; count < 50; count++) {
      say(`<presence xmlns:a='${'u'.repeat(2_000)}'>${'<a:b/>'.repeat(60)}</presence>`)
      await turn()
    }
    const text = toRecordingText(recorder.history().filter(({ kind }) => kind === 'wire'))
    expect(text).toContain('"name":"presence"')
    expect(2 * text.length).toBeLessThan(1_000_000)
    await client.close()
  })
})
