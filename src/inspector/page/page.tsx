import { effect } from '@preact/signals'
import { render } from 'preact'
import { layoutOf } from './chart/chart-layout.js'
import { startLayouts } from './chart/layout-link.js'
import { listenForKeys } from './keyboard.js'
import { connect } from './link/connect.js'
import { actor } from './model/signals.js'
import { panes } from './panes/panes.js'
import { readAhead } from './panes/read-ahead.js'
import { Shell } from './shell.js'
import { wearTheme } from './theme.js'

// Whoever answers from elsewhere is asked before anything is drawn here.
connect()
startLayouts().catch(() => undefined)
effect(() => {
  if (actor.value?.graph !== undefined) layoutOf(actor.value.graph)
})
wearTheme()
const host = document.querySelector('#page')
if (host !== null) render(<Shell />, host)
listenForKeys()
readAhead(panes)
