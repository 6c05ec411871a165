import { describe, expect, it, vi } from 'vitest'
import { findChromium } from './chromium.js'

const nowhere = { PATH: '' }

describe('findChromium()', () => {
  it('finds the one that is named', async () => {
    expect(await findChromium({ ...nowhere, XMPP_MACHINES_CHROMIUM: process.execPath })).toEqual({
      path: process.execPath,
    })
  })

  it('installs none where another one is named', async () => {
    const install = vi.fn<() => Promise<undefined>>(async () => undefined)
    const found = await findChromium({ ...nowhere, XMPP_MACHINES_CHROMIUM: '/no/such/file' }, install)
    expect(found).toMatchObject({ missing: expect.stringContaining('XMPP_MACHINES_CHROMIUM names none') })
    expect(install).not.toHaveBeenCalled()
  })

  it('installs it', async () => {
    const environment: NodeJS.ProcessEnv = { ...nowhere }
    const found = await findChromium(environment, async () => {
      environment['XMPP_MACHINES_CHROMIUM'] = process.execPath
      return undefined
    })
    expect(found).toEqual({ path: process.execPath })
  })

  it('says why it cannot, which is an error in continuous integration', async () => {
    const install = async () => 'no means to'
    const reason = 'there is no Chromium here (no means to)'
    expect(await findChromium(nowhere, install)).toMatchObject({ missing: expect.stringContaining(reason) })
    await expect(findChromium({ ...nowhere, CI: 'true' }, install)).rejects.toThrow(reason)
    const notThere = { missing: expect.stringContaining(reason) }
    expect(await findChromium({ ...nowhere, CI: 'false' }, install)).toMatchObject(notThere)
  })
})
