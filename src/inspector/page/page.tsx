import { render } from 'preact'
import { startLayouts } from './chart/layout-link.js'
import { listenForKeys } from './keyboard.js'
import { connect } from './link/connect.js'
import { panes } from './panes/panes.js'
import { readAhead } from './panes/read-ahead.js'
import { Shell } from './shell.js'
import { wearTheme } from './theme.js'

startLayouts().catch(() => undefined)
wearTheme()
const host = document.querySelector('#page')
if (host !== null) render(<Shell />, host)
connect()
listenForKeys()
readAhead(panes)
