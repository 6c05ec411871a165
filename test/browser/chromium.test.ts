import { describe, expect, it } from 'vitest'
import { findChromium } from './chromium.js'

const nowhere = { PATH: '' }

describe('findChromium()', () => {
  it('finds the one that is named', async () => {
    expect(await findChromium({ ...nowhere, XMPP_MACHINES_CHROMIUM: process.execPath })).toEqual({
      path: process.execPath,
    })
  })

  it('says on the machine of a user how to get one', async () => {
    const found = await findChromium({ ...nowhere, XMPP_MACHINES_CHROMIUM: '/no/such/file' })
    expect(found).toMatchObject({ missing: expect.stringContaining('install Chromium') })
  })

  it('installs it in continuous integration, and fails where that cannot be', async () => {
    const attempt = findChromium({ ...nowhere, CI: 'true' }, async () => 'no means to')
    await expect(attempt).rejects.toThrow('there is no Chromium here (no means to)')
    const environment: NodeJS.ProcessEnv = { ...nowhere, CI: 'true' }
    const found = await findChromium(environment, async () => {
      environment['XMPP_MACHINES_CHROMIUM'] = process.execPath
      return undefined
    })
    expect(found).toEqual({ path: process.execPath })
  })
})
