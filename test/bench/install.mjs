// Installs the peers where they are missing or no longer those of the lock file, and links the project among them.
import { lstatSync, symlinkSync } from 'node:fs'
import { installWorkspace } from '../support/install-workspace.mjs'

const folder = new URL('./', import.meta.url)

installWorkspace(folder)
// A link of npm's own would install the project's dependencies a second time.
const link = new URL('node_modules/xmpp-machines', folder)
if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync('../../..', link, 'junction')
