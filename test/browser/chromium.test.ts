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
})
