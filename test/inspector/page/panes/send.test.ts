import { describe, expect, it } from 'vitest'
import { Timeline } from '../../../../src/inspector/page/model/timeline.js'
import { recordingLines, toFileName } from '../../../../src/inspector/page/panes/save/recording-file.js'
import { checkStanza, stanzaTemplates } from '../../../../src/inspector/page/panes/send/stanza-check.js'
import { tellSession } from './told-session.js'

describe('checkStanza()', () => {
  it.each([
    ['', 'Nothing to send yet.'],
    ['<message><body></message>', 'Not well-formed at line 1, column 16: </message> where <body> is open.'],
    ['<message/><message/>', 'One stanza is sent at a time.'],
    ['<stream:features/>', '<stream:features> is no stanza: send a message, a presence or an iq.'],
    ['<presence/>', undefined],
  ])('%s', (xml, problem) => {
    expect(checkStanza(xml)).toBe(problem)
  })
})

it('stanzaTemplates() are stanzas, whoever they are for', () => {
  for (const { xml } of stanzaTemplates(`"><x a='&'@\n`, 'id')) expect(checkStanza(xml)).toBeUndefined()
})

it('recordingLines() gives what the timeline was made of', () => {
  const lines = tellSession()
  const timeline = new Timeline()
  timeline.append(lines)
  expect([...recordingLines(timeline)].map((line): unknown => JSON.parse(line))).toEqual(
    JSON.parse(JSON.stringify(lines)),
  )
})

it('toFileName() leaves nothing that means something to a file system', () => {
  expect(toFileName('../../ä\u0000b?', 'svg')).toBe('a-b.svg')
  expect(toFileName('…', 'svg')).toBe('recording.svg')
})
